"""Facilitators' kits (進行役のキット): what whoever holds a session of a course has at hand, and participants do not see."""
