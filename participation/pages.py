"""All pages of participation: whoever imports this has them on the blueprint."""

from participation import views
from participation.attending import views as attending_views
from participation.blueprint import blueprint
from participation.calendar import views as calendar_views
from participation.hosting import views as hosting_views
from participation.joint.views import allocation, nomination
from participation.notices import views as notices_views
from participation.papers import views as papers_views
from participation.record import views as record_views

__all__ = [
    "allocation",
    "attending_views",
    "blueprint",
    "calendar_views",
    "hosting_views",
    "nomination",
    "notices_views",
    "papers_views",
    "record_views",
    "views",
]
