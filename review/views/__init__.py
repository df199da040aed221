"""Pages that show what it all came to."""
