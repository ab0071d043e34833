"""The portfolio's records, and how confidence passes from a project to what hangs on it."""

from django.apps import apps

from changeoffice.core.record.models import NamedPerson
from portfolio.models.backlog import Epic, EpicEffect, Product
from portfolio.models.benefit import Benefit
from portfolio.models.dependency import Dependency, Link
from portfolio.models.gate import Decision, Gate, GateCriterion
from portfolio.models.intervention import Intervention, Rung
from portfolio.models.judgement import Confidence, DeliveryConfidence, Scale
from portfolio.models.milestone import Expectation, Milestone
from portfolio.models.parts import ProjectPart
from portfolio.models.plans import Portfolio, Programme
from portfolio.models.project import Project
from portfolio.models.rag import Colour, LimitSet, RagHistory, RagPolicy, RagReading
from portfolio.models.raid import Action, Issue, Risk
from portfolio.models.slips import DependencyReading, DependencySlip

__all__ = [
    "Action", "Benefit", "Colour", "Confidence", "Decision", "DeliveryConfidence", "Dependency",
    "DependencyReading", "DependencySlip", "Epic", "EpicEffect", "Expectation", "Gate", "GateCriterion", "Intervention",
    "Issue", "LimitSet", "Link", "Milestone", "Portfolio", "Product", "Programme", "Project", "RagHistory",
    "RagPolicy", "RagReading", "Risk", "Rung", "Scale",
]  # fmt: skip


def pass_on_confidence(project: Project) -> None:
    """Everything in a project is as confidential as the project; so is what ties it to others.

    What was owned by somebody not named on it passes to the project's owner.
    """
    for part in (model for model in apps.get_models() if issubclass(model, ProjectPart)):
        rows = part.objects.filter(project=project)
        rows.update(confidential=project.confidential)
        if project.confidential:
            named = NamedPerson.objects.filter(record_id=project.pk).values("person_id")
            rows.exclude(owner_id__in=named).update(owner_id=project.owner_id)
    links = Dependency.objects.touching([project])
    for link in links.select_related("giver__project", "getter__project"):
        link.stand_with_its_ends(project)
