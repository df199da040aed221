"""Acts in several transactions at once, each in a thread of its own."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from kernel.database import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

OVERLAP = 0.3


def at_once(app: Flask, *acts: Callable[[], object]) -> None:
    """Do the acts at the same time; each stays in its transaction until the others have surely begun theirs."""
    ready = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait()
            act()
            time.sleep(OVERLAP)
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(run, acts))
