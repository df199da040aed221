"""Views of front."""

from front.views import catalogue, information, installation, learner, office

__all__ = ["catalogue", "information", "installation", "learner", "office"]
