"""One verb through the API, as a test asks for it."""


def do(client, work, verb: str, expect: int = 200, **given):
    answer = client.post(f"/api/v1/{work.plural}/{work.reference}/{verb}/", given, format="json")
    assert answer.status_code == expect, answer.content
    return answer.json()
