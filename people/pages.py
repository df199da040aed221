"""All pages of people: importing them puts them on its blueprint."""

from people.blueprint import blueprint

__all__ = ["blueprint"]
