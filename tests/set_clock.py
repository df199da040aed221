"""The application under a clock that a test sets: what the file CLOCK says is added to the machine's, in seconds."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from kernel import clock

real, told = clock.now, Path(os.environ["CLOCK"])
clock.now = lambda: real() + dt.timedelta(seconds=float(told.read_text() or 0))

from app import create_app  # noqa: E402 - what it imports is to know this clock only

__all__ = ["create_app"]
