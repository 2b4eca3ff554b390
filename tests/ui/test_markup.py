"""Text of strangers reaches the page escaped, whole, and with its spans marked."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import indexer.ui
from indexer.types import AnswerSentence
from indexer.ui.shared.markup import element, marked_html, plain, sentence_html
from indexer.wording import visible_text

CLASSES = ("heading", "around", "passage", "answer", "emphasis", "met", "figure", "binding")
hostile = st.text(alphabet=st.sampled_from("ab <>&\"'/=#\n\t$*_[]():`|-.x1（一\u00ad\x02"), max_size=60) | st.text(
    max_size=60
)


class Reader(HTMLParser):
    """Collects what a browser would: text, elements, and the text within each class."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.open: list[str] = []
        self.within: dict[str, str] = {}
        self.feed(str(source))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert [name for name, _ in attrs] == ["class"]
        self.tags.append(tag)
        self.open.append(str(attrs[0][1]))

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for name in self.open:
            self.within[name] = self.within.get(name, "") + data


@given(st.data(), hostile)
def test_text_content_is_the_input_and_no_markup_comes_from_it(data: st.DataObject, text: str) -> None:
    offsets = st.integers(0, len(text))
    span = st.tuples(offsets, offsets).map(lambda pair: (min(pair), max(pair)))
    spans = {name: data.draw(st.lists(span, max_size=3)) for name in CLASSES}
    source = marked_html(text, spans)
    read = Reader(source)
    assert read.text == text
    assert set(read.tags) <= {"span", "mark", "u", "b"}
    assert not read.open
    ours = re.sub(r'</?(?:span|mark|u|b)(?: class="[a-z]+")?>', "", source)
    assert "<" not in ours and ">" not in ours and '"' not in ours
    for name in ("answer", "met"):
        marked = {i for start, end in spans[name] for i in range(start, end)}
        assert len(read.within.get(name, "")) == len(marked)


def test_overlapping_spans_nest() -> None:
    source = marked_html("New cement capacity.", {"answer": [(0, 10)], "met": [(4, 19)]})
    assert source == ('<mark class="answer">New <u class="met">cement</u></mark><u class="met"> capacity</u>.')


def test_the_answer_in_a_sentence_stands_out() -> None:
    sentence = AnswerSentence("Raise it to 20% by 2025", 1, emphasis=((12, 15),), span=(12, 23))
    shown = '<strong class="span"><mark class="emphasis">20%</mark> by 2025</strong>'
    assert sentence_html(sentence) == f"Raise it to {shown}"


def test_heading_marks_are_there_but_silent() -> None:
    source = marked_html("#### 4. Cement\n\nNo new\ncapacity.\n- item")
    assert '<span class="silent">#### </span><span class="heading">4. Cement</span>' in source
    assert source.count('<span class="break"></span>') == 2  # after the heading and before the item
    assert visible_text("#### 4. Cement\n\nThe envi\x02\nronment") == "4. Cement The environment"


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(KeyError):
        marked_html("a", {"evil": [(0, 1)]})


def test_elements_escape_text_and_attributes() -> None:
    assert element("p", "<b>&") == "<p>&lt;b&gt;&amp;</p>"
    assert element("p", title='"><script>') == '<p title="&#34;&gt;&lt;script&gt;"></p>'


@pytest.mark.parametrize(
    "text", ["**b**", "$x^2$", "[a](javascript:b)", ":red[a]", ":material/home:", "<b>", "`c`", "# h", "~~s~~", "a_b_"]
)
def test_labels_hold_no_markdown(text: str) -> None:
    label = plain(text)
    assert not re.search(r"[!-/:-@\[-`{-~]", re.sub(r"\\.", "", label))
    assert re.sub(r"\\(.)", r"\1", label).replace("\u2060", "") == text


def test_labels_break_what_is_replaced_after_markdown() -> None:
    for text in (":smile:", "https://evil.example", "www.evil.example", "a@evil.example", "a -> b --c"):
        assert "\u2060" in plain(text)


def test_only_markup_and_the_stylesheet_write_html() -> None:
    for module in Path(indexer.ui.__file__).parent.rglob("*.py"):
        source = module.read_text("utf-8")
        assert "unsafe_allow_html" not in source
        assert "st.markdown" not in source and "st.write" not in source
        assert source.count("st.html(") == (2 if module.name == "markup.py" else 0)
        assert ("unsafe_allow_javascript" in source) == (module.name == "markup.py")
        assert ("Markup" not in source and "Html(" not in source) or module.name == "markup.py"
