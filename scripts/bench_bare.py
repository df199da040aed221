"""The page that the others are compared with: one Jinja template, 20 rows by one indexed query, no sign-in."""

from __future__ import annotations

import os

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import defer

from kernel.database import db
from kernel.settings import database_url

from people.models import Membership

TEMPLATE = """<!doctype html><title>Bare</title><table>{% for row in rows %}
<tr><td>{{ row.id }}</td><td>{{ row.staff_number }}</td><td>{{ row.section_id }}</td><td>{{ row.post_id }}</td></tr>{% endfor %}</table>"""


def make_app() -> Flask:
    """Make the bare application on the same database."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url(os.environ)
    db.init_app(app)

    page = app.jinja_env.from_string(TEMPLATE)  # compiled once, as a template file would be

    @app.get("/")
    def bare() -> str:
        rows = db.session.scalars(
            sa.select(Membership)
            .options(defer(Membership.department), defer(Membership.post))  # columns of one table only
            .where(Membership.organisation_id == 100, Membership.left_on.is_(None))  # noqa: PLR2004
            .limit(20)
        ).all()
        return page.render(rows=rows)

    @app.get("/healthz")
    def health() -> str:
        return "ok"

    return app
