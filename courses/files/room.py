"""Room (容量): how much of the store an organisation may still fill."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.errors import InvalidError

A_GIGABYTE = 1024**3


@dataclass(frozen=True)
class Room:
    """How many bytes an organisation's files come to, of how many; none given: as many as the store has."""

    used: int = 0
    most: int | None = None

    def check(self, more: int) -> None:
        """Raise InvalidError where so many more bytes are too many."""
        if self.most is not None and self.used + more > self.most:
            message = (
                f"教材のファイルは、団体ごとに合わせて{self.most / A_GIGABYTE:.0f}GBまでです（いま{self.used / A_GIGABYTE:.1f}GB）。"
                "使っていないファイルを下書きから外すか、事務局に相談してください。"
            )
            raise InvalidError(message, field="file")


NO_LIMIT = Room()
"""For what the operator takes in."""
