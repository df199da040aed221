"""All pages of courses: importing them puts them on its blueprint."""

from courses.blueprint import blueprint

__all__ = ["blueprint"]
