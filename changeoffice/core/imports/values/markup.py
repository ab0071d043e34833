"""HTML from a cell as Markdown: the words and their structure, nothing that could act."""

import re
from html.parser import HTMLParser

import nh3

TAGS = {"p", "br", "div", "a", "ul", "ol", "li", "strong", "b", "em", "i", "blockquote", "tr",
        "h1", "h2", "h3", "h4", "h5", "h6"}  # fmt: skip
A_TAG = re.compile(
    r"</?(?:p|br|div|span|a|ul|ol|li|strong|b|em|i|u|h[1-6]|table|t[rdh]|img|font)\b[^<>]*>", re.I
)
SPACE = re.compile(r"[ \t\n\xa0]+")
BLOCKS = {"p", "div", "ul", "ol", "blockquote", "tr", *(f"h{n}" for n in range(1, 7))}
AROUND = {"strong": "**", "b": "**", "em": "_", "i": "_"}


def looks_like_html(text: str) -> bool:
    """Whether it holds a tag that people write texts with; “<5 days” and “<T>” do not count."""
    return A_TAG.search(text) is not None


def as_markdown(text: str) -> str:
    """Paragraphs, lists, headings, links and emphasis; everything else is dropped or plain.

    The sanitizer goes first, so what the parser meets is small and well-formed.
    """
    clean = nh3.clean(text, tags=TAGS, attributes={"a": {"href"}}, link_rel=None)
    writer = _Writer()
    writer.feed(clean)
    writer.close()
    return "".join(writer.parts)


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self._add("\n\n")
        if tag == "br":
            self._add("\n")
        elif tag == "li":
            self._add("\n- ")
        elif tag[0] == "h" and tag[1:].isdigit():
            self._add("#" * int(tag[1:]) + " ")
        elif tag == "a":
            self.links.append(dict(attrs).get("href") or "")
            self._add("[" if self.links[-1] else "")
        self._add(AROUND.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self._add(AROUND.get(tag, ""))
        if tag == "a" and self.links:
            address = self.links.pop()
            self._add(f"]({address})" if address else "")
        if tag in BLOCKS:
            self._add("\n\n")

    def handle_data(self, data: str) -> None:
        words = SPACE.sub(" ", data)
        at_start = not self.parts or self.parts[-1].endswith("\n")
        self._add(words.lstrip() if at_start else words)

    def _add(self, words: str) -> None:
        if words:
            self.parts.append(words)
