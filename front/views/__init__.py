"""Views of front."""

from front.views import (
    catalogue,
    course,
    duties,
    information,
    installation,
    learner,
    moves,
    office,
    personal_data,
    staff,
    style,
)

__all__ = [
    "catalogue", "course", "duties", "information", "installation", "learner", "moves", "office", "personal_data", "staff", "style",
]  # fmt: skip
