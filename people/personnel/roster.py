"""The roster (職員名簿) of an organisation in the form in which a personnel file is sent: what was taken out comes back unchanged."""

from __future__ import annotations

import sqlalchemy as sa

from kernel import clock
from kernel.database import db

from people.membership import is_not_over
from people.models import Membership, Section, Staff

HEADINGS = ("職員番号", "氏名", "フリガナ", "メールアドレス", "部署", "職", "採用日", "退職日")


def table_of(organisation_id: int) -> list[tuple[str, ...]]:
    """Return headings and the present and coming staff, by section and reading."""
    rows = db.session.execute(
        sa.select(
            Membership.staff_number, Staff.name, Staff.reading, Staff.email, Membership.department, Membership.post,
            Membership.joined_on, Membership.left_on,
        )
        .join(Membership.staff)
        .outerjoin(Section, Section.id == Membership.section_id)
        .where(Membership.organisation_id == organisation_id, is_not_over(), Staff.erased_at.is_(None))
        .order_by(Section.title, Staff.reading, Membership.id)
    )  # fmt: skip
    return [
        HEADINGS,
        *(
            (
                *(text or "" for text in row[:6]),
                row.joined_on.isoformat(),
                (row.left_on - clock.DAY).isoformat() if row.left_on else "",
            )
            for row in rows
        ),
    ]
