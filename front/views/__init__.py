"""Views of front."""

from front.views import catalogue, course, information, installation, learner, office, style

__all__ = ["catalogue", "course", "information", "installation", "learner", "office", "style"]
