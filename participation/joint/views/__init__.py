"""Pages of nomination and allocation."""
