"""All pages of catalog: importing them puts them on its blueprint."""

from catalog.blueprint import blueprint

__all__ = ["blueprint"]
