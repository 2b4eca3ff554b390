"""What stays of a question: asked before and saved, listed by relevance or place, taken away, in letters of one's size."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from pages import OpenApp, address, follow, page_html, quote_links, to_copy
from served import copy_library
from streamlit.testing.v1 import AppTest

from indexer.library import Library
from indexer.library.questions import FILE, recent_questions, record_question
from indexer.storage.disk import write_lock
from indexer.types import AskedQuestion

CEMENT = "what is the cement capacity rule?"
SHARE = "What share of energy will be non-fossil by 2030?"


@pytest.fixture
def own(sample_folder: Path, tmp_path: Path) -> Path:
    """A copy of the sample library, to be changed, without what other tests have asked of it."""
    copy_library(sample_folder, tmp_path / "library")
    return tmp_path / "library"


def labels(app: AppTest, start: str) -> list[str]:
    """Labels of the buttons whose keys begin so, as they are read."""
    shown = str.maketrans("", "", "\\\u2060")
    return [button.label.translate(shown) for button in app.button if (button.key or "").startswith(start)]


def ranks(app: AppTest) -> list[int]:
    opened = [query["open"][0] for label, query in quote_links(app) if label == "Show in its surroundings"]
    return [int(name.removeprefix("passage-")) for name in opened]


def places(app: AppTest) -> list[str]:
    """The cards without their links, which know how the page is sorted."""
    bodies = [block.proto.body for block in app.get("html") if 'class="card-title"' in block.proto.body]
    return [body.partition('<div class="actions">')[0] for body in bodies]


# -- asked before ------------------------------------------------------------------------------------


def test_what_was_asked_is_offered_again_with_its_filters(open_app: OpenApp, own: Path) -> None:
    app = open_app(folder=own)
    assert "Asked lately" not in page_html(app)
    app.text_input(key="question").set_value(CEMENT)
    app.button(key="submit").click().run()
    app.multiselect(key="plans").set_value(["liaoning"]).run()
    app.toggle(key="every").set_value(True).run()
    again = open_app(folder=own)
    assert "Recent questions in this library" in page_html(again) and str(own / FILE) in page_html(again)
    liaoning = "Liaoning Province Carbon Peak Implementation Plan (restated sample)"
    assert labels(again, "ask-again-") == [
        f"{CEMENT} ({liaoning}, every answer)",
        f"{CEMENT} ({liaoning})",
        CEMENT,
    ]
    again.button(key="ask-again-1").click().run()
    assert address(again) == {"q": [CEMENT], "plan": ["liaoning"]}
    assert again.text_input(key="question").value == CEMENT
    assert again.multiselect(key="plans").value == ["liaoning"]
    assert "<blockquote" in page_html(again) or 'class="notice"' in page_html(again)


def test_looking_around_in_an_answer_asks_nothing_anew(open_app: OpenApp, own: Path) -> None:
    app = open_app(folder=own, q=CEMENT)
    with Library.open(own) as library:
        record_question(library.backend, AskedQuestion("asked by somebody else meanwhile"))
        app.button(key="further").click().run()
        follow(app, "[1]")
        app.segmented_control(key="order").set_value("Place").run()
        assert [q.question for q in recent_questions(library.backend)] == ["asked by somebody else meanwhile", CEMENT]


def test_a_question_that_cannot_be_asked_is_not_kept(open_app: OpenApp, own: Path) -> None:
    open_app(folder=own, q="???")
    assert not (own / FILE).exists()


def test_one_is_removed_then_all_then_none_is_kept(open_app: OpenApp, own: Path) -> None:
    with Library.open(own) as library:
        for i in range(20):
            record_question(library.backend, AskedQuestion(f"question {i}"))
    app = open_app(folder=own)
    assert len(labels(app, "ask-again-")) == 12
    app.button(key="show-asked").click().run()
    assert labels(app, "ask-again-") == [f"question {i}" for i in range(19, -1, -1)]
    app.button(key="remove-asked-0").click().run()
    assert labels(app, "ask-again-")[0] == "question 18"
    app.button(key="remove-asked").click().run()
    assert not labels(app, "ask-again-") and "Asked lately" not in page_html(app)
    app = open_app(folder=own, q=CEMENT)
    app = open_app(folder=own)
    app.toggle(key="keep-asked").set_value(False).run()
    assert not labels(app, "ask-again-") and "Questions are not kept." in page_html(app)
    open_app(folder=own, q=CEMENT)
    app = open_app(folder=own)
    assert not labels(app, "ask-again-")
    app.toggle(key="keep-asked").set_value(True).run()
    open_app(folder=own, q=SHARE)
    assert labels(open_app(folder=own), "ask-again-") == [SHARE]


def test_earlier_questions_stand_beside_an_answer(open_app: OpenApp, own: Path) -> None:
    with Library.open(own) as library:
        record_question(library.backend, AskedQuestion(SHARE, ("sichuan",)))
    app = open_app(folder=own, q=CEMENT)
    sichuan = "Sichuan Carbon Peak Implementation Plan (restated sample)"
    assert labels(app, "earlier-recent-") == [f"{SHARE} ({sichuan})"]
    app.button(key="earlier-recent-0").click().run()
    assert address(app) == {"q": [SHARE], "plan": ["sichuan"]}


def test_earlier_questions_leave_out_ones_own_and_no_other(open_app: OpenApp, own: Path) -> None:
    app = open_app(folder=own, q=CEMENT)
    with Library.open(own) as library:
        record_question(library.backend, AskedQuestion("asked in another tab"))
    assert labels(app.run(), "earlier-recent-") == ["asked in another tab"]


def test_hostile_questions_are_text(open_app: OpenApp, own: Path) -> None:
    evil = "<script>alert(1)</script> **bold** [link](javascript:alert(2)) :smile: $x^2$"
    with Library.open(own) as library:
        record_question(library.backend, AskedQuestion(evil, ("<img src=x>",), "<b>"))
    app = open_app(folder=own)
    (label,) = [button.label for button in app.button if button.key == "ask-again-0"]
    assert all(
        character in "\\\u2060 " or character in "“”" or character.isalnum() or before == "\\"
        for before, character in pairwise(label)
    )
    assert labels(app, "ask-again-") == [f"{evil} (<img src=x>, sections with “<b>”)"]
    assert "<script>" not in page_html(app) and "<img" not in page_html(app)


def test_a_library_in_a_writers_hands_is_asked_all_the_same(open_app: OpenApp, own: Path) -> None:
    with write_lock(own):
        app = open_app(folder=own, q=CEMENT)
        assert not app.exception and not app.error
        assert labels(open_app(folder=own), "ask-again-") == [CEMENT]


def test_where_no_question_can_be_kept_answers_come_and_forgetting_is_a_sentence(open_app: OpenApp, own: Path) -> None:
    app = open_app(folder=own, q=CEMENT)
    app = open_app(folder=own)
    (own / FILE).unlink()
    (own / FILE).mkdir()  # refuses a write from everybody
    app.button(key="remove-asked-0").click().run()
    assert not app.exception
    assert "cannot be changed" in app.error[0].value and "permissions" in app.error[0].value
    app = open_app(folder=own, q=SHARE)
    assert not app.exception and not app.error and "<blockquote" in page_html(app)


# -- saved -------------------------------------------------------------------------------------------


def test_a_question_is_saved_from_its_answer_and_comes_first(open_app: OpenApp, own: Path) -> None:
    app = open_app(folder=own, q=CEMENT, plan="sichuan")
    app.button(key="save-question-now").click().run()
    assert not app.exception
    assert "save-question-now" not in {button.key for button in app.button}
    assert '<a href="library?tab=questions" target="_self"><span>Saved</span></a>' in page_html(app)
    with Library.open(own) as library:
        (saved,) = library.saved()
        record_question(library.backend, AskedQuestion(SHARE))
    assert (saved.question, saved.plans, saved.section) == (CEMENT, ("sichuan",), None)
    assert saved.quotes[0][1].startswith("New capacity for cement")
    app = open_app(folder=own)
    html = page_html(app)
    assert html.index("Saved questions") < html.index("Recent questions in this library")
    assert labels(app, "ask-saved-")[0].startswith(f"{CEMENT} (Sichuan")
    app.button(key="ask-saved-0").click().run()
    assert address(app) == {"q": [CEMENT], "plan": ["sichuan"]}
    # the same question of all plans is another one
    assert "save-question-now" in {button.key for button in open_app(folder=own, q=CEMENT).button}


# -- sorted ------------------------------------------------------------------------------------------


def test_passages_by_place_are_the_same_ones_in_reading_order(open_app: OpenApp) -> None:
    app = open_app(q=CEMENT)
    assert ranks(app) == list(range(1, 6))
    first = places(app)
    follow(app, "Show in its surroundings", 2)
    app.segmented_control(key="order").set_value("Place").run()
    assert address(app) == {"q": [CEMENT], "sort": ["place"], "open": ["passage-3"]}
    by_place = ranks(app)
    assert sorted(by_place) == list(range(1, 6)) and by_place != sorted(by_place)
    assert sorted(places(app)) == sorted(first)
    titles = [body.partition("</p>")[0].rpartition("<span>")[2] for body in places(app)]
    assert titles == sorted(titles, key=titles.index)  # plan by plan
    # what was opened stays open, and a link brings back the order
    assert app.session_state["opened"] == "passage-3"
    assert ranks(open_app(q=CEMENT, sort="place")) == by_place
    app.segmented_control(key="order").set_value("Relevance").run()
    assert address(app) == {"q": [CEMENT], "open": ["passage-3"]} and ranks(app) == list(range(1, 6))


def test_every_passage_by_place_begins_at_the_beginning(open_app: OpenApp, sample_library: Library) -> None:
    found = sample_library.ask("energy", every=True).hits
    assert len(found) > 20
    keys = [(hit.passage.plan, hit.passage.start) for hit in found]
    expected = [keys.index(key) + 1 for key in sorted(keys)]
    app = open_app(q="energy", all="1", sort="place")
    assert ranks(app) == expected[:10]
    app.button(key="further").click().run()
    assert ranks(app) == expected[:20]


# -- ways on, taking away, quotes, type --------------------------------------------------------------


def test_not_found_leads_on(open_app: OpenApp) -> None:
    question = "When does the next school holiday begin?"
    app = open_app(q=question, plan="sichuan", section="energy")
    app.button(key="widen").click().run()
    assert address(app) == {"q": [question]}
    assert "widen" not in {button.key for button in app.button}
    app.button(key="list-topic").click().run()
    assert address(app) == {"q": [question], "all": ["1"]}
    assert "list-topic" not in {button.key for button in app.button} and "Try other words.<" in page_html(app)


def test_files_to_take_away_are_named_after_the_question(open_app: OpenApp) -> None:
    app = open_app(q=CEMENT)
    offered = {block.proto.label: block.proto for block in app.get("download_button")}
    assert {
        "Answer sheet, Word",
        "Answer sheet, Markdown",
        "All passages, Excel",
        "All passages, CSV",
    } <= set(offered)


def test_a_quote_is_given_plain_and_as_markdown(open_app: OpenApp) -> None:
    given = to_copy(open_app(q=CEMENT))
    assert given[0].startswith('"New capacity for cement')
    assert given[1].startswith(
        "> New capacity for cement clinker and flat glass is strictly prohibited.\n>\n> — Sichuan"
    )
    assert any(text.startswith("> Inefficient capacity") for text in given)


def test_the_size_of_type_stays_from_page_to_page(open_app: OpenApp) -> None:
    app = open_app()
    assert ":root { font-size: 100%; }" in page_html(app)
    app.segmented_control(key="text-size-choice").set_value("largest").run()
    assert ":root { font-size: 132%; }" in page_html(app)
    app.button(key="example-0").click().run()
    assert ":root { font-size: 132%; }" in page_html(app)


# -- an empty library --------------------------------------------------------------------------------


def wait_for(app: AppTest, words: str) -> None:
    """Until the page says ``words``; for half a minute."""
    for _ in range(300):
        if words in page_html(app):
            return
        time.sleep(0.1)
        app.run()
    raise AssertionError(f"{words!r} never came")


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("page", ["", "compare", "targets"])
def test_an_empty_library_offers_the_sample_plans_on_every_page(open_app: OpenApp, tmp_path: Path, page: str) -> None:
    with Library.open(tmp_path / "library", create=True):
        pass
    app = open_app(folder=tmp_path / "library", page=page)
    assert "The library is empty." in page_html(app) and 'href="library"' in page_html(app)
    if page:
        assert app.button(key="samples").label == "Add the 3 sample plans"
        return
    app.button(key="samples").click().run()
    wait_for(app, "3 plans")
    assert app.button(key="example-0") and not app.exception
    wait_for(app, "Adding 3 sample plans: 3 added")
    assert "3 added" not in page_html(open_app(folder=tmp_path / "library"))  # who did not add them is not told
    assert app.button(key="undo-work").label == "Undo adding 3 sample plans"
    app.button(key="undo-work").click().run()
    wait_for(app, "The library is empty.")


def test_a_library_that_is_not_there_yet_is_made_on_the_library_page(open_app: OpenApp, tmp_path: Path) -> None:
    html = page_html(open_app(folder=tmp_path / "none"))
    assert '<a href="library" target="_self"><span>Make an empty library on the Library page</span></a>' in html
