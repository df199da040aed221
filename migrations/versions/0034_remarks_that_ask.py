"""Remarks of the starter content that ask for nothing wait for no answer."""

import sqlalchemy as sa
from alembic import op

revision = '0034_remarks_that_ask'
down_revision = '0033_course_wanted'
branch_labels = None
depends_on = None

ANSWERS = (("8-1", 12), ("15-2", 12), ("23-2", 4), ("23-2", 7), ("23-2", 10), ("23-2", 11), ("30", 3), ("30", 20))


def _set(asks: bool) -> None:
    for key, position in ANSWERS:
        op.get_bind().execute(
            sa.text(
                "UPDATE remark SET asks = :asks WHERE position = :position AND "
                "article_id IN (SELECT id FROM article WHERE key = :key)"
            ),
            {"asks": asks, "position": position, "key": key},
        )


def upgrade() -> None:
    _set(asks=False)


def downgrade() -> None:
    _set(asks=True)
