"""The Ask page as a person meets it: every state, the address, and text that would rather be markup."""

from __future__ import annotations

import re
from pathlib import Path

from pages import OpenApp, address, follow, page_html, quote_links, to_copy

from indexer.encoding import Encoder
from indexer.library import Library

CEMENT = "what are the cement capacity rules?"
UNANSWERABLE = "When does the next school holiday begin?"


def test_nothing_asked_yet_offers_examples(open_app: OpenApp) -> None:
    app = open_app()
    assert not app.exception and not app.error
    assert "3 plans" in page_html(app)
    example = app.button(key="example-0")
    assert example.label.startswith("What do the plans say about ")  # made from a heading of these plans
    asked = example.label.replace("\\", "")
    example.click().run()
    assert app.text_input(key="question").value == asked
    assert '<blockquote class="quote">' in page_html(app)


def test_an_answer_is_a_quote_with_its_citation_and_open_source(open_app: OpenApp) -> None:
    app = open_app()
    app.text_input(key="question").set_value(CEMENT)
    app.button(key="submit").click().run()
    assert not app.exception and not app.error
    html = page_html(app)
    quote = re.sub("</?strong.*?>", "", html)  # what the reader takes for the answer in it is its own affair
    assert '<blockquote class="quote">New <mark class="emphasis">capacity</mark> for' in quote
    chip, _ = quote_links(app)[0]
    assert chip.startswith("[1] Sichuan Carbon Peak") and chip.endswith("· 2(3)4")
    wanted = '"New capacity for cement clinker and flat glass is strictly prohibited." ('
    assert any(copied.startswith(wanted) for copied in to_copy(app))
    assert address(app) == {"q": [CEMENT]}
    assert '<mark class="answer">' in html  # in the passage and in the open source
    assert html.count('class="source-text"') == 1
    assert sum('class="passage-text"' in block.proto.body for block in app.get("html")) == 5


def test_what_was_searched_is_said_and_undone_by_a_click(open_app: OpenApp) -> None:
    app = open_app(q='cemnt "capacity" -glass')
    assert "Searched for “cement”, not “cemnt”." in page_html(app)
    assert "Only passages with “capacity” and without glass" in page_html(app)
    app.button(key="as-typed-0").click().run()
    assert app.text_input(key="question").value == '=cemnt "capacity" -glass'
    assert "Searched for" not in page_html(app)
    app.text_input(key="question").set_value('"no such phrase" kilns')
    app.button(key="submit").click().run()
    assert not app.exception
    assert "No passage holds “no such phrase”." in page_html(app)


def test_the_box_offers_headings(open_app: OpenApp) -> None:
    assert re.search(r'<datalist id="suggestions">.*<option value="[^"]*Building materials', page_html(open_app()))


def test_sources_open_close_and_widen(open_app: OpenApp) -> None:
    app = open_app(q=CEMENT)

    def source() -> list[str]:
        return [b.proto.body for b in app.get("html") if 'class="source-text"' in b.proto.body]

    first = source()
    app.button(key="source-more").click().run()
    assert len(source()[0]) > len(first[0])
    follow(app, "Show in its surroundings", 2)
    assert address(app) == {"q": [CEMENT], "open": ["passage-3"]}
    assert len(source()) == 1 and "page 5 of 15 · liaoning.pdf" in page_html(app)
    app.button(key="source-close").click().run()
    assert not source()
    follow(app, "[1]")
    assert len(source()) == 1 and "sichuan.md" in page_html(app)


def test_a_link_opens_a_passage_far_down_the_list(open_app: OpenApp) -> None:
    app = open_app(q=CEMENT, open="passage-12")
    cards = [label for label, _ in quote_links(app)].count("Show in its surroundings")
    assert cards == 12 and page_html(app).count('class="source-text"') == 1
    for strange in ("passage-99999999", "passage-٣", "none"):
        app = open_app(q=CEMENT, open=strange)
        assert not app.exception and not app.error and 'class="source-text"' not in page_html(app)


