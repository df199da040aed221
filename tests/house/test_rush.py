"""Opening day under the real server: a small rush of `make rush`, with the server killed in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_rush_gives_every_place_once_and_a_killed_server_loses_none():
    small = {"REQUESTS": "300", "PEOPLE": "80", "PLACES": "30"}
    answer = subprocess.run(
        [sys.executable, "scripts/rush.py"], cwd=ROOT, env={**os.environ, **small}, capture_output=True, text=True,
        check=False, timeout=500,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.count("| places / given / enrolments | 30 / 30 / 30 |") == 2
    assert answer.stdout.count("| acknowledged places lost | 0 |") == 2
