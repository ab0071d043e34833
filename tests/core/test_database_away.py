"""What people get while the database cannot do what they ask: a 503 that says so, and no half."""

import pytest
from django.db import connection

from changeoffice.core.talk.models import Comment
from ideation.models import Idea

pytestmark = pytest.mark.django_db
FULL_DISK = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON talk_comment FOR EACH ROW EXECUTE FUNCTION full_disk();
"""


@pytest.fixture
def idea(author) -> Idea:
    made = Idea.propose(by=author, title="Shorter queues", problem="People wait for far too long.")
    made.submit(by=author)
    with connection.cursor() as cursor:
        cursor.execute(FULL_DISK)
    return made


def test_a_full_disk_is_a_503_at_both_doors_and_leaves_nothing_half(api, page, colleague, idea):
    program = api(colleague, "ideas:write")
    answer = program.post(f"/api/v1/ideas/{idea.reference}/comments/", {"body": "Yes"})
    assert answer.status_code == 503 and answer["Retry-After"]
    assert answer["Content-Type"] == "application/problem+json"
    answer = page(colleague).post(f"/ideas/{idea.reference}/comments", {"body": "Yes"})
    assert answer.status_code == 503 and "does not answer" in answer.content.decode()
    assert not Comment.objects.exists() and not idea.record.events.filter(verb="comment").exists()
    assert page(colleague).get(f"/ideas/{idea.reference}").status_code == 200
