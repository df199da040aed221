"""All pages of participation: importing them puts them on its blueprint."""

from participation.blueprint import blueprint

__all__ = ["blueprint"]
