"""The blueprint that the pages of review share."""

from flask import Blueprint

blueprint = Blueprint("review", __name__)
