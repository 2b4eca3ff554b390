"""Text of strangers -> HTML and labels that show it as it stands; the only way to the page for either."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import streamlit as st
from markupsafe import Markup, escape

from indexer.language.sentences import LINE_OPENER, is_row
from indexer.types import AnswerSentence, Excerpt, Span
from indexer.wording import HEADING_LINE, around_table, moved, silent_spans, table_rows

#: The app's own scripts and its style sheet.
STATIC = Path(__file__).resolve().parents[1] / "static"
#: HTML in which every text of a document or a person is escaped; made here and nowhere else.
Html = Markup
#: Classes of spans and their elements, the outermost first; where two overlap, the inner is cut.
_ELEMENTS = {
    "passage": "span",  # an opened passage
    "around": "span",  # what stands around it
    "heading": "span",
    "answer": "mark",  # a sentence that answers, within its passage
    "span": "strong",  # what the reader takes for the answer, within its sentence
    "emphasis": "mark",  # the words that matter, within an answer
    # What differs from the text beside it, by the aspect in which it does.
    "figure": "b",
    "year": "b",
    "name": "b",
    "binding": "b",
    "met": "u",  # words that met words of the question
    "silent": "span",  # kept in the text, not shown
}

_LINE_BREAK = re.compile(r"\n[ \t]*(\n?)\s*")

_PLAIN_WORD = re.compile(r"[A-Za-z0-9_]+")
_YEAR = 365 * 24 * 3600  # seconds

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# Emoji codes, arrows and bare addresses are replaced after Markdown's escapes are undone; a word
# joiner, which has no width, keeps them from being recognised.
_REPLACED_LATER = re.compile(r"(?<=[:@<>=~-])(?=\S)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def marked_html(text: str, spans_by_class: Mapping[str, Sequence[Span]] | None = None) -> Html:
    """``text`` escaped, with spans of it in the elements of their classes.

    Its text content is ``text``, character by character. Line ends fold, as HTML does, save those
    that end a paragraph; the marks of Markdown headings are there but not shown. Raises KeyError
    for a class that does not exist.
    """
    spans: dict[str, list[Span]] = {name: [] for name in _ELEMENTS}
    for name, given in (spans_by_class or {}).items():
        spans[name] += given
    spans["heading"] += [m.span(2) for m in HEADING_LINE.finditer(text)]
    spans["silent"] += silent_spans(text)
    layers = [(name, sorted(found)) for name, found in spans.items() if found]
    paragraphs = pairwise([0, *_paragraph_breaks(text), len(text)])
    return Html('<span class="break"></span>').join(_nested(text, span, layers) for span in paragraphs)


def sentence_html(sentence: AnswerSentence, marks: Mapping[str, Sequence[Span]] | None = None) -> Html:
    """A sentence that answers, with the words that matter, the reader's answer, and ``marks`` by class in it.

    A row of a table is shown below the table's caption and head.
    """
    span = [sentence.span] if sentence.span else []
    spans = {"emphasis": sentence.emphasis, "span": span, **(marks or {})}
    return text_html(sentence.text, sentence.table, spans)


def text_html(text: str, table: Excerpt | None, spans_by_class: Mapping[str, Sequence[Span]]) -> Html:
    """``text`` as ``marked_html`` writes it; the rows of ``table`` in it as a table below its caption and head."""
    around = around_table(text, table)
    if table is None or around is None:
        return marked_html(text, spans_by_class)

    def part(start: int, end: int) -> Html:
        return marked_html(text[start:end], {name: moved(spans, start, end) for name, spans in spans_by_class.items()})

    def cell(shown: str, start: int) -> Html:
        return element("td", part(start, start + len(shown)) if start >= 0 else shown)

    rows = [element("tr", *(cell(*place) for place in row)) for row in table_rows(text, table)]
    head = [element("thead", element("tr", *(element("th", name, scope="col") for name in table.head)))]
    caption = [element("caption", table.caption)] if table.caption and not around[0].strip() else []
    shown = element("table", *caption, *(head if table.head else []), element("tbody", *rows), css="rows")
    return part(0, len(around[0])) + shown + part(len(text) - len(around[1]), len(text))


def element(tag: str, *inner: str, css: str = "", **attributes: str) -> Html:
    """``inner`` within an element: text is escaped, Html is not; a "_" in an attribute's name means "-"."""
    given = {"class": css, **attributes} if css else attributes
    written = Html("").join(Html(' {}="{}"').format(name.replace("_", "-"), value) for name, value in given.items())
    return Html("<{0}{1}>{2}</{0}>").format(tag, written, Html("").join(inner))


