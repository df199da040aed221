"""The worker: looks after each of its tasks in turn. What fails fails alone, is told to the operator, and is tried again."""

from __future__ import annotations

import contextlib
import functools
import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from kernel import clock
from kernel.database import db

from participation.joint import waiting_list
from participation.mailing import delivery, reminders, repetition
from participation.mailing.models import WorkerLook

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from kernel.settings import Mail

    Tasks = Mapping[str, Callable[[], object]]

NOTHING: Tasks = {}
log = logging.getLogger("tomomanabi.worker")


class Worker:
    """Moves offers on, writes reminders and yearly duties, sends mail; and does what others ask for, at each look or once a day."""

    def __init__(self, mail: Mail, public_url: str, always: Tasks = NOTHING, daily: Tasks = NOTHING) -> None:
        self.mail, self.public_url, self.always, self.daily = mail, public_url, always, daily
        self.done_on: dict[str, dt.date] = {}

    def look(self) -> delivery.Report:
        """Look after every task once; return what became of the mails."""
        report = delivery.Report()
        _does("places", rebalance)
        _does("reminders", reminders.remind)
        _does("yearly duties", functools.partial(self._once_a_day, "yearly duties", repetition.announce))
        for task, act in self.always.items():
            _does(task, act)
        for task, act in self.daily.items():
            _does(task, functools.partial(self._once_a_day, task, act))
        if self.mail.host:
            _does("mail", lambda: delivery.deliver(self.mail, self.public_url, report))
        db.session.remove()
        return report

    def _once_a_day(self, task: str, act: Callable[[], object]) -> None:
        """Do something until it has nothing to do; then it has a rest until tomorrow."""
        if self.done_on.get(task) != clock.today() and not act():
            self.done_on[task] = clock.today()


def rebalance() -> int:
    """Let the offers of every session move on, each session by itself; return how many did."""
    sessions = waiting_list.due()
    done = [
        _does(f"places of session {id_}", functools.partial(waiting_list.rebalance, id_), noted=False)
        for id_ in sessions
    ]
    if not all(done):
        message = f"{done.count(False)} of {len(done)} sessions could not be rebalanced"
        raise RuntimeError(message)
    return len(sessions)


def _does(task: str, act: Callable[[], object], *, noted: bool = True) -> bool:
    """Do one thing in a transaction of its own; tell whether it went well."""
    trouble = ""
    try:
        act()
        db.session.commit()
    except Exception as error:  # the loop goes on, whatever it meets
        trouble = type(error).__name__
        log.exception("the worker could not look after: %s", task)
        with contextlib.suppress(SQLAlchemyError):
            db.session.rollback()
    if noted:
        with contextlib.suppress(SQLAlchemyError):
            _note(task, trouble)
    return not trouble


def _note(task: str, trouble: str) -> None:
    found = db.session.get(WorkerLook, task) or WorkerLook(task=task)
    found.looked_at, found.trouble = clock.now(), trouble
    if not trouble:
        found.went_well_at = found.looked_at
    db.session.add(found)
    db.session.commit()


def looks() -> Sequence[WorkerLook]:
    """Return what the worker last did, task by task."""
    return db.session.scalars(sa.select(WorkerLook).order_by(WorkerLook.task)).all()
