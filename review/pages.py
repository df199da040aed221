"""All pages of review: importing them puts them on its blueprint."""

from review.blueprint import blueprint

__all__ = ["blueprint"]
