"""An organisation adopts a curriculum for some of its staff."""
