"""Duties (受講状況): who is to take what until when, how far they are, and how many of them there are."""
