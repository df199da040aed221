"""Pages that show what it all came to."""

from review.views import home, participation, remark
from review.views.blueprint import blueprint

__all__ = ["blueprint", "home", "participation", "remark"]
