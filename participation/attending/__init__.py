"""Attending (出欠): who came to each meeting, and who has completed the course by it."""
