"""All pages of courses: whoever imports this has them on the blueprint."""

from courses import views
from courses.blueprint import blueprint
from courses.cover import cover
from courses.kits import views as kits_views
from courses.lessons.views import asset, outline, question
from courses.packages import views as packages_views
from courses.sessions.views import lecturer as lecturer_views
from courses.sessions.views import session as session_views

__all__ = [
    "asset",
    "blueprint",
    "kits_views",
    "lecturer_views",
    "outline",
    "packages_views",
    "question",
    "session_views",
    "views",
]

blueprint.add_app_template_global(cover, "cover_of")
