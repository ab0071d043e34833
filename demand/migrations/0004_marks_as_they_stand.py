"""Marks, means and scores as they stood, in the columns that hold those of any card."""

import pgtrigger
from django.db import migrations

MARKS = """jsonb_build_object('value', value, 'time_criticality', time_criticality,
    'risk_reduction', risk_reduction, 'job_size', job_size)"""
# Where a score lies between the least (0.3) and the most (30) of the card, as `scoring` has it.
DEMANDS = """
    UPDATE demand_demand SET
        means = jsonb_build_object('value', mean_value, 'time_criticality', mean_time_criticality,
                                   'risk_reduction', mean_risk_reduction, 'job_size', job_size),
        raw_score = round((mean_value + mean_time_criticality + mean_risk_reduction) / job_size, 4),
        score_index = round((100 * ln((mean_value + mean_time_criticality + mean_risk_reduction)
                                      / job_size / 0.3) / ln(100.0))::numeric, 4)
    WHERE wsjf IS NOT NULL AND score_index IS NULL AND job_size > 0"""


def carry_over(apps, editor) -> None:
    """Nobody did anything today, so history gains no rows; its old rows are given their marks."""
    with pgtrigger.ignore(), editor.connection.cursor() as cursor:
        for table in ("demand_assessmentscore", "demand_assessmentscorehistory"):
            cursor.execute(f"UPDATE {table} SET marks = {MARKS} WHERE marks = '{{}}' AND value > 0")  # noqa: S608
        cursor.execute(DEMANDS)


class Migration(migrations.Migration):
    dependencies = [("demand", "0003_scorecards")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
