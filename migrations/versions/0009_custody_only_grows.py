"""What was written of the custody of a file stays: lines are added, none is changed or removed

Revision: 0009, after 0008.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION custody_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF jsonb_array_length(NEW.custody) < jsonb_array_length(OLD.custody) OR EXISTS (
                SELECT 1 FROM jsonb_array_elements(OLD.custody) WITH ORDINALITY AS was(line, place)
                WHERE NEW.custody -> (was.place::int - 1) IS DISTINCT FROM was.line
            ) THEN
                RAISE EXCEPTION 'the custody of a file only grows' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$;
        """
    )
    op.execute(
        "CREATE TRIGGER custody_only_grows BEFORE UPDATE OF custody ON documents"
        " FOR EACH ROW WHEN (OLD.custody IS DISTINCT FROM NEW.custody) EXECUTE FUNCTION custody_only_grows()"
    )
