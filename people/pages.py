"""All pages of people: whoever imports this has them on the blueprint."""

from people import views
from people.blueprint import blueprint
from people.federation.views import entering, setting_up
from people.joining import views as joining_views
from people.personnel import views as personnel_views
from people.provisioning import views as provisioning_views
from people.sections import views as sections_views
from people.signing_in import views as signing_in_views

__all__ = [
    "blueprint", "entering", "joining_views", "personnel_views", "provisioning_views", "sections_views", "setting_up", "signing_in_views", "views",
]  # fmt: skip
