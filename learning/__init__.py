"""Learning: how far each one got."""
