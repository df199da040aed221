"""Sections and posts of an organisation, and who was where from when."""
