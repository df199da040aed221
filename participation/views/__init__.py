"""Pages on which people take courses, and those who look after them see who does."""

from participation.views import course, holding, me, nomination, office, session
from participation.views.blueprint import blueprint

__all__ = ["blueprint", "course", "holding", "me", "nomination", "office", "session"]
