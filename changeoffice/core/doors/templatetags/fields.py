"""Form fields: label above, hint, then error, then the widget, all tied together for ears."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.template import Library

SHAPES: tuple[tuple[type, str], ...] = (
    (forms.RadioSelect, "options"),
    (forms.CheckboxSelectMultiple, "options"),
    (forms.CheckboxInput, "check"),
)

CLAUSES = {"Why", "What", "Who", "How", "When", "Where", "Which"}  # labels that go on from a verb


def add_to(register: Library) -> None:
    register.inclusion_tag("components/field.html", name="field")(field)
    register.inclusion_tag("components/error_summary.html", name="error_summary")(error_summary)
    register.inclusion_tag("components/fields.html", name="fields")(fields)


def field(bound: BoundField, label: str = "", hint: str = "", css: str = "", **attrs: Any) -> dict:
    """`{% field form.title %}`; further arguments become attributes, `_` written for `-`."""
    widget = bound.field.widget
    shape = next((name for kind, name in SHAPES if isinstance(widget, kind)), "input")
    given = {key.replace("_", "-"): value for key, value in attrs.items()}
    hint = hint or bound.help_text
    described = [
        f"{bound.auto_id}-{part}"
        for part, there in (("hint", hint), ("error", bound.errors))
        if there
    ]
    if described:
        given["aria-describedby"] = " ".join(described)
    if bound.errors:
        given["aria-invalid"] = "true"
    if shape == "input":
        given["class"] = f"{_css_of(widget)} {css}".strip()
        if isinstance(widget, forms.DateInput):
            widget.input_type = "date"
            widget.format = "%Y-%m-%d"
    return {
        "bound": bound, "shape": shape, "label": label or bound.label, "hint": hint,
        "widget": bound.as_widget(attrs=given) if shape != "options" else "",
        "choices": _choices(bound) if shape == "options" else (),
        "optional": not bound.field.required and shape == "input", "error": _said(bound),
    }  # fmt: skip


def _css_of(widget: forms.Widget) -> str:
    kinds = {
        forms.DateInput: "input input--date", forms.NumberInput: "input input--number",
        forms.FileInput: "input input--file", forms.DateTimeInput: "input",
    }  # fmt: skip
    return next((css for kind, css in kinds.items() if isinstance(widget, kind)), "input")


def _choices(bound: BoundField) -> list[dict]:
    """Radio and checkbox rows. The form field may carry `whys` and `locked`, both value → words."""
    several = isinstance(bound.field.widget, forms.CheckboxSelectMultiple)
    chosen = bound.value()
    picked = (
        {str(value) for value in (chosen or [])}
        if several
        else {str(chosen if chosen is not None else "")}
    )
    whys, locked = getattr(bound.field, "whys", {}), getattr(bound.field, "locked", {})
    return [
        {
            "id": f"{bound.auto_id}_{number}", "value": value, "label": label,
            "why": locked.get(value) or whys.get(value, ""), "locked": value in locked,
            "checked": str(value) in picked, "type": "checkbox" if several else "radio",
        }
        for number, (value, label) in enumerate(_flat(bound.field.choices))
    ]  # fmt: skip


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    return [(value, label) for value, label in choices if not isinstance(label, (list, tuple))]


def _said(bound: BoundField) -> str:
    """The first error, in the words of its label where Django's own are general."""
    if not bound.errors:
        return ""
    error = str(bound.errors[0])
    if error != "This field is required.":
        return error
    label, chosen = str(bound.label), hasattr(bound.field, "choices")
    if label.endswith("?"):
        return f"Answer “{label}”"
    if label.partition(" ")[0] in CLAUSES:
        return f"{'Choose' if chosen else 'Say'} {label[:1].lower()}{label[1:]}"
    return f"Choose an answer for “{label}”" if chosen else f"Fill in “{label}”"


def error_summary(form: forms.BaseForm, title: str = "") -> dict:
    """One box on top that takes focus and leads to each field."""
    wrong = [(field, _said(field)) for field in form if field.errors]
    hidden = list(form.non_field_errors()) if form.is_bound else []
    total = len(wrong) + len(hidden)
    many = (
        f"Fix {total} answers before you continue"
        if total > 1
        else "Fix one answer before you continue"
    )
    return {"wrong": wrong, "general": hidden, "total": total, "title": title or many}


def fields(form: forms.BaseForm) -> dict:
    """Every visible field in order, for a form that needs no layout of its own."""
    return {"form": form}