def link(label: str, href: str, *, css: str = "") -> Html:
    """A link in the same window; ``label`` is text or Html."""
    return element("a", element("span", label), css=css, href=href, target="_self")


def copy_button(label: str, text: str) -> Html:
    """A button that takes ``text`` to the clipboard, within an element of class "actions".

    The text is JSON without angle brackets: the browser's cleaner of HTML drops an attribute in which a comment or a
    script seems to end.
    """
    carried = json.dumps(text, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
    return element("button", element("span", label), type="button", data_copied=carried)


def show(*pieces: Html) -> None:
    """Write HTML to the page."""
    st.html("".join(pieces))


def show_line(text: str, css: str = "aside") -> None:
    """Write a paragraph of text, by default in the small type of remarks."""
    show(element("p", text, css=css))


def show_facts(facts: Mapping[str, str]) -> None:
    """Write a list of names and values; what has no value is left out."""
    rows = [piece for name, value in facts.items() if value for piece in (element("dt", name), element("dd", value))]
    show(element("dl", *rows, css="facts"))


def show_styles(names: Sequence[str], *, percent: int) -> None:
    """Apply the app's own style sheets of these names, as far as there are, and set all type at ``percent``."""
    sheets = [sheet.read_text("utf-8") for name in names if (sheet := STATIC / f"{name}.css").is_file()]
    show(element("style", Html("\n".join([*sheets, f":root {{ font-size: {percent}%; }}"]))))


def run_scripts() -> None:
    """Run the app's own scripts; nothing of a document is ever in one."""
    _run("\n".join(script.read_text("utf-8") for script in sorted(STATIC.glob("*.js"))))


def show_words(language: str, words: dict[str, str]) -> None:
    """Tell the browser the page's ``language`` and, for the scripts, the app's own ``words`` in it."""
    show(element("div", css="words", lang=language, data_words=json.dumps(words, ensure_ascii=False)))


def set_cookie(name: str, value: str) -> None:
    """Have the browser keep ``value`` for a year and send it along. Raises ValueError for more than plain words."""
    if not (_PLAIN_WORD.fullmatch(name) and _PLAIN_WORD.fullmatch(value)):
        raise ValueError(f"{name!r}, {value!r}: a cookie of ours holds ASCII letters, digits and underscores only.")
    _run(f'document.cookie = "{name}={value}; path=/; max-age={_YEAR}; SameSite=Lax";')


def plain(text: str) -> str:
    """``text`` for a label or message that Streamlit would read as Markdown, on one line."""
    joined = _REPLACED_LATER.sub(_WORD_JOINER, " ".join(text.split()))
    return _PUNCTUATION.sub(r"\\\g<0>", joined)


def _run(script: str) -> None:
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def _nested(text: str, span: Span, layers: Sequence[tuple[str, list[Span]]]) -> Html:
    """``text`` within ``span``: elements of the first layer, those of the others inside and between."""
    start, end = span
    if not layers:
        return escape(text[start:end])
    (name, found), rest = layers[0], layers[1:]
    parts = []
    for first, last in found:
        opened, closed = max(first, start), min(last, end)
        if opened < closed:
            inner = _nested(text, (opened, closed), rest)
            parts += [_nested(text, (start, opened), rest), element(_ELEMENTS[name], inner, css=name)]
            start = closed
    return Html("").join([*parts, _nested(text, (start, end), rest)])


def _paragraph_breaks(text: str) -> list[int]:
    """Offsets at which a paragraph, a heading, an item of a list or a row of a table begins after a line end."""
    found = []
    line_start = 0
    for match in _LINE_BREAK.finditer(text):
        line = text[line_start : match.start()]
        line_start = match.end()
        ends = match.group(1) or line.lstrip().startswith("#") or LINE_OPENER.match(text, line_start) or is_row(line)
        if ends and line.strip() and line_start < len(text):
            found.append(line_start)
    return found
