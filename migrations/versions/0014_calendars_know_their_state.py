"""A school calendar knows its State: two States may have districts of one name

Revision: 0014, after 0013. A calendar that is there already goes to the State in which most cases of its organization
name the district, or, where no case does, to the organization's own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

FILL = """
UPDATE school_calendars AS calendar
SET state = coalesce(
    (
        SELECT cases.state
        FROM cases JOIN students ON students.case_id = cases.id
        WHERE cases.org_id = calendar.org_id AND students.district = calendar.district
        GROUP BY cases.state
        ORDER BY count(*) DESC, cases.state = organizations.state DESC, cases.state
        LIMIT 1
    ),
    organizations.state
)
FROM organizations
WHERE organizations.id = calendar.org_id
"""


def upgrade() -> None:
    op.add_column(
        "school_calendars",
        sa.Column(
            "state",
            sa.String(length=2),
            nullable=True,
            comment="Two letters: districts of one name are told apart by it",
        ),
    )
    op.execute(FILL)
    op.alter_column("school_calendars", "state", nullable=False)
    op.drop_constraint(op.f("uq_school_calendars_org_id_district_first_day"), "school_calendars", type_="unique")
    op.create_unique_constraint(
        op.f("uq_school_calendars_org_id_state_district_first_day"),
        "school_calendars",
        ["org_id", "state", "district", "first_day"],
    )
