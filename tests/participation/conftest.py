"""What tests of taking part stand on: a mail server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from post_office import PostOffice

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail server."""
    office = PostOffice()
    yield office
    office.controller.stop()
