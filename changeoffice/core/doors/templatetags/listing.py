"""Lists whose whole state lives in the address: sorting, filters, pages."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.template import Library
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from changeoffice.core.doors.addresses import PAGING, changed


def add_to(register: Library) -> None:
    register.inclusion_tag("components/sort_header.html", takes_context=True, name="sort_header")(
        sort_header
    )
    register.inclusion_tag("components/filter_bar.html", takes_context=True, name="filter_bar")(
        filter_bar
    )
    register.inclusion_tag(
        "components/column_chooser.html", takes_context=True, name="column_chooser"
    )(column_chooser)
    register.inclusion_tag("components/pager.html", takes_context=True, name="pager")(pager)
    register.simple_tag(takes_context=True, name="address")(address)
    register.inclusion_tag("components/as_of.html", takes_context=True, name="as_of_picker")(
        as_of_picker
    )


def _query(context) -> QueryDict:
    return context["request"].GET.copy() if "request" in context else QueryDict(mutable=True)


def _link(query: QueryDict) -> str:
    return f"?{query.urlencode()}" if query else "?"


def address(context, **changes: Any) -> str:
    """This address with some parameters changed; None or "" takes one away, and paging restarts."""
    return f"?{changed(_query(context), **changes)}"


def sort_header(
    context,
    name: str,
    label: str,
    css: str = "",
    first: str = "",
    parameter: str = "sort",
    target: str = "",
) -> dict:
    """A column head that sorts: once ascending (or `first="desc"`), again the other way."""
    now = _query(context).get(parameter) or context.get("sort") or ""
    up, down = now == name, now == f"-{name}"
    following = f"-{name}" if up or (first == "desc" and not down) else name
    return {
        "label": label, "css": css, "target": target,
        "url": address(context, **{parameter: following}),
        "aria": "ascending" if up else "descending" if down else "",
    }  # fmt: skip


def filter_bar(
    context, filters: Any, count: str = "", target: str = "", keep: str = "", search: str = "q"
) -> dict:
    """Chips for a FilterSet, a form, or a list of dicts (name, label, icon, options, kind)."""
    query = _query(context)
    form = getattr(filters, "form", filters)
    chips = (
        [_chip(form[name], query) for name in form.fields]
        if isinstance(form, forms.BaseForm)
        else list(filters or [])
    )
    chips = [
        chip | {"without": address(context, **{chip["name"]: None}), "choices": _choices(chip)}
        for chip in chips
        if chip.get("kind") != "hidden" and _has_a_choice(chip)
    ]
    names = {chip["name"] for chip in chips}
    set_count = sum(1 for chip in chips if chip.get("is_set"))
    return {
        "chips": chips, "count": count, "target": target, "path": context["request"].path if "request" in context else "",
        "any_set": bool(set_count), "set_count": set_count,
        "kept": [(key, value) for key, values in query.lists() if key not in names and key not in PAGING for value in values],
        "cleared": address(context, **dict.fromkeys(names)),
    }  # fmt: skip


def column_chooser(context, options: list[dict], target: str = "") -> dict:
    """Which columns a table has; the choice stands in the address as `columns`."""
    kept = [(key, value) for key, values in _query(context).lists()
            if key not in (*PAGING, "columns") for value in values]  # fmt: skip
    path = context["request"].path if "request" in context else ""
    return {"options": options, "kept": kept, "path": path, "target": target}


def _chip(bound, query: QueryDict) -> dict:
    name, field = bound.name, bound.field
    chip = {
        "name": name,
        "label": bound.label,
        "icon": getattr(field, "icon", ""),
        "is_set": bool(query.get(name)),
    }
    if isinstance(field.widget, forms.HiddenInput) or name in ("sort", "ordering"):
        return chip | {"kind": "hidden"}
    if isinstance(field, forms.BooleanField) or isinstance(field.widget, forms.CheckboxInput):
        return chip | {"kind": "toggle", "checked": query.get(name) in ("1", "true", "True", "on")}
    if hasattr(field, "choices"):
        several = isinstance(field.widget, forms.SelectMultiple)
        chosen = set(query.getlist(name))
        options = [
            _option(value, label, chosen)
            for value, label in field.choices
            if value not in ("", None)
        ]
        words = ", ".join(o["label"] for o in options if o["selected"])
        return chip | {
            "kind": "choice",
            "several": several,
            "options": options,
            "value_label": words,
        }
    kind = "date" if isinstance(field, forms.DateField) else "text"
    hint = field.widget.attrs.get("placeholder", "")
    return chip | {"kind": kind, "value": query.get(name, ""), "placeholder": hint}


def _has_a_choice(chip: dict) -> bool:
    return chip.get("kind") != "choice" or bool(chip.get("options") or chip.get("is_set"))


# Some hundred on a page, which the template would take longer to draw than all the rows of a list.
CHOICE = ('<label class="choice"><input type="{}" id="filter-{}-{}" name="{}" value="{}"{}>'
          "<span>{}</span>{}</label>")  # fmt: skip


def _choices(chip: dict) -> SafeString:
    kind, name = CHECKBOX if chip.get("several") else RADIO, escape(chip["name"])
    return format_html_join("", CHOICE, (
        (kind, name, mark_safe(str(number)), name, option["value"], CHECKED if option["selected"] else NOTHING,
         option["label"], _counted(option.get("count")))
        for number, option in enumerate(chip.get("options", ()), 1)
    ))  # fmt: skip


# Escaped once, not for each of some hundred.
RADIO, CHECKBOX = mark_safe("radio"), mark_safe("checkbox")
CHECKED, NOTHING = mark_safe(" checked"), mark_safe("")


def _counted(count: int | None) -> SafeString:
    return NOTHING if count is None else format_html('<span class="count">{}</span>', count)


def _option(value: Any, label: Any, chosen: set[str]) -> dict:
    return {"value": str(value), "label": str(label), "selected": str(value) in chosen}


def pager(context, showing: str = "", next: str = "", previous: str = "", target: str = "") -> dict:
    """Cursor paging: `next` and `previous` are cursors; an empty one hides its button."""
    query = _query(context)
    for name in PAGING:
        query.pop(name, None)

    def to(cursor: str) -> str:
        there = query.copy()
        there["cursor"] = cursor
        return _link(there)

    return {
        "showing": showing,
        "target": target,
        "next": next and to(next),
        "previous": previous and to(previous),
    }


def as_of_picker(context, day: Any = None, choices: Any = (), parameter: str = "as_of") -> dict:
    """`choices` is a list of (label, date) beside Today."""
    query = _query(context)
    return {
        "day": day, "parameter": parameter, "today_url": address(context, **{parameter: None}),
        "choices": [(label, date, address(context, **{parameter: date.isoformat()})) for label, date in choices],
        "kept": [(key, value) for key, values in query.lists() if key != parameter for value in values],
    }  # fmt: skip
