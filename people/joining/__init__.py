"""Joining (所属のはじまり): a person is entered, comes by an invitation, or with a transfer code."""
