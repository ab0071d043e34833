"""What people write, as safe HTML: Markdown without raw HTML, cleaned once more on the way out."""

import html
from collections.abc import Iterable

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from changeoffice.core.talk.models import MENTION

TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr",
    "h3", "h4", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
# A page has its own headings; what a person calls a heading stands below them.
HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h5": "h4", "h6": "h4"}


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)


def _mark_mentions(state: StateCore) -> None:
    """Whoever was called stands there by name; any other @word stays as it was typed."""
    names: dict[str, str] = state.env.get("names") or {}
    for token in state.tokens if names else ():
        if token.type == "inline" and token.children and "@" in token.content:
            token.children = [part for child in token.children for part in _split(child, names)]


def _split(token: Token, names: dict[str, str]) -> list[Token]:
    if token.type != "text" or "@" not in token.content:
        return [token]
    parts, end = [], 0
    for found in MENTION.finditer(token.content):
        name = names.get(found[1].lower())
        if name is None:
            continue
        parts += [
            _text(token.content[end : found.start()]),
            Token("strong_open", "strong", 1, attrs={"title": found.group()}),
            _text(name),
            Token("strong_close", "strong", -1),
        ]
        end = found.end()
    return [*parts, _text(token.content[end:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)
_markdown.disable(["image"])
_markdown.core.ruler.push("lower_headings", _lower_headings)
_markdown.core.ruler.push("mark_mentions", _mark_mentions)


def prose(text: str, called: Iterable[dict[str, str]] = ()) -> SafeString:
    """Markdown to HTML that cannot run, style or load anything; `called`: login and name of people
    it names."""
    names = {one["login"].lower(): one["name"] for one in called or ()}
    safe = nh3.clean(
        _markdown.render(text or "", {"names": names}), tags=TAGS,
        attributes={"a": {"href"}, "strong": {"title"}},
        url_schemes={"http", "https", "mailto"}, link_rel="nofollow noopener noreferrer",
    )  # fmt: skip
    return mark_safe(safe)  # noqa: S308 (just cleaned)


def plain(text: str) -> str:
    """The words alone, for a line in a list; still to be escaped like any text."""
    words = nh3.clean(_markdown.render(text or ""), tags=set())
    return " ".join(html.unescape(words).split())
