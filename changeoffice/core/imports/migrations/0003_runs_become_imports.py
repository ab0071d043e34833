"""What was taken in before there was a record of each import becomes one."""

from django.db import migrations

MOVE = """
    CREATE SEQUENCE IF NOT EXISTS reference_imp;
    CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
        SELECT r.*, nextval('record_id') AS record_id,
               'IMP-' || lpad(nextval('reference_imp')::text, 4, '0') AS reference
          FROM (SELECT * FROM imports_importrun ORDER BY id) r;
    INSERT INTO imports_import (id, reference, title, state, state_since, unit_id, owner_id, reach,
        confidential, home_id, version, created_at, updated_at, of, format, file, file_name, size,
        sha256, shape, notes, mapping, mapping_name, source, decisions, complete, confirmed,
        attempt, checked_at, rows, created, updated, unchanged, refused, conflicts, absent,
        absent_of, told, trouble)
    SELECT record_id, reference, left(file_name, 200), 'done', at, NULL, by_id, 1, false,
        record_id, 1, at, at, kind, 'csv', '', file_name, 0, sha256, '{}', '[]', '{}', mapping,
        mapping, '{}', false, false, 0, NULL, created + updated + unchanged + refused, created,
        updated, unchanged, refused, 0, 0, 0, '{}', ''
      FROM moved;
    INSERT INTO imports_progress (of_id, attempt, steps) SELECT record_id, 0, '[]' FROM moved;
    INSERT INTO imports_importline (of_id, row, outcome, reference, title, changes, errors, cells,
        mark_before, mark_after, digest)
    SELECT DISTINCT ON (m.record_id, f.row) m.record_id, f.row, 'refused', '', '', '[]', f.errors,
        f.cells, '', '', ''
      FROM imports_refusedrow f JOIN moved m ON m.id = f.run_id
     ORDER BY m.record_id, f.row, f.id;
"""


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_imports")]
    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
