"""Pages on which courses are written, lesson by lesson, and sessions of them planned."""

from courses.views import asset, draft, outline, package, session, skills
from courses.views.blueprint import blueprint

__all__ = ["asset", "blueprint", "draft", "outline", "package", "session", "skills"]
