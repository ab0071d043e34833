"""The programme and the portfolio a file names: the agency is the portfolio, the investment the
programme. A code is the source's own; two sources may use the same for different things."""

from typing import Any

from changeoffice.core.record.models import Alias
from portfolio.models import Portfolio, Programme, Project

NAMES = {"portfolio_code", "portfolio_title", "programme_code", "programme_title"}


def of(project: Project) -> dict[str, Any]:
    below = project.programme
    above = below.portfolio if below else None
    ids = [group.pk for group in (below, above) if group]
    codes = dict(
        Alias.objects.filter(record_id__in=ids, source__regex=":(programme|portfolio)$")
        .values_list("record_id", "external_id")
    ) if ids else {}  # fmt: skip
    return {
        "programme_code": codes.get(below.pk) if below else None,
        "programme_title": below.title if below else None,
        "portfolio_code": codes.get(above.pk) if above else None,
        "portfolio_title": above.title if above else None,
    }


def known(values: dict[str, Any], source: str) -> dict[str, Any]:
    """Codes as they are known here and titles as they read here: a group keeps the name it has,
    however many spellings of it a file holds."""
    found = dict(values)
    for model in (Programme, Portfolio):
        code, title = f"{model.kind}_code", f"{model.kind}_title"
        if not found.get(code):
            found[code] = found.get(title)  # a name alone is its own code
        alias = _alias(model, found.get(code), source)
        if alias is not None:
            found[code], found[title] = alias.external_id, alias.record.title
        elif found.get(code) and not found.get(title):
            found[title] = found[code]
    return {name: found[name] for name in found if name not in NAMES or found[name]}


def programme(values: dict[str, Any], source: str, by) -> Programme | None:
    if not values.get("programme_code"):
        return None
    above = None
    if values.get("portfolio_code"):
        above = _group(Portfolio, values, source, by)
    return _group(Programme, values, source, by, portfolio=above)


def _group(model, values: dict[str, Any], source: str, by, **fields):
    """The portfolio or programme of that code, made when it is new."""
    code = values[f"{model.kind}_code"]
    alias = _alias(model, code, source)
    if alias is None:
        made = model.set_up(by=by, title=values[f"{model.kind}_title"], **fields)
        Alias.objects.create(
            record_id=made.pk, source=f"{source}:{model.kind}", external_id=code[:200]
        )
        return made
    return model.objects.get(pk=alias.record_id)


def _alias(model, code: str | None, source: str) -> Alias | None:
    if not code:
        return None
    rows = Alias.objects.filter(source=f"{source}:{model.kind}", external_id__iexact=code[:200])
    return rows.select_related("record").first()
