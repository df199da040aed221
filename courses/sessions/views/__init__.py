"""Pages of sessions that are planned, and of lecturers."""
