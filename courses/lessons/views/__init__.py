"""Pages on which the lessons of a draft are written."""
