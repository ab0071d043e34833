"""What somebody may not see is neither linked nor named on the pages of what they may see."""

import re

import pytest

from changeoffice.core.record.database import work_models
from changeoffice.core.record.models import Record
from tests.walking import scene  # noqa: F401

KINDS = {work.kind: work for work in work_models()}
# An owner alone does not see a dependency: it exists for those who see both its ends.
WITHOUT_PAGE = {"budget", "rag_policy", "import", "benefit", "dependency"}
HIDDEN = "Something nobody from outside may read of"
LINK = re.compile(r'(?:href|action|hx-get)="(/[^"#]*)"')
REFERENCE = re.compile(r"\b[A-Z]{2,8}-[0-9]{4}\b|\bPRJ-[0-9]+\b")

pytestmark = pytest.mark.django_db


def alone(scene, plural: str, person) -> Record:
    """The one record a person owns; all others are called so that they are noticed, but for gates,
    which are the steps of their project."""
    for work in (work for kind, work in KINDS.items() if kind != "gate"):
        work.objects.exclude(reference=scene[plural]).update(title=HIDDEN)
    record = Record.objects.select_related("home").get(reference=scene[plural])
    KINDS[record.kind].objects.filter(pk=record.pk).update(owner=person)
    return record


@pytest.mark.parametrize(
    "plural", sorted(work.plural for kind, work in KINDS.items() if kind not in WITHOUT_PAGE)
)
def test_a_page_leads_a_person_from_outside_nowhere_they_may_not_go(scene, plural, page, outsider):
    """They own one thing of the office and nothing around it."""
    record, client = alone(scene, plural, outsider), page(outsider)
    answer = client.get(record.get_absolute_url())
    if answer.status_code == 302 and plural == "gates":  # a gate stands on its project's page
        return
    assert answer.status_code == 200
    html = answer.content.decode()
    hidden = Record.objects.exclude(pk__in=Record.objects.visible_to(outsider).values("pk"))
    named = set(REFERENCE.findall(html)) & set(hidden.values_list("reference", flat=True))
    assert named == set() and HIDDEN not in html
    dead = {
        link for link in LINK.findall(html)
        if not link.startswith("/static") and client.get(link.replace("&amp;", "&")).status_code == 404
    }  # fmt: skip
    assert dead == set()


@pytest.mark.parametrize("plural", ["milestones", "risks", "issues", "actions", "interventions"])
def test_a_register_names_no_project_its_reader_may_not_see(scene, plural, page, outsider):
    record, client = alone(scene, plural, outsider), page(outsider)
    for query in ("view=all", "view=all&format=csv"):
        answer = client.get(f"/{plural}?{query}")
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert record.reference in text
        assert HIDDEN not in text and f"{record.home.reference}," not in text


def test_a_list_of_projects_names_no_programme_its_reader_may_not_see(scene, page, outsider):
    project = alone(scene, "projects", outsider)
    for query in ("view=all", "view=all&group=programme", "view=all&format=csv"):
        answer = page(outsider).get(f"/projects?{query}")
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert project.title in text and HIDDEN not in text
