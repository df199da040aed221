"""All pages of review: whoever imports this has them on the blueprint."""

from review.blueprint import blueprint
from review.views import municipalities, participation, remark, report

__all__ = ["blueprint", "municipalities", "participation", "remark", "report"]
