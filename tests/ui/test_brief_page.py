"""The Brief page: quotes come by a link below them, stay in an order of one's own, and go to a document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import OpenApp, address, follow, go, page_html, quote_links
from streamlit.testing.v1 import AppTest

from indexer.library import Library
from indexer.library.briefs import FILE
from indexer.types import Brief

QUESTION = "What are the cement capacity rules?"


@pytest.fixture(autouse=True)
def no_briefs(sample_folder: Path) -> Iterator[None]:
    yield
    (sample_folder / FILE).unlink(missing_ok=True)


@pytest.fixture
def quoted(open_app: OpenApp) -> AppTest:
    """The app after the first quote of an answer went to the brief, and a paragraph was written below it."""
    app = follow(open_app(q=QUESTION), "Add to brief")
    app = go(app, "brief")
    app.text_area(key="brief-words").set_value("Both closed.\nSee the annex.")
    return submit(app, "add-words")


def submit(app: AppTest, key: str) -> AppTest:
    return next(button for button in app.button if button.key and key in button.key).click().run()


def brief(library: Library) -> Brief:
    (found,) = library.briefs()
    return found


def test_a_quote_goes_into_the_brief_once_and_its_link_acts_in_no_other_session(
    open_app: OpenApp, sample_library: Library
) -> None:
    app = open_app(q=QUESTION)
    query = next(query for label, query in quote_links(app, keeping=True) if label == "Add to brief")
    follow(app, "Add to brief")
    assert not app.exception and "keep" not in address(app) and address(app)["q"] == [QUESTION]
    (item,) = brief(sample_library).items
    assert item.citation == sample_library.ask(QUESTION).citations[0]
    go(app, "", **query)  # the same address again, as Back leads to it
    go(open_app(), "", **query)  # as a link that somebody sent
    assert len(brief(sample_library).items) == 1


def test_own_words_notes_tags_order_and_undo(quoted: AppTest, sample_library: Library) -> None:
    quote, words = brief(sample_library).items
    assert (quote.text, words.text) == ("", "Both closed.\nSee the annex.")
    quoted.text_area(key=f"words-{quote.id}").set_value("Strict.").run()
    quoted.text_input(key=f"tags-{quote.id}").set_value("cement, closing, cement").run()
    quoted.button(key=f"Down-{quote.id}").click().run()
    now = brief(sample_library).items
    assert [item.id for item in now] == [words.id, quote.id]
    assert quoted.button(key=f"To the top-{words.id}").disabled
    quoted.button(key=f"To the top-{quote.id}").click().run()
    assert [item.id for item in brief(sample_library).items] == [quote.id, words.id]
    quoted.button(key=f"Down-{quote.id}").click().run()
    assert (now[1].text, now[1].tags) == ("Strict.", ("cement", "closing"))
    quoted.button(key=f"remove-{quote.id}").click().run()
    assert len(brief(sample_library).items) == 1 and "A quote was removed." in page_html(quoted)
    quoted.button(key="undo-brief").click().run()
    assert brief(sample_library).items == now
    assert not quoted.exception


def test_items_of_all_briefs_are_found_by_their_words(quoted: AppTest) -> None:
    quoted.text_input(key="b-words").set_value("annex").run()
    assert address(quoted)["find"] == ["annex"]
    assert "1 item of all briefs" in page_html(quoted) and "In “Brief”" in page_html(quoted)


def test_a_brief_is_made_renamed_deleted_and_put_back(quoted: AppTest, sample_library: Library) -> None:
    quoted.text_input(key="b-new").set_value("On wind").run()
    quoted.button(key="make-brief").click().run()
    assert address(quoted)["name"] == ["On wind"] and "Nothing is in this brief yet" in page_html(quoted)
    quoted.text_input(key="b-renamed").set_value("On waves").run()
    quoted.button(key="rename-brief").click().run()
    assert [each.name for each in sample_library.briefs()] == ["Brief", "On waves"]
    go(quoted, "", q=QUESTION)
    assert any(label == "Add to “On waves”" for label, _ in quote_links(quoted, keeping=True))
    go(quoted, "brief", name="Brief")
    quoted.button(key="delete-brief").click().run()
    assert [each.name for each in sample_library.briefs()] == ["On waves"]
    quoted.button(key="undo-brief").click().run()
    assert {each.name: len(each.items) for each in sample_library.briefs()} == {"Brief": 2, "On waves": 0}
    assert not quoted.exception
