"""Refusals: what the application will not do, with the sentence that the person is shown."""

from __future__ import annotations

from typing import ClassVar


class RefusalError(Exception):
    """A refusal that is shown to the person as a page. `message` is Japanese and says what to do next."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "受け付けられませんでした"

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        """Keep the sentence, and the form field it belongs to if there is one."""
        super().__init__(message)
        self.message = message
        self.field = field


class NotFoundError(RefusalError):
    """There is no such thing, or none that this person may see: the answer is the same."""

    status = 404
    title = "ページが見つかりません"


class ForbiddenError(RefusalError):
    """The person may see the thing but not do this with it."""

    status = 403
    title = "この操作はできません"


class ConflictError(RefusalError):
    """The state of things does not allow it (any more): full, already done, changed meanwhile."""

    status = 409
    title = "いまはできません"


class UnavailableError(RefusalError):
    """Something that this needs does not answer: it is not the person's doing, and may be mended by waiting."""

    status = 503
    title = "いまは使えません"


class InvalidError(RefusalError):
    """What was given cannot be taken as it is."""

    status = 422
    title = "入力を確かめてください"