def test_more_passages_leave_the_answer_as_it_was(open_app: OpenApp) -> None:
    app = open_app(q=CEMENT)
    quotes = [b.proto.body for b in app.get("html") if "<blockquote" in b.proto.body]
    app.button(key="further").click().run()
    assert quote_links(app)[-1][1]["open"] == ["passage-15"]
    assert quotes == [b.proto.body for b in app.get("html") if "<blockquote" in b.proto.body]


def test_not_found_says_so_and_folds_the_nearest_miss(open_app: OpenApp) -> None:
    app = open_app(q=UNANSWERABLE)
    html = page_html(app)
    assert "Not found in these plans." in html and "434 passages searched." in html
    assert "<blockquote" not in html and '<mark class="answer">' not in html
    assert app.expander[0].label == "The nearest passage; it may not answer"
    assert not app.expander[0].proto.expanded
    follow(app, "Show in its surroundings")
    assert address(app)["open"] == ["nearest"]
    assert 'class="source-text"' in page_html(app)


def test_words_found_nowhere_are_named(open_app: OpenApp) -> None:
    html = page_html(open_app(q="Which football club won the cup?"))
    assert "Found nowhere in them: " in html and "football" in html


def test_a_link_reopens_question_filters_and_answer(open_app: OpenApp) -> None:
    app = open_app(q=CEMENT, plan=["liaoning", "national"], section="industry")
    assert app.text_input(key="question").value == CEMENT
    assert app.multiselect(key="plans").value == ["liaoning", "national"]
    assert app.text_input(key="section").value == "industry"
    html = page_html(app)
    assert "sections whose heading holds “industry”" in html
    assert 'class="notice"' in html or "<blockquote" in html
    titles = [b.proto.body for b in app.get("html") if "card-title" in b.proto.body]
    assert titles and not any("Sichuan" in title for title in titles)


def test_filters_ask_the_same_question_again(open_app: OpenApp) -> None:
    app = open_app(q=CEMENT)
    app.multiselect(key="plans").set_value(["liaoning"]).run()
    assert address(app) == {"q": [CEMENT], "plan": ["liaoning"]}
    assert "In Liaoning Province" in page_html(app)
    app.toggle(key="every").set_value(True).run()
    assert address(app) == {"q": [CEMENT], "plan": ["liaoning"], "all": ["1"]}
    assert '<table class="counts">' in page_html(app)


def test_a_question_that_names_a_plan_says_that_it_narrowed(open_app: OpenApp) -> None:
    app = open_app(q="What does Liaoning say about offshore wind?")
    assert "In Liaoning Province Carbon Peak Implementation Plan (restated sample), as the question names it." in (
        page_html(app)
    )
    app.button(key="wide").click().run()
    assert address(app) == {"q": ["What does Liaoning say about offshore wind?"], "wide": ["1"]}
    html = page_html(app)
    assert "as the question names it" not in html and "Sichuan Carbon Peak Implementation Plan" in html
    app.text_input(key="question").set_value("What does Liaoning say about coal?")
    app.button(key="submit").click().run()
    assert "as the question names it" in page_html(app)


def test_every_answer_counts_and_says_where_it_stopped(open_app: OpenApp) -> None:
    html = page_html(open_app(q="forest", all="1"))
    assert re.search(r"\d+ sentences of [23] plans, in \d+ passages of 434 searched", html)
    assert "How far the search went" in html
    assert '<table class="counts">' in html


def test_plans_that_are_gone_are_named_and_dropped(open_app: OpenApp) -> None:
    app = open_app(q=CEMENT, plan=["atlantis<b>", "sichuan"])
    html = page_html(app)
    assert "“atlantis&lt;b&gt;” is not in this library." in html
    assert address(app) == {"q": [CEMENT], "plan": ["sichuan"]}
    assert "strictly prohibited" in html
    assert "All plans were searched instead." in page_html(open_app(q=CEMENT, plan="atlantis"))


