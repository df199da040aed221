"""Hosting (実施): what the host does to a session, and what follows from it."""
