"""Pages of people: signing in, the own organisation's staff and how they join, organisations, audit log."""

from people.views import administration, invitation, sign_in, staff
from people.views.blueprint import blueprint

__all__ = ["administration", "blueprint", "invitation", "sign_in", "staff"]
