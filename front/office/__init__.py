"""An office: what it sees of its own staff and sessions."""
