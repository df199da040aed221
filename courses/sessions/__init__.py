"""Training sessions (開催回): planned by a host, in meetings, for whom, with so many places."""
