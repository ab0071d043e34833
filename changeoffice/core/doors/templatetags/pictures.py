"""Small pictures drawn on the server: bars, dots, ranges, sparklines, the risk matrix, charts."""

from typing import Any

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from changeoffice.core.doors.templatetags import formats


def add_to(register: Library) -> None:
    for tag in (bar, dots, spark, steps):
        register.simple_tag(tag)
    register.inclusion_tag("components/rag_bar.html", name="rag_bar")(rag_bar)
    register.inclusion_tag("components/score.html", name="score")(score)
    register.inclusion_tag("components/range.html", name="range_bar")(range_bar)
    register.inclusion_tag("components/meter.html", name="tolerance")(tolerance)
    register.inclusion_tag("components/matrix.html", name="risk_matrix")(risk_matrix)
    register.inclusion_tag("components/chart.html", name="chart")(chart)
    register.inclusion_tag("components/age.html", name="age")(age)
    register.inclusion_tag("components/spend.html", name="spend_bar")(spend_bar)


def share(part: Any, whole: Any) -> str:
    """A width between 0 and 100, safe inside a style attribute."""
    part, whole = formats.number(part) or 0, formats.number(whole) or 0
    return f"{min(max(float(part) / float(whole) * 100, 0), 100):.1f}" if whole else "0"


def bar(value: Any, of: Any = 100, tone: str = "", shape: str = "") -> SafeString:
    """Decorative: the number must stand beside it."""
    css = "bar" + (f" bar--{tone}" if tone else "") + (f" bar--{shape}" if shape else "")
    return format_html(
        '<span class="{}" aria-hidden="true"><i style="width:{}%"></i></span>',
        css,
        share(value, of),
    )


def dots(value: int, of: int = 5) -> SafeString:
    """`4 ▰▰▰▰▱`."""
    marks = "".join(f"<i{' class=on' if n < (value or 0) else ''}></i>" for n in range(of))
    return format_html(
        '<span class="dots-line"><b>{}</b><span class="dots" aria-hidden="true">{}</span></span>',
        "–" if value is None else value, mark_safe(marks),
    )  # fmt: skip


def steps(done: int, of: int = 5, running: bool = True) -> SafeString:
    """How far along: whole steps, and a half one for the step that runs."""
    marks = "".join(
        f'<i class="{"on" if n < done - running or (n < done and not running) else "half" if n == done - 1 else ""}"></i>'
        for n in range(of)
    )
    return format_html(
        '<div class="steps" role="img" aria-label="Step {} of {}">{}</div>',
        done,
        of,
        mark_safe(marks),
    )


def spark(
    values: Any,
    width: int = 110,
    height: int = 34,
    target: Any = None,
    area: bool = False,
    label: str = "",
    tone: str = "",
) -> SafeString:
    """A sparkline; the figures it shows must stand beside it."""
    numbers = [float(v) for v in values]
    if len(numbers) < 2:
        return mark_safe("")
    everything = [*numbers, *([float(target)] if target is not None else [])]
    low, high = min(everything), max(everything)
    spread = (high - low) or 1

    def y(v: float) -> float:
        return round(height - 3 - (v - low) / spread * (height - 6), 1)

    step = (width - 6) / (len(numbers) - 1)
    points = [(round(2 + i * step, 1), y(v)) for i, v in enumerate(numbers)]
    line = "M" + "L".join(f"{px} {py}" for px, py in points)
    parts = [
        f'<path class="spark__area" d="{line}L{points[-1][0]} {height}L2 {height}Z"/>'
        if area
        else ""
    ]
    if target is not None:
        parts.append(f'<path class="spark__target" d="M2 {y(float(target))}H{width - 2}"/>')
    parts += [f'<path d="{line}"/>', f'<circle cx="{points[-1][0]}" cy="{points[-1][1]}" r="2.6"/>']
    heard = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    css = f"spark spark--{tone}" if tone else "spark"
    return format_html(
        '<svg class="{}" width="{}" height="{}" viewBox="0 0 {} {}" {}>{}</svg>',
        css, width, height, width, height, heard, mark_safe("".join(parts)),
    )  # fmt: skip


def rag_bar(
    red: int = 0,
    amber: int = 0,
    green: int = 0,
    complete: int = 0,
    not_rated: int = 0,
    text: bool = True,
) -> dict:
    parts = [
        ("red", red, "R"),
        ("amber", amber, "A"),
        ("green", green, "G"),
        ("complete", complete, "done"),
        ("not_rated", not_rated, "not rated"),
    ]
    shown = [part for part in parts if part[1]]
    words = ", ".join(f"{number} {letter}" for _, number, letter in shown) or "none"
    return {"parts": shown, "words": words, "text": text}


