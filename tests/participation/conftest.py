"""What tests of taking part stand on: a mail server, and a clock that a test sets."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from post_office import PostOffice

from kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail server."""
    office = PostOffice()
    yield office
    office.controller.stop()


class Time:
    """What the clock says."""

    def __init__(self) -> None:
        self.now = clock.now()

    def passes(self, **much: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**much)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """A clock that the test sets."""
    passing = Time()
    monkeypatch.setattr(clock, "now", lambda: passing.now)
    return passing
