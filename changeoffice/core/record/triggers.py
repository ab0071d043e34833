"""The database trigger that keeps a Work's header; nobody writes Record from Python."""

import pgtrigger
from django.apps import apps

HEADER_COLUMNS = ["reference", "title", "state", "unit", "owner", "reach", "confidential", "home"]


class KeepHeader(pgtrigger.Trigger):
    """Upsert core's header row whenever a Work's header columns or searched text change."""

    name = "keep_header"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update

    def get_func(self, model) -> str:
        # Migrations pass a bare state model; what is searched stands on the real one.
        model = apps.get_model(model._meta.label)
        searched = [f"coalesce(NEW.{_column(model, name)}, '')" for name in model.searched]
        body = " || ' ' || ".join(searched) or "''"
        changed = " OR ".join(
            f"NEW.{column} IS DISTINCT FROM OLD.{column}"
            for column in (_column(model, name) for name in [*HEADER_COLUMNS, *model.searched])
        )
        # Every part is a column or kind named in our own code.
        return f"""
            IF TG_OP = 'UPDATE' AND NOT ({changed}) THEN RETURN NULL; END IF;
            INSERT INTO record_record AS header (id, kind, reference, title, state, unit_id,
                owner_id, reach, confidential, home_id, search, created_at)
            VALUES (NEW.id, '{model.kind}', NEW.reference, NEW.title, NEW.state, NEW.unit_id,
                NEW.owner_id, NEW.reach, NEW.confidential, NEW.home_id,
                setweight(to_tsvector('office', NEW.reference || ' ' || NEW.title), 'A')
                || setweight(to_tsvector('office', left({body}, 100000)), 'C'), NEW.created_at)
            ON CONFLICT (id) DO UPDATE SET title = excluded.title, state = excluded.state,
                unit_id = excluded.unit_id, owner_id = excluded.owner_id, reach = excluded.reach,
                confidential = excluded.confidential, home_id = excluded.home_id,
                search = excluded.search;
            RETURN NULL;
        """  # noqa: S608


class RefuseDelete(pgtrigger.Protect):
    """A Work ends in a closed state; its row and its history stay."""

    name = "never_deleted"
    operation = pgtrigger.Delete


def _column(model, name: str) -> str:
    return model._meta.get_field(name).column
