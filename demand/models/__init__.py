"""A demand and the rows that belong to it."""

from demand.models.demand import Demand
from demand.models.letter import Letter
from demand.models.parts import (
    Actual,
    AssessmentScore,
    EstimateLine,
    KpiEffect,
    Prerequisite,
    StageLimit,
    Stakeholder,
    Standing,
)
from demand.models.scorecard import Scorecard
from demand.models.vocabulary import DemandType, Risk, Size, Source

__all__ = [
    "Actual", "AssessmentScore", "Demand", "DemandType", "EstimateLine", "KpiEffect", "Letter",
    "Prerequisite", "Risk", "Scorecard", "Size", "Source", "StageLimit", "Stakeholder", "Standing",
]  # fmt: skip