def test_a_question_without_words_is_a_sentence(open_app: OpenApp) -> None:
    app = open_app(q="???")
    assert not app.exception
    assert app.error[0].value.replace("\\", "") == "Type a question: there is no word in this one."


def test_no_library_says_what_to_do(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app(folder=tmp_path / "none")
    assert not app.exception
    html = page_html(app)
    assert "There is no library yet" in html and "plancite index" in html.partition("For administrators")[2]


def test_empty_library_then_one_filled_by_another(open_app: OpenApp, tmp_path: Path, encoder: Encoder) -> None:
    with Library.open(tmp_path / "library", create=True, encoder=encoder) as library:
        app = open_app(folder=tmp_path / "library")
        assert "The library is empty." in page_html(app)
        assert app.code[0].value.startswith("plancite add FOLDER")
        plan = tmp_path / "heat.txt"
        plan.write_text("Heat plan\n\n1. Heat pumps\n\nEvery district installs 300 heat pumps by 2027.\n", "utf-8")
        library.add([plan])
        assert "1 plan ·" in page_html(app.run())
        app.text_input(key="question").set_value("How many heat pumps does every district install?")
        app.button(key="submit").click().run()
        assert "<blockquote" in page_html(app)
        library.remove(["heat"])
        assert "The library is empty." in page_html(app.run())


HOSTILE = """<b>Evil</b> **plan** $x^2$ :red[title]

1. Rules **on** cement <script>window.__xss=1</script>

The cement rule says <script>alert(1)</script> that $x^2$ tons of **bold** cement are allowed, see \
[link](javascript:alert(1)) and <img src=x onerror="window.__xss=1"> here.
"""


def test_hostile_text_is_shown_as_text(open_app: OpenApp, tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "evil.txt").write_text(HOSTILE, "utf-8")
    with Library.open(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([tmp_path / "evil.txt"])
    app = open_app(folder=tmp_path / "library", q="which cement <i>rule</i> is allowed?")
    assert not app.exception and not app.error
    html = page_html(app)
    for ours in ("<script", "<img", "<b>", "<i>"):
        assert ours not in html
    assert set(re.findall(r'<a [^>]*?href="(.)', html)) == {"?"}  # those beside quotes, which stay on the page
    assert "&lt;<u" in html or "&lt;script&gt;" in html
    assert "**bold**" in html and "$x^2$" in html and "[link](javascript:" in html
    unescaped = [re.sub(r"\\.", "", button.label) for button in app.button]
    assert not any(mark in label for label in unescaped for mark in "<$*[:`_")


def test_the_answer_comes_before_what_is_done_with_it(open_app: OpenApp) -> None:
    app = open_app(q=CEMENT)
    html = page_html(app)
    assert html.index('class="quote"') < html.index(", sorted by</h2>")
    assert "In all 3 plans." not in html  # said only where the search is narrowed


def test_one_count_of_passages_is_shown_with_an_answer(open_app: OpenApp, sample_library: Library) -> None:
    total = sum(info.passages for info in sample_library.plans())
    html = page_html(open_app(q=CEMENT))
    assert html.count(f"{total} passages") == 1 and "The closest 5 passages, sorted by" in html


def test_a_link_can_be_copied(open_app: OpenApp) -> None:
    html = page_html(open_app(q=CEMENT))
    assert "<span>Copy link</span></button>" in html and "?q=what+are+the+cement+capacity+rules%3F" in html


def test_a_follow_up_shows_how_it_is_read_and_can_be_asked_by_itself(open_app: OpenApp) -> None:
    before = "What share of energy will be non-fossil by 2030?"
    app = open_app(q=before)
    app.text_input(key="question").set_value("and by 2025?")
    app.button(key="submit").click().run()
    assert address(app) == {"q": ["and by 2025?"], "after": [before]}
    assert "Read as: What share of energy will be non-fossil by 2025?" in page_html(app)
    app.button(key="alone").click().run()
    assert address(app) == {"q": ["and by 2025?"]}
    assert "Read as" not in page_html(app)
