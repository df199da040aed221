"""Mailing: reminders, yearly repetition, and the delivery of notices by mail."""
