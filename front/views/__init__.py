"""Views of front."""

from front.views import catalogue, course, duties, information, installation, learner, moves, office, staff, style

__all__ = [
    "catalogue",
    "course",
    "duties",
    "information",
    "installation",
    "learner",
    "moves",
    "office",
    "staff",
    "style",
]
