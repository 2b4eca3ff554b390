"""The Compare page as a person meets it: every state and tab, the address, and text that would rather be markup."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from pages import OpenApp, address, follow, page_html, quote_links, settle, to_copy
from streamlit.testing.v1 import AppTest

from indexer.encoding import Encoder
from indexer.library import Library
from indexer.storage.local import LocalBackend
from indexer.types import Answer, AnswerSentence, Cell, Certainty, Citation, Comparison
from indexer.ui.compare.answers import grid_html
from indexer.ui.compare.view import CompareView, Tab, read
from indexer.ui.shared.address import to_query

SHARE = "What share of energy will be non-fossil by 2030?"
CEMENT = "What is the cement capacity rule?"
PAIR = ["national", "sichuan"]


def quotes(app: AppTest) -> list[str]:
    """Each quote of the page, without its marks."""
    found = re.findall(r'<blockquote class="quote">(.*?)</blockquote>', page_html(app))
    return [re.sub("<.*?>", "", quote) for quote in found]


def test_nothing_asked_yet_offers_examples_and_all_plans(open_app: OpenApp) -> None:
    app = open_app(page="compare")
    assert not app.exception and not app.error
    assert app.button(key="compare-submit").label == "Compare 3 plans"
    examples = [app.button(key=f"example-{i}").label.replace("\\", "") for i in range(3)]
    app.button(key="example-all").click().run()
    assert app.text_area(key="questions").value == "\n".join(examples)
    assert address(settle(app)) == {"q": examples}
    assert '<table class="grid">' in page_html(app)


def test_two_plans_stand_side_by_side_with_what_differs(open_app: OpenApp) -> None:
    app = open_app(page="compare")
    app.multiselect(key="compared").set_value(PAIR).run()
    assert app.button(key="compare-submit").label == "Compare 2 plans"
    app.text_area(key="questions").set_value(SHARE)
    app.button(key="compare-submit").click().run()
    assert address(settle(app)) == {"q": [SHARE], "plan": PAIR}
    assert not app.exception and not app.error
    shown = quotes(app)
    assert len(shown) == 2 and "25%" in shown[0] and "43.5%" in shown[1]
    html = page_html(app)
    assert '<b class="figure">43.5%</b>' in html
    assert "<h3>Figures</h3>" in html and '<p class="value">43.5%</p>' in html
    assert '<p class="legend">' in html
    assert '<table class="grid">' not in html


def test_a_citation_opens_its_source_and_gives_its_quote(open_app: OpenApp) -> None:
    app = settle(open_app(page="compare", q=SHARE, plan=PAIR))
    assert 'class="source-text"' not in page_html(app)
    assert "1(3)" in [label for label, _ in quote_links(app)]
    follow(app, "1(3)")
    assert page_html(app).count('class="source-text"') == 1 and "sichuan.md" in page_html(app)
    assert any(text.startswith('"By 2030, the non-fossil share') for text in to_copy(app))


def test_not_found_says_how_much_was_searched_and_folds_the_nearest(open_app: OpenApp, sample_library: Library) -> None:
    app = settle(open_app(page="compare", q=CEMENT, plan=PAIR))
    passages = {info.id: info.passages for info in sample_library.plans()}
    assert f"Not found in this plan. {passages['national']} passages searched." in page_html(app)
    assert [folded.label for folded in app.expander] == ["The nearest passage; it may not answer"]
    assert not app.expander[0].proto.expanded
    answered = quotes(app)
    follow(app, "Show in its surroundings")
    assert app.expander[0].proto.expanded
    assert 'class="source-text"' in page_html(app)
    assert answered and quotes(app) == answered


def test_several_questions_are_a_table_a_map_and_one_of_them_side_by_side(open_app: OpenApp) -> None:
    app = settle(open_app(page="compare", q=[CEMENT, SHARE]))
    html = page_html(app)
    table = html[html.index('<table class="grid">') : html.index("</table>")]
    assert (
        table.count("<tr>") == 4 and table.count('<th scope="col">') == 3
    )  # more plans than questions: plans downwards
    words = re.sub("<.*?>", "", table)
    assert "strictly prohibited" in words and "43.5%" in words
    app.selectbox(key="read").set_value(1).run()
    assert address(app) == {"q": [CEMENT, SHARE], "read": ["2"]}
    assert any("43.5%" in quote for quote in quotes(app))
    app.segmented_control(key="overview").set_value("Passage counts").run()
    assert address(settle(app)) == {"q": [CEMENT, SHARE], "read": ["2"], "map": ["1"]}
    html = page_html(app)
    assert '<table class="grid map">' in html and '<td class="level-0">0</td>' in html
    assert re.search(r'<td class="level-[1-4]">[1-9]', html)


def test_the_table_says_which_sentences_are_no_sure_answers() -> None:
    def row(certainty: Certainty) -> Comparison:
        quote = "Ferries run on time."
        citation = Citation(1, "bay", "Bay Plan", ("2. Boats",), 3, 10, 30, quote)
        answer = Answer("?", 9, (AnswerSentence(quote, 1, (), certainty=certainty),), (citation,))
        return Comparison("?", (Cell("bay", "Bay Plan", answer),))

    sure, unsure = (
        grid_html(["?"], {"bay": "Bay Plan"}, {0: row(certainty)}, lambda *_: "#")
        for certainty in (Certainty.STATES, Certainty.MAY)
    )
    assert ">2 · p. 3 · may answer</span>" in unsure and ">2 · p. 3</span>" in sure


def test_more_questions_than_plans_run_downwards(open_app: OpenApp) -> None:
    html = page_html(settle(open_app(page="compare", q=[CEMENT, SHARE, "forest"], plan=PAIR)))
    table = html[html.index('<table class="grid">') : html.index("</table>")]
    assert table.count("<tr>") == 4 and table.count('<th scope="col">') == 3


def test_work_is_stopped_and_gone_on_with(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    of_words = LocalBackend.word_vectors

    def slow(self: LocalBackend, keys: Sequence[int]) -> dict[int, bytes]:
        time.sleep(0.1)  # an answer takes some milliseconds, too few to stop all of them
        return of_words(self, keys)

    monkeypatch.setattr(LocalBackend, "word_vectors", slow)
    app = open_app(page="compare", q=[f"What about topic number {n}?" for n in range(12)])
    app.button(key="stop-answers").click().run()
    stopped = re.search(r"Stopped at (\d+) of 36 answers", page_html(app))
    assert stopped and int(stopped.group(1)) < 36
    assert not any(button.key == "stop-answers" for button in app.button)
    app.button(key="go-on-answers").click().run()
    assert "Stopped" not in page_html(settle(app))
    assert 'class="pending"' not in page_html(app)


def test_files_are_offered_once_all_is_there(open_app: OpenApp) -> None:
    app = settle(open_app(page="compare", q=SHARE, plan=PAIR))
    assert [button.label for button in app.get("download_button")] == ["Word", "Excel", "Markdown"]


def test_one_plan_is_too_few_and_the_way_on_is_there(open_app: OpenApp) -> None:
    app = open_app(page="compare", q=SHARE, plan="sichuan")
    html = page_html(app)
    assert "Only one plan is chosen: Sichuan Carbon Peak" in html
    assert not quotes(app) and app.text_area(key="questions").value == SHARE
    app.button(key="compare-all").click().run()
    assert address(settle(app)) == {"q": [SHARE]} and app.tabs


def test_plans_that_are_gone_are_named_and_the_rest_compared(open_app: OpenApp) -> None:
    app = settle(open_app(page="compare", q=SHARE, plan=["atlantis<b>", *PAIR]))
    html = page_html(app)
    assert (
        "“atlantis&lt;b&gt;” is not in this library. It may have been removed or renamed. Only the other plans were compared."
        in html
    )
    assert address(app) == {"q": [SHARE], "plan": PAIR} and len(quotes(app)) == 2
    html = page_html(open_app(page="compare", q=SHARE, plan=["atlantis", "sichuan"]))
    assert "“atlantis” is not in this library" in html and "Only one plan is chosen" in html


def test_a_library_of_one_plan_says_how_to_add_another(open_app: OpenApp, tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "heat.txt").write_text("Heat plan\n\n1. Pumps\n\nEvery district installs 300 pumps.\n", "utf-8")
    folder = tmp_path / "our library's"
    with Library.open(folder, create=True, encoder=encoder) as library:
        empty = open_app(folder, page="compare")
        assert "The library is empty." in page_html(empty)
        library.add([tmp_path / "heat.txt"])
    app = open_app(folder, page="compare", q="heat")
    assert "This library has only one plan: Heat plan" in page_html(app)
    assert '<a href="library" target="_self"><span>Add another on the Library page</span></a>' in page_html(app)
    assert [folded.label for folded in empty.expander] == ["For administrators"] and not app.code
    command = empty.expander[0].code[0].value  # as a shell reads it
    assert shlex.split(command) == ["plancite", "add", "FOLDER", "--library", str(folder)]


def test_a_question_without_words_is_named_and_the_others_are_compared(open_app: OpenApp) -> None:
    app = settle(open_app(page="compare", q=[CEMENT, "???", SHARE], plan=PAIR))
    assert not app.exception
    said = [error.value.replace("\\", "") for error in app.error]
    assert said == ["Question 2, “???”, is left out. Type a question: there is no word in this one."]
    html = page_html(app)
    table = html[html.index('<table class="grid">') : html.index("</table>")]
    assert table.count("<tr>") == 3 and "43.5%" in table and "strictly prohibited" in table
    app = open_app(page="compare", q="???", plan=PAIR)
    assert app.error[0].value.replace("\\", "") == "Type a question: there is no word in this one."
    assert '<table class="grid">' not in page_html(app)


def links(html: str) -> list[dict[str, list[str]]]:
    """Where the links of a table of answers lead."""
    return [parse_qs(unescape(found)) for found in re.findall(r'<a class="place" href="compare\?([^"]*)"', html)]


def test_each_quote_of_the_table_leads_to_its_source(open_app: OpenApp, sample_library: Library) -> None:
    app = settle(open_app(page="compare", q=[CEMENT, SHARE], plan=PAIR, map=""))
    given = links(page_html(app))
    assert all(set(link) <= {"q", "plan", "read", "open"} and link["q"] == [CEMENT, SHARE] for link in given)
    share = next(link for link in given if link.get("read") == ["2"] and link["open"][0].startswith("sichuan:"))
    start = int(share["open"][0].rpartition(":")[2])
    assert "43.5%" in sample_library.plan("sichuan").text[start : start + 200]
    app = settle(open_app(page="compare", **share))
    html = page_html(app)
    assert html.count('class="source-text"') == 1 and re.search(r'class="answer">[^|]*43\.5%', html)
    app.button(key="source-close").click().run()
    assert 'class="source-text"' not in page_html(app) and address(app)["open"] == [""]
    # the nearest passage of a plan that does not answer is reached in the same way
    nearest = next(link for link in given if "read" not in link and link["open"][0].startswith("national:"))
    app = settle(open_app(page="compare", **nearest))
    assert app.expander[0].proto.expanded and page_html(app).count('class="source-text"') == 1


def test_what_is_opened_is_in_the_address(open_app: OpenApp) -> None:
    app = settle(open_app(page="compare", q=SHARE, plan=PAIR))
    follow(app, "1(3)")
    plan, _, start = address(app)["open"][0].rpartition(":")
    assert plan == "sichuan" and int(start) > 0
    app = settle(open_app(page="compare", **address(app)))
    assert page_html(app).count('class="source-text"') == 1 and "sichuan.md" in page_html(app)
    app = open_app(page="compare", tab="only", only="sichuan")
    follow(app, "Show in its surroundings")
    assert address(app)["open"][0].startswith("sichuan:")
    app = open_app(page="compare", tab="counterparts", at="sichuan:4416", plan=PAIR)
    app.button(key="Less close-national").click().run()
    assert address(app)["rank"] == ["national:1"]
    app.toggle(key="together").set_value(False).run()
    assert address(app)["rank"] == ["national:1"]
    app = open_app(page="compare", **address(app))
    assert (
        re.search(r"Counterpart 2 of \d|Each is the other", page_html(app))
        and not app.button(key="Closer-national").disabled
    )
    app.button(key="passage-Next").click().run()
    assert "rank" not in address(app)


def test_counterparts_are_reached_from_an_answer_and_stepped_through(
    open_app: OpenApp, sample_library: Library
) -> None:
    app = settle(open_app(page="compare", q=SHARE, plan=PAIR))
    follow(app, "Counterparts", -1)
    given = address(app)
    assert given["tab"] == ["counterparts"] and given["q"] == [SHARE]
    plan, _, start = given["at"][0].rpartition(":")
    assert plan == "sichuan" and "43.5%" in sample_library.plan(plan).text[int(start) : int(start) + 200]
    html = page_html(app)
    assert html.count("source-text pane") == 2
    assert re.search(r'class="answer">[^|]*43\.5%', html)
    first = re.search(r"Passage (\d+) of (\d+)", html)
    assert first
    app.button(key="passage-Next").click().run()
    assert f"Passage {int(first.group(1)) + 1} of {first.group(2)}" in page_html(app)
    assert int(address(app)["at"][0].rpartition(":")[2]) > int(start)
    app.toggle(key="together").set_value(False).run()
    assert address(app)["apart"] == ["1"]
    app.selectbox(key="picked").set_value("national").run()
    assert address(app)["at"] == ["national:0"] and "Passage 1 of" in page_html(app)


def test_sections_of_two_plans_stand_on_the_same_line_and_open_together(open_app: OpenApp) -> None:
    app = open_app(page="compare", tab="sections", pair=["sichuan", "liaoning"])
    assert not app.exception and not app.error
    opened = next(
        b for b in app.button if b.key and b.key.startswith("line-one-") and "Carbon peak in industry" in b.label
    )
    opened.click().run()
    html = page_html(app)
    assert html.count("source-text pane") == 2
    line = int(address(app)["section"][0])
    assert opened.key == f"line-one-{line}"
    app.selectbox(key="pair-other").set_value("national").run()
    assert address(app)["pair"] == ["sichuan", "national"] and "section" not in address(app)
    app.selectbox(key="pair-other").set_value("sichuan").run()
    assert "Choose two different plans." in page_html(app)


def test_what_only_one_says_names_its_measure_and_stands_by_section(open_app: OpenApp, sample_library: Library) -> None:
    app = open_app(page="compare", tab="only")
    found = sample_library.unique_content(["liaoning", "national", "sichuan"])
    html = page_html(app)
    assert not app.exception and not app.error
    assert found.measure and found.measure in unescape(html)
    mine = [section for section in found.only if section.plan == "national"]
    assert mine and " › ".join(mine[0].section) in unescape(html)
    count = sum(len(section.passages) for section in mine)
    assert f">{count:,} passages<" in html
    app.selectbox(key="only-plan").set_value("sichuan").run()
    assert address(app) == {"tab": ["only"], "only": ["sichuan"]}
    app.selectbox(key="only-plan").set_value("national").run()
    follow(app, "Counterparts")
    assert address(app)["tab"] == ["counterparts"] and address(app)["at"][0].startswith("national:")


HOSTILE = """<b>Evil</b> **plan** $x^2$ :red[title]

