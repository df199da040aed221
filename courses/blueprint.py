"""The blueprint that the pages of courses share."""

from flask import Blueprint

blueprint = Blueprint("courses", __name__)
