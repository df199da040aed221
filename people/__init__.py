"""People: organisations, their staff, who may do what, and who did what."""
