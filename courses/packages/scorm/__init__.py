"""SCORM: the manifest of a package, read after SCORM 1.2 and SCORM 2004."""
