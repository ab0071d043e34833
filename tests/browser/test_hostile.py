"""Words meant to run, in every text of every kind, on every page that shows them."""

import pytest
from django.db.models import CharField, TextField

from changeoffice.core.record.database import work_models
from changeoffice.core.record.inputs import Text
from changeoffice.core.talk.models import Attachment, comment
from ideation.models import Idea
from tests.test_permissions import scene  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RUNS = '"><img src=x onerror=alert(1)><svg onload=alert(2)></textarea></script><script>alert(3)</script>'
LONG = f"""{RUNS}
[a](javascript:alert(4)) [b](data:text/html,<script>alert(5)</script>) ![c](x" onerror="alert(6))
<a href="javascript:alert(7)" onclick=alert(8)>d</a> <iframe srcdoc="<script>alert(9)</script>">
{{{{ 7*7 }}}} ${{alert(10)}} </title><style>*{{display:none}}</style>"""
MADE_OF_IT = (
    "img[onerror], svg[onload], iframe, [onclick], a[href^='javascript:'], a[href^='data:']"
)


def write_everywhere() -> int:
    """Into the rows themselves, past whatever the doors would refuse; answers how many columns."""
    written = 0
    for model in work_models():
        texts = {
            field.name: (LONG if isinstance(field, TextField) else RUNS)[: field.max_length]
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField) and not field.choices
            and (field.name == "title" or isinstance(model.profile.get(field.name), Text)
                 or isinstance(field, TextField))
        }  # fmt: skip
        model.objects.update(**texts)
        written += len(texts)
    return written


def test_nothing_people_write_runs_on_any_page(enter, scene, manager, author, unit, complaints):
    comment(Idea.objects.get(), by=author, body=LONG)
    Attachment.objects.update(name=f"{RUNS[:100]}.txt")
    type(unit).objects.update(name=RUNS[:80])
    assert write_everywhere() > 40
    page = enter(manager)
    kinds = {name: ref for name, ref in scene.items() if name != "attachments"}
    pages = ["/", "/inbox", "/leadership", "/search?q=IDEA-", "/search?q=%22%3E%3Cimg%20src%3Dx%3E"]
    pages += [f"/{name}" for name in kinds] + [f"/{name}/{ref}" for name, ref in kinds.items()]
    pages += [f"/{name}/{ref}/edit" for name, ref in kinds.items()]
    for address in pages:
        if page.request.get(address).status != 200:
            continue
        page.goto(address)
        assert page.locator(MADE_OF_IT).count() == 0, address
        assert page.locator("main").is_visible(), address
        assert not complaints, f"{address}: {complaints}"
