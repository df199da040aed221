"""Enrolments of sessions that were not held end and leave the count, as they do from now on; their places are free.

A downgrade leaves them ended as withdrawn, which is what an earlier version knows.
"""

import sqlalchemy as sa
from alembic import op

revision = '0016_not_held'
down_revision = '0015_standing_of_links'
branch_labels = None
depends_on = None

OFF = 'session_id IN (SELECT id FROM training_session WHERE cancelled_at IS NOT NULL OR called_off_at IS NOT NULL)'
COUNTED = "state NOT IN ('withdrawn', 'not held')"
COUNT = """
    INSERT INTO uptake (fiscal_year, level, organisation_id, enrolled, in_progress, completed, people)
    SELECT fiscal_year, {level}, organisation_id, count(*), sum(CASE WHEN state = 'in progress' THEN 1 ELSE 0 END),
           sum(CASE WHEN state = 'completed' THEN 1 ELSE 0 END), count(DISTINCT staff_id)
    FROM enrolment WHERE {counted} GROUP BY fiscal_year, organisation_id{by_level}
"""


def upgrade() -> None:
    bind = op.get_bind()
    ended = bind.execute(sa.text(f"UPDATE enrolment SET state = 'not held' WHERE state IN ('enrolled', 'in progress') AND {OFF}"))
    if not ended.rowcount:
        return
    op.execute(
        "UPDATE training_session SET taken = (SELECT count(*) FROM enrolment WHERE enrolment.session_id = training_session.id AND "
        f'{COUNTED}) WHERE (cancelled_at IS NOT NULL OR called_off_at IS NOT NULL)'
    )
    op.execute('DELETE FROM uptake')
    op.execute(COUNT.format(level='level', counted=COUNTED, by_level=', level'))
    op.execute(COUNT.format(level="'all'", counted=COUNTED, by_level=''))


def downgrade() -> None:
    op.execute("UPDATE enrolment SET state = 'withdrawn' WHERE state = 'not held'")
