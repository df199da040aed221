"""The blueprint that the catalogue's pages share."""

from flask import Blueprint

blueprint = Blueprint("catalog", __name__)
