"""The design language as template tags: small marks here, larger pieces in `templates/components`."""

import zlib
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from changeoffice.core.doors.templatetags import fields, formats, listing, pictures, states
from changeoffice.core.talk.prose import prose

register = template.Library()
fields.add_to(register)
listing.add_to(register)
pictures.add_to(register)

register.filter("day", formats.short_day)
register.filter("long_day", formats.long_day)
register.filter("when", formats.moment)
register.filter("due", formats.due)
register.filter("ago", formats.ago)
register.filter("money", formats.money)
register.filter("full_money", formats.full_money)
register.filter("signed_days", formats.signed_days)
register.filter("percent", formats.percent)
register.filter("prose", prose)


@register.filter
def weekday(value: Any) -> str:
    return formats.short_day(value, weekday=True)


@register.filter
def signed_money(value: Any, currency: str = "GBP") -> str:
    return formats.money(value, currency, signed=True)


@register.filter
def figure(value: Any, places: int = 0) -> str:
    """`1,140`, with a true minus."""
    amount = formats.number(value)
    return "" if amount is None else formats.plain(amount, places)


@register.filter
def or_none(value: Any) -> Any:
    """Prose says "none" rather than 0."""
    return value or "none"


# ── marks ────────────────────────────────────────────────────────────────────────────────────
# A mark looks the same wherever it stands; the few there are come again hundreds of times a page.
DIFFERENT_MARKS = 4096


@register.simple_tag
@lru_cache(DIFFERENT_MARKS, typed=True)
def icon(name: str, size: int = 16, label: str = "", **attrs: str) -> SafeString:
    css = f"icon {attrs.get('css', '')}".strip()
    heard = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="{}" width="{}" height="{}" {}><use href="{}#{}"/></svg>',
        css, size, size, heard, static("icons.svg"), name,
    )  # fmt: skip


@register.simple_tag
def kind_icon(kind: str, size: int = 16) -> SafeString:
    return icon(states.KIND_ICONS.get(kind, "file-text"), size)


@register.filter
def seen_by(record: Any, person: Any) -> Any:
    """The record where this person may see it, else None, as the API answers: what one may not see
    is neither linked nor named."""
    return record if record and person and record.is_visible_to(person) else None


RAG_DRAWINGS = {
    "red": ("M5.7 1h6.6L17 5.7v6.6L12.3 17H5.7L1 12.3V5.7z", "M6.8 12.7V5.3h2.7a2.15 2.15 0 0 1 0 4.3H6.8m2.7 0 2 3.1"),
    "amber": ("M9 1.6 17.2 16H.8z", "M6.6 14.2 9 7.8l2.4 6.4m-4-2h3.2"),
    "green": ("M9 1a8 8 0 1 1 0 16A8 8 0 0 1 9 1z", "M11.7 6.9A3.4 3.4 0 1 0 12.4 9.4H9.7"),
    "complete": ("M5 1.5h8A3.5 3.5 0 0 1 16.5 5v8a3.5 3.5 0 0 1-3.5 3.5H5A3.5 3.5 0 0 1 1.5 13V5A3.5 3.5 0 0 1 5 1.5z", "m5.5 9.2 2.4 2.4 4.6-5"),
    "not_rated": ("M9 1.8a7.2 7.2 0 1 1 0 14.4A7.2 7.2 0 0 1 9 1.8z", "M6.6 9h4.8"),
}  # fmt: skip


@register.simple_tag
@lru_cache(DIFFERENT_MARKS, typed=True)
def rag(value: str, reason: str = "", size: str = "full", word: str = "") -> SafeString:
    """Shape, letter and word. `dense`, `mark` and `mark-large` keep the word for ears
    only; a reason after a dense mark starts with the word."""
    value = value if value in RAG_DRAWINGS else "not_rated"
    shape, letter = RAG_DRAWINGS[value]
    word = word or states.RAG_WORDS[value]
    mark = format_html(
        '<svg class="rag__mark" viewBox="0 0 18 18" aria-hidden="true">'
        '<path class="rag__shape" d="{}"/><path class="rag__letter" d="{}"/></svg>',
        shape, letter,
    )  # fmt: skip
    if size.startswith("mark") or (size == "dense" and not reason):
        text = format_html(
            '<span class="visually-hidden">{}</span>', f"{word}. {reason}" if reason else word
        )
    elif reason:
        text = format_html('<span>{}. <span class="rag__reason">{}</span></span>', word, reason)
    else:
        text = format_html("<span>{}</span>", word)
    return format_html('<span class="rag rag--{} rag--{}">{}{}</span>', value, size, mark, text)


@register.simple_tag
def status(
    code: str = "", label: str = "", tone: str = "", kind: str = "", mark: str = "", size: str = ""
) -> SafeString:
    """A state as icon and word on a soft tint; give label and tone when the record knows them."""
    known, drawn, known_tone = states.look_of(str(code or ""), kind)
    colour = states.TONES.get(tone, tone) if tone else known_tone
    css = f"pill pill--{colour}" if colour else "pill"
    css += f" pill--{size}" if size else ""
    return format_html('<span class="{}">{}{}</span>', css, icon(mark or drawn, 13), label or known)


@register.simple_tag
def state_of(record: Any) -> SafeString:
    """The status pill of any record that declares its states."""
    declared = getattr(type(record), "STATES", {}).get(record.state)
    tone = declared.tone if declared and declared.tone != "neutral" else ""
    return status(
        record.state, getattr(record, "state_label", ""), tone, getattr(record, "kind", "")
    )


def name_of(person: Any) -> str:
    return getattr(person, "name", "") or str(person or "")


