"""The blueprint that the pages of the front share."""

from flask import Blueprint

blueprint = Blueprint("front", __name__)
