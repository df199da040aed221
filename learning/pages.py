"""All pages of learning: importing them puts them on its blueprint."""

from learning.blueprint import blueprint

__all__ = ["blueprint"]
