"""Pages of the catalogue."""

from catalog.views import articles, curricula, finding, roundtables, studio
from catalog.views.blueprint import blueprint

__all__ = ["articles", "blueprint", "curricula", "finding", "roundtables", "studio"]