1. Rules **on** cement <script>window.__xss=1</script>

The cement rule says <script>alert(1)</script> that $x^2$ tons of **bold** cement are allowed, see \
[link](javascript:alert(1)) and <img src=x onerror="window.__xss=1"> here.
"""


@pytest.mark.parametrize("tab", list(Tab))
def test_hostile_text_is_shown_as_text(open_app: OpenApp, tmp_path: Path, encoder: Encoder, tab: Tab) -> None:
    (tmp_path / "evil.txt").write_text(HOSTILE, "utf-8")
    (tmp_path / "evil2.txt").write_text(HOSTILE.replace("Evil", "Wicked").replace("tons", "kilograms"), "utf-8")
    with Library.open(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([tmp_path / "evil.txt", tmp_path / "evil2.txt"])
    questions = ["which cement <i>rule</i> is allowed?", "is cement $x^2$ <b>allowed</b>?", "**cement**"]
    for asked in (questions, questions[:1]):
        app = settle(open_app(tmp_path / "library", page="compare", q=asked, tab=tab, section="0"))
        assert not app.exception and not app.error
        html = page_html(app)
        assert "&lt;b&gt;" in html or tab is Tab.ONLY
        for ours in ("<script", "<img", "<b>", "<i>"):
            assert ours not in html
        assert html.count("<a ") == len(links(html)) + len(quote_links(app)) + len(quote_links(app, keeping=True))
        unescaped = [re.sub(r"\\.", "", button.label) for button in app.button]
        assert not any(mark in label for label in unescaped for mark in "<$*[:`_")


def test_no_library_says_what_to_do(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app(tmp_path / "none", page="compare")
    assert not app.exception and "plancite index" in page_html(app)


words = some.text(alphabet="ab :&=?", min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)
places = some.tuples(some.sampled_from(["a", "b:c"]), some.integers(1, 10**8))
ids = some.lists(some.sampled_from(["a", "b:c", "d e"]), unique=True, max_size=3).map(tuple)


@given(
    some.builds(
        CompareView,
        some.lists(words, unique=True, max_size=3).map(tuple),
        ids,
        some.sampled_from(Tab),
        some.integers(0, 40),
        some.booleans(),
        some.none() | places,
        ids,
        some.lists(places, max_size=2, unique_by=lambda rank: rank[0]).map(tuple),
        ids,
        some.none() | some.integers(0, 500),
        words | some.just(""),
        some.booleans(),
    )
)
def test_the_whole_comparison_is_in_its_address(view: CompareView) -> None:
    st.query_params.from_dict(to_query(view))
    assert read() == view


@pytest.mark.parametrize(
    "query",
    [
        {"rank": "a:0"},
        {"open": "5"},
        {"read": "0"},
        {"read": "x"},
        {"at": "5"},
        {"at": "a:-1"},
        {"at": ":5"},
        {"tab": "evil"},
        {"section": "²"},
    ],
)
def test_an_address_that_makes_no_sense_is_at_rest(query: dict[str, str]) -> None:
    st.query_params.from_dict(query)
    assert read() == CompareView()


def test_questions_are_asked_for_only_where_they_are_answered(open_app: OpenApp) -> None:
    for tab in Tab:
        app = open_app(page="compare", q=SHARE, plan=PAIR, tab=tab)
        assert [box.key for box in app.text_area] == (["questions"] if tab is Tab.ANSWERS else [])


def test_chosen_plans_apply_at_once_in_every_tab(open_app: OpenApp) -> None:
    app = open_app(page="compare", tab="only", q=SHARE)
    app.multiselect(key="compared").set_value(PAIR).run()
    assert address(app) == {"tab": ["only"], "q": [SHARE], "plan": PAIR}
    assert len(app.selectbox(key="only-plan").options) == 2


def test_a_quote_beside_others_has_no_number_that_begins_anew(open_app: OpenApp) -> None:
    app = settle(open_app(page="compare", q=SHARE, plan=PAIR))
    labels = [label for label, _ in quote_links(app) if label != "Counterparts"]
    assert len(labels) >= 2 and not any(label.startswith("[") for label in labels)
