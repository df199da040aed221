"""Views of front."""

from front.views import information, installation, learner, office

__all__ = ["information", "installation", "learner", "office"]
