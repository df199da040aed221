"""The file edition (ファイルで受ける): a course taken where there is no network, and the return code that tells it was done.

Each file is made for one enrolment and holds a key of its own. Its page signs how many answers were right with it
(HMAC, RFC 2104, with SHA-256, shortened as its section 5 allows) and shows the result as a code in signs that people
type. A code is taken once, from that person only. It tells that this file was gone through; like every test that is
taken without supervision, it does not tell who sat there.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kernel import clock
from kernel.database import add, commit_part, db
from kernel.errors import ConflictError
from kernel.secret import SIGNS, grouped, in_signs, of_signs
from kernel.text import normalised

from courses.lessons import quiz as quizzes
from courses.lessons.lesson_kind import quiz_of

from learning import progress
from learning.models import TakeHome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courses.lessons.quiz import Quiz

    from learning.path import Path

KEY_BYTES, CODE_BYTES, MOST_REFUSED = 32, 6, 10
"""A code holds 48 bits that cannot be told without the key; after ten wrong ones the file is made anew."""


@dataclass(frozen=True)
class Returns:
    """What the page of a file needs to make its return code: the key, what it is about, how long the code is."""

    home: TakeHome
    quizzes: Sequence[Quiz]

    @property
    def data(self) -> dict[str, Any]:
        """Return it for the script of the page."""
        return {
            "key": self.home.key, "about": _about(self.home), "bytes": CODE_BYTES,
            "signs": _signs(len(self.quizzes)),
        }  # fmt: skip

    def code(self, counts: Sequence[int]) -> str:
        """Return the code for so many right answers in each quiz, as the page of the file makes it."""
        said = bytes(counts)
        return grouped(in_signs(said + _mac(self.home, said), _signs(len(counts))))


def _about(home: TakeHome) -> str:
    return f"{home.enrolment_id}.{home.number}"


def _mac(home: TakeHome, said: bytes) -> bytes:
    signed = _about(home).encode() + b"\0" + said
    return hmac.new(bytes.fromhex(home.key), signed, hashlib.sha256).digest()[:CODE_BYTES]


def _signs(counts: int) -> int:
    """Return how many signs a code has that tells of so many quizzes."""
    return math.ceil((counts + CODE_BYTES) * 8 / math.log2(len(SIGNS)))


def _asked(path: Path) -> list[Quiz]:
    return [quiz for lesson in path.required if (quiz := quiz_of(lesson))]


def home_of(path: Path) -> TakeHome | None:
    """Return the file that was made for an enrolment, None where none was."""
    return db.session.get(TakeHome, path.enrolment.id)


def issue(path: Path) -> Returns:
    """Return what a file for an enrolment needs: as before where one was made, anew where too many codes were wrong.

    Raises ConflictError where the enrolment is over, or has nothing to be finished.
    """
    if not path.enrolment.state.is_open or not path.required:
        message = "この受講は、いまファイルでは受けられません。"
        raise ConflictError(message)
    home = home_of(path)
    if home and home.returned_at:
        message = "修了コードは、もう受け取りました。"
        raise ConflictError(message)
    if home is None:
        home = add(TakeHome(enrolment_id=path.enrolment.id, number=0, key="", refused=MOST_REFUSED))
    if home.refused >= MOST_REFUSED:
        home.key, home.number, home.refused = secrets.token_hex(KEY_BYTES), home.number + 1, 0
    home.issued_at = clock.now()
    progress.begin(path.enrolment)
    db.session.flush()
    return Returns(home, _asked(path))


def hand_in(path: Path, typed: str) -> bool:
    """Take a return code: the lessons that were left are finished. Return whether the course is completed by it.

    Raises ConflictError where the code is not of this person's file, was used, does not pass, or was tried too often.
    """
    home = db.session.get(TakeHome, path.enrolment.id, with_for_update=True, populate_existing=True)
    if home is None:
        message = "はじめに、ファイルを保存して受けてください。"
        raise ConflictError(message, field="code")
    if home.returned_at or not path.enrolment.state.is_open:
        message = "この講座の修了コードは、もう受け取りました。"
        raise ConflictError(message, field="code")
    if home.refused >= MOST_REFUSED:
        message = f"違うコードが{MOST_REFUSED}回入力されたので、このファイルのコードは使えません。ファイルをもう一度保存して、受け直してください。"
        raise ConflictError(message, field="code")
    asked = _asked(path)
    counts = _counts(home, typed, len(asked))
    if counts is None:
        home.refused += 1
        commit_part()
        message = "このコードは、この講座であなたが保存したファイルのものではありません。打ち間違いがないか、確かめてください。"
        raise ConflictError(message, field="code")
    shares = [right * 100 // (quiz.draw or len(quiz.questions)) for right, quiz in zip(counts, asked, strict=True)]
    if not all(quizzes.passed(quiz, share) for quiz, share in zip(asked, shares, strict=True)):
        message = "合格していないファイルのコードです。確認テストに合格すると、修了コードが変わります。"
        raise ConflictError(message, field="code")
    home.returned_at, home.score = clock.now(), min(*shares, 100) if shares else None
    completed = [progress.mark_finished(path.enrolment, lesson.id) for lesson in path.left]
    return any(completed)


def _counts(home: TakeHome, typed: str, quizzes_asked: int) -> bytes | None:
    """Return how many answers were right in each quiz by a code, None where it is none of this file."""
    signs = "".join(sign for sign in normalised(typed).upper() if sign.isalnum())
    if len(signs) != _signs(quizzes_asked):
        return None
    whole = of_signs(signs, quizzes_asked + CODE_BYTES)
    if whole is None:
        return None
    counts, mac = whole[:quizzes_asked], whole[quizzes_asked:]
    return counts if hmac.compare_digest(mac, _mac(home, counts)) else None
