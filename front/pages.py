"""All pages of front: whoever imports this has them on the blueprint."""

from front import views
from front.blueprint import blueprint

__all__ = ["blueprint", "views"]
