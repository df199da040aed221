"""What every package stands on: database, transaction, errors, settings, clock, text. A closed list."""
