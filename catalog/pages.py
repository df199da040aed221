"""All pages of catalog: whoever imports this has them on the blueprint."""

from catalog.adopting import views as adopting
from catalog.blueprint import blueprint
from catalog.curricula import views as curricula
from catalog.views import approvals, articles, export, requests, roundtables, studio, words

__all__ = [
    "adopting",
    "approvals",
    "articles",
    "blueprint",
    "curricula",
    "export",
    "requests",
    "roundtables",
    "studio",
    "words",
]
