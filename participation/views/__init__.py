"""Pages on which people take courses, and those who look after them see who does."""

from participation.views import (
    attendance,
    calendar,
    certificate,
    course,
    holding,
    me,
    nomination,
    notices,
    office,
    outside_learning,
    papers,
    session,
)
from participation.views.blueprint import blueprint

__all__ = [
    "attendance",
    "blueprint",
    "calendar",
    "certificate",
    "course",
    "holding",
    "me",
    "nomination",
    "notices",
    "office",
    "outside_learning",
    "papers",
    "session",
]
