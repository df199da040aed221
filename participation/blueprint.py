"""The blueprint that the pages of participation share."""

from flask import Blueprint

blueprint = Blueprint("participation", __name__)
