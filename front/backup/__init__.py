"""Backups: everything this installation knows, as it stood at one moment; brought back; compared."""
