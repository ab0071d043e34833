"""A demand and the rows that belong to it."""

from demand.models.demand import Demand
from demand.models.parts import (
    Actual,
    AssessmentScore,
    EstimateLine,
    KpiEffect,
    Prerequisite,
    StageLimit,
    Standing,
)
from demand.models.scorecard import Scorecard
from demand.models.vocabulary import DemandType, Risk, Size, Source

__all__ = [
    "Actual", "AssessmentScore", "Demand", "DemandType", "EstimateLine", "KpiEffect", "Prerequisite", "Risk",
    "Scorecard", "Size", "Source", "StageLimit", "Standing",
]  # fmt: skip