@register.simple_tag
def avatar(person: Any, size: str = "", alone: bool = False) -> SafeString:
    """Initials on a colour that stays the same for a person. `alone` when no name stands beside it."""
    name = name_of(person)
    words = name.split()
    letters = (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"
    colour = zlib.crc32(str(getattr(person, "pk", None) or name).encode()) % 6
    css = f"avatar avatar--{colour}" + (f" avatar--{size}" if size else "")
    heard = (
        format_html('role="img" aria-label="{}" title="{}"', name, name)
        if alone
        else mark_safe('aria-hidden="true"')
    )
    return format_html('<span class="{}" {}>{}</span>', css, heard, letters)


@register.simple_tag
def person(
    someone: Any, size: str = "small", detail: str = "", nobody: str = "Nobody yet"
) -> SafeString:
    """Avatar and name, with a second line on request."""
    if not someone:
        return format_html('<span class="text-3">{}</span>', nobody)
    small = format_html("<small>{}</small>", detail) if detail else ""
    return format_html(
        '<span class="person">{}<span class="person__text">{}{}</span></span>',
        avatar(someone, size), name_of(someone), small,
    )  # fmt: skip


@register.simple_tag
def moved(old: Any, new: Any) -> SafeString:
    """Old → new, said in words too."""
    return format_html(
        '<span class="moved"><span class="visually-hidden">from</span><del>{}</del>{}'
        '<span class="visually-hidden">to</span><ins>{}</ins></span>',
        "none" if old in (None, "") else old, icon("arrow-right", 13), "none" if new in (None, "") else new,
    )  # fmt: skip


@register.simple_tag
def crumb(label: str, url: str = "", group: bool = False) -> SafeString:
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html(
        "<li><span{}>{}</span></li>", "" if group else mark_safe(' aria-current="page"'), label
    )


# ── pieces that wrap other markup ────────────────────────────────────────────────────────────
@register.simple_block_tag
def page_header(
    content: str, title: str, answer: str = "", meta: str = "", facts: Any = (), top: bool = False
) -> SafeString:
    """Title, one-sentence answer, and the actions that stand between the tags."""
    given = {"title": title, "answer": answer, "meta": meta, "facts": facts, "top": top}
    return mark_safe(
        render_to_string(
            "components/page_header.html", given | {"actions": mark_safe(content.strip())}
        )
    )


@register.simple_block_tag
def empty(content: str, title: str, text: str = "", mark: str = "inbox") -> SafeString:
    given = {"title": title, "text": text, "mark": mark, "actions": mark_safe(content.strip())}
    return mark_safe(render_to_string("components/empty.html", given))


@register.simple_block_tag
def banner(content: str, tone: str = "", mark: str = "info", live: bool = False) -> SafeString:
    role = mark_safe(' role="status"') if live else ""
    css = f"banner banner--{states.TONES.get(tone, tone)}" if tone else "banner"
    return format_html(
        '<div class="{}"{}>{}<div class="banner__text">{}</div></div>',
        css, role, icon(mark, 17), mark_safe(content),
    )  # fmt: skip


# ── pieces with a form inside, which need the request's token ────────────────────────────────
@register.inclusion_tag("components/verbs.html")
def verbs(offers: Any, primary: bool = True, version: Any = "", small: bool = False) -> dict:
    """All workflow buttons: dicts or objects with name, label, tone, url, available, reasons, needs_form."""
    offers = list(offers or ())
    first = next(
        (o for o in offers if _part(o, "available") and _part(o, "tone") not in ("danger", "bad")),
        None,
    )
    return {
        "offers": offers,
        "first": first if primary else None,
        "version": version,
        "small": small,
    }


def _part(thing: Any, key: str) -> Any:
    return thing.get(key) if isinstance(thing, dict) else getattr(thing, key, None)


@register.inclusion_tag("components/vote.html", takes_context=True)
def vote(
    context,
    title: str,
    url: str,
    count: int,
    voted: bool = False,
    locked: str = "",
    size: str = "",
    key: str = "",
    inside: bool = False,
) -> dict:
    """`inside` when it stands within another form, where a form of its own is not allowed."""
    verb = "Take back your vote" if voted else "Vote"
    votes = f"{count} vote{'' if count == 1 else 's'}"
    return {
        "url": url, "count": count, "voted": bool(voted), "locked": locked, "size": size, "inside": inside,
        "name": slugify(key or url), "here": _address(context), "csrf_token": context.get("csrf_token"),
        "heard": f"{verb} for {title}, {votes}" + (f". {locked}" if locked else ""),
    }  # fmt: skip


def _address(context) -> str:
    return context["request"].get_full_path() if "request" in context else ""


@register.inclusion_tag("components/comments.html", takes_context=True)
def comments(
    context, thread: Any, post_url: str = "", mentions_url: str = "", me: Any = None
) -> dict:
    return {
        "thread": thread, "post_url": post_url, "mentions_url": mentions_url,
        "me": me or context.get("me"), "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


@register.inclusion_tag("components/toast.html", takes_context=True)
def toast(context, message: Any) -> dict:
    """A Django message; `extra_tags="undo:/path"` gives it an Undo button."""
    tags = str(getattr(message, "extra_tags", "") or "").split()
    undo = next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")
    wrong = getattr(message, "level_tag", "") in ("error", "warning")
    return {
        "text": str(message),
        "undo": undo,
        "wrong": wrong,
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def joined(values: Any, glue: str = ", ") -> SafeString:
    return format_html_join(glue, "{}", ((conditional_escape(value),) for value in values))


@register.filter
def event_look(verb: str) -> dict[str, str]:
    """Icon and tone of a verb in a timeline."""
    drawn, tone = states.EVENT_ICONS.get(
        str(verb).replace("-", "_").split(".")[-1], ("arrow-right", "")
    )
    return {"icon": drawn, "tone": tone}
