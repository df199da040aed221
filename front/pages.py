"""All pages of front: importing them puts them on its blueprint."""

from front.blueprint import blueprint

__all__ = ["blueprint"]
