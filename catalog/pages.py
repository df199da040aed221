"""All pages of catalog: whoever imports this has them on the blueprint."""

from catalog.blueprint import blueprint
from catalog.views import articles, curricula, requests, roundtables, studio

__all__ = ["articles", "blueprint", "curricula", "requests", "roundtables", "studio"]
