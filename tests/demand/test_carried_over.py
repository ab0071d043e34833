"""Scores given before cards could be edited keep their marks, and gain no history for it."""

from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pgtrigger
import pytest
from django.db import connection

from changeoffice.core.record.history import history_of
from demand.models import AssessmentScore

pytestmark = pytest.mark.django_db
OLD = "value = 8, time_criticality = 5, risk_reduction = 5, job_size = 3"
MARKS = {"value": 8, "time_criticality": 5, "risk_reduction": 5, "job_size": 3}


def test_scores_of_the_release_before_are_carried_over_with_their_history(make_demand):
    demand = make_demand("ready")
    with pgtrigger.ignore(), connection.cursor() as cursor:
        for table in ("demand_assessmentscore", "demand_assessmentscorehistory"):
            cursor.execute(f"UPDATE {table} SET marks = '{{}}', {OLD}")  # noqa: S608
        cursor.execute("""UPDATE demand_demand SET means = '{}', raw_score = NULL, score_index = NULL,
            mean_value = 8, mean_time_criticality = 5, mean_risk_reduction = 5, job_size = 3""")
    score, history = demand.scores.get(), history_of(AssessmentScore).objects
    before = history.count()
    migration = import_module("demand.migrations.0004_marks_as_they_stand")
    migration.carry_over(None, SimpleNamespace(connection=connection))
    score.refresh_from_db()
    demand.refresh_from_db()
    assert score.marks == history.get().marks == demand.means == MARKS
    assert (demand.raw_score, demand.score_index) == (Decimal("6.0000"), Decimal("65.0515"))
    assert history.count() == before