def score(label: str, value: Any, of: Any = 10, reason: str = "", weight: str = "") -> dict:
    return {
        "label": label,
        "value": value,
        "of": of,
        "reason": reason,
        "weight": weight,
        "width": share(value, of),
    }


def range_bar(low: Any, likely: Any, high: Any, limit: Any, words: str = "") -> dict:
    """`limit` is the right end of the axis; `words` says the range for ears, as "£340k to £505k, likely £404k"."""
    left, right = float(share(low, limit)), float(share(high, limit))
    return {
        "left": f"{left:.1f}",
        "width": f"{right - left:.1f}",
        "likely": share(likely, limit),
        "words": words,
    }


def spend_bar(spent: Any, forecast: Any, budget: Any) -> dict:
    end = max(float(formats.number(v) or 0) for v in (spent, forecast, budget)) * 1.06
    done, due, limit = share(spent, end), share(forecast, end), share(budget, end)
    return {"done": done, "due": f"{max(float(due) - float(done), 0):.1f}", "limit": limit}


def tolerance(slip: Any, allowed: Any, unit: str = "wd", past: bool = False) -> dict:
    """Tolerance used, with the 50, 80 and 100 % marks; a tolerance of 0 is breached at 1.

    `past`: nobody can act on it any more, so it warns of nothing."""
    slip, allowed = int(slip or 0), int(allowed or 0)
    used = round(slip / allowed * 100) if allowed else (100 if slip <= 0 else 101) * (slip > 0)
    tone = "red" if used > 100 or (not allowed and slip > 0) else "amber" if used >= 80 else ""
    return {
        "slip": slip, "allowed": allowed, "unit": unit, "used": used, "tone": "past" if past else tone,
        "known": bool(allowed), "width": min(max(used, 0), 100),
    }  # fmt: skip


LIKELIHOODS = ("Rare", "Unlikely", "Possible", "Likely", "Almost certain")
IMPACTS = ("Minor", "Low", "Medium", "High", "Severe")


def risk_matrix(
    cells: Any, url: str = "", caption: str = "Open risks by likelihood and impact"
) -> dict:
    """`cells` maps (likelihood, impact), each 1 to 5, to a count; `url` opens a cell's risks."""
    rows = []
    for likelihood in range(5, 0, -1):
        row = [_cell(cells, likelihood, impact, url) for impact in range(1, 6)]
        rows.append({"label": LIKELIHOODS[likelihood - 1], "cells": row})
    return {"rows": rows, "impacts": IMPACTS, "caption": caption}


def _cell(cells: Any, likelihood: int, impact: int, url: str) -> dict:
    found, points = cells.get((likelihood, impact), 0), likelihood * impact
    level = sum(points >= limit for limit in (4, 8, 12, 20))
    glue = "&" if "?" in url else "?"
    door = f"{url}{glue}likelihood={likelihood}&impact={impact}" if url and found else ""
    return {"count": found, "points": points, "level": level, "url": door}


def age(days: Any, limit: Any, unit: str = "d") -> dict:
    """Days in a state against its limit: `8 of 10 d`, or `2 d late`."""
    days, limit = int(days or 0), int(limit or 0)
    late, near = bool(limit) and days > limit, bool(limit) and days >= limit * 0.8
    tone = "red" if late else "amber" if near else "neutral"
    return {
        "days": days,
        "limit": limit,
        "unit": unit,
        "over": days - limit,
        "late": late,
        "near": near,
        "tone": tone,
        "width": share(days, limit),
    }


def chart(
    data: dict,
    title: str,
    note: str = "",
    takeaway: str = "",
    height: int = 220,
    kind: str = "",
    link: str = "",
    link_label: str = "",
) -> dict:
    """A chart and its table from one dict; docs/components.md lists the keys."""
    series = data.get("series", [])
    rows = [
        (label, [_value_at(line, position) for line in series])
        for position, label in enumerate(data.get("labels", []))
    ]
    return {
        "data": data | ({"kind": kind} if kind else {}), "title": title, "note": note, "takeaway": takeaway,
        "height": height, "link": link, "link_label": link_label, "series": series, "rows": rows,
    }  # fmt: skip


def _value_at(line: dict, position: int) -> str:
    values = line.get("values", [])
    value = formats.number(values[position]) if position < len(values) else None
    return "" if value is None else formats.plain(value, 1 if value % 1 else 0)
