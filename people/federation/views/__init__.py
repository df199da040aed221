"""Pages of federation."""
