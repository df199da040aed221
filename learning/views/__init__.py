"""Pages on which people learn."""
