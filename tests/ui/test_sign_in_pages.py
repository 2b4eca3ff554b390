"""The pages where people sign in: each sees and keeps their own, and has the controls of their role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from colleagues import ADA, ANN, BOB, EDITH, SECRET, fill
from fakes import FakeEncoder
from pages import go, page_html
from streamlit.testing.v1 import AppTest

from indexer.api.sign_in import VARIABLE, SignInSettings, settings_text
from indexer.library import Library
from indexer.library.rights import Mode, Person, Role
from indexer.ui.app import PAGES
from indexer.ui.shared import access

SETTINGS = SignInSettings(Mode.PROXY, ("127.0.0.1",), "X-Remote-User", "X-Role", "X-Groups")
Visit = Callable[..., AppTest]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True, encoder=FakeEncoder()) as library:
        fill(library, tmp_path / "plans")
        monkeypatch.setattr(access, "open_whole", lambda: library)
        monkeypatch.setenv(access.LOCATION_VARIABLE, str(tmp_path / "library"))
        monkeypatch.setenv(VARIABLE, settings_text(SETTINGS))
        yield library
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def visit(office: Library, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Lets a person, or nobody, look at a page, in a session of their own or in one that is there."""
    app = Path(access.__file__).parents[1] / "app.py"

    def looks(person: Person | None, page: str = "", session: AppTest | None = None, **query: str) -> AppTest:
        sent = person and {
            "X-Remote-User": person.name, "X-Role": person.role.name.lower(), "X-Groups": ",".join(person.groups)
        }  # fmt: skip
        raw = [(name.encode(), value.encode()) for name, value in (sent or {}).items()]
        vetted = [(n.decode(), v.decode()) for n, v in SETTINGS.vet(raw, "127.0.0.1" if sent else "10.0.0.9")]
        monkeypatch.setattr(access, "request_headers", lambda names: vetted)
        session = session or AppTest.from_file(app, default_timeout=60)
        session.run()
        return go(session, page, **query)

    return looks


def said(app: AppTest) -> str:
    """All that a page shows, its choices and labels included."""
    assert not app.exception
    parts = [page_html(app), str([(b.key, b.label) for b in app.button])]
    parts += [str((box.label, box.options)) for kind in (app.selectbox, app.multiselect) for box in kind]
    parts += [str((box.label, box.value)) for kind in (app.text_input, app.text_area) for box in kind]
    return "\n".join([*parts, *(text.value for kind in (app.markdown, app.error) for text in kind)])


def keys(app: AppTest) -> set[str]:
    return {
        str(element.key) for kind in ("button", "checkbox", "file_uploader", "text_input") for element in app.get(kind)
    }


@pytest.mark.parametrize("page", [page.lower() if i else "" for i, page in enumerate(PAGES)])
def test_nobody_sees_anything_until_they_sign_in(visit: Visit, page: str) -> None:
    app = visit(None, page)
    text = re.sub(r"<style>.*?</style>", "", said(app), flags=re.DOTALL)
    assert "You are not signed in" in text and "plan" not in text.replace("Plans are shown to those", "").lower()
    assert not keys(app)


QUESTION = "When do kilns of the old kind close?"


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("", {}),
        ("", {"q": QUESTION}),
        ("", {"q": "hydrogen corridor", "every": "yes"}),
        ("", {"q": QUESTION, "plan": "zarquon"}),
        ("compare", {"q": QUESTION}),
        ("targets", {}),
        ("read", {"plan": "zarquon"}),
        ("brief", {}),
        ("library", {}),
        ("library", {"plan": "zarquon"}),
        ("library", {"tab": "questions"}),
        ("library", {"tab": "collections"}),
        ("library", {"tab": "removed"}),
        ("library", {"tab": "people"}),
    ],
)
def test_a_plan_that_is_kept_back_is_on_no_page(visit: Visit, page: str, query: dict[str, str]) -> None:
    for person in (BOB, EDITH):
        text = said(visit(person, page, **query)).lower()
        for part in ("zarquon valley", "zarquon hydrogen", "zarquon files", "zarquon towns"):
            assert part not in text
        assert "3 plans" not in text


def test_who_may_read_it_sees_it(visit: Visit) -> None:
    for page in ("", "compare", "library"):
        assert SECRET in said(visit(ANN, page)).lower(), page
    assert "zarquon towns" in said(visit(ANN, "", q=QUESTION))


def test_the_controls_are_those_of_the_role(visit: Visit) -> None:
    edits = {"remove", "purge-plan", "plan-coast", "pick-coast"}
    for person, has in ((BOB, {"plan-coast"}), (EDITH, edits), (ADA, edits)):
        assert keys(visit(person, "library", plan="coast")) & edits == has, person
    tabs = {person.name: {tab.label for tab in visit(person, "library").tabs} for person in (BOB, EDITH, ADA)}
    assert tabs["Bob"] == {"Plans", "Saved questions", "Collections", "Glossary"}
    assert tabs["Edith"] - tabs["Bob"] == {"Watched folders", "Removed plans"}
    assert tabs["Ada"] - tabs["Edith"] == {"People", "Check and rebuild"}
    assert "rename-collection" not in said(visit(BOB, "library", tab="collections"))
    assert not {key for key in keys(visit(BOB, "library", tab="glossary")) if "glossary" in key and "csv" not in key}
    assert "Edith" not in said(visit(EDITH, "library", tab="people")).replace("Signed in as Edith", "")
    assert "edith" in said(visit(ADA, "library", tab="people"))
    assert "Watch this folder" not in {button.label for button in visit(EDITH, "library", tab="folders").button}
    assert "Watch this folder" in {button.label for button in visit(ADA, "library", tab="folders").button}


def test_a_link_to_what_another_role_has_leads_to_what_one_has(visit: Visit) -> None:
    for query in ({"plan": "coast", "part": "edit"}, {"plan": "coast", "part": "replace"}, {"tab": "care"}):
        app = visit(BOB, "library", **query)
        assert not keys(app) & {"edit-save", "rename-save", "check", "rebuild"}
        assert "Coast plan" in said(app)


def test_questions_and_briefs_are_ones_own_until_shared(visit: Visit, office: Library) -> None:
    ann = visit(ANN, "", q="When do zarquon kilns close?")
    ann.button(key="save-question-now").click().run()
    edith = visit(EDITH, "", q=QUESTION)
    edith.button(key="save-question-now").click().run()
    assert "Your recent questions" in said(visit(ANN)) and "When do zarquon" in said(visit(ANN))
    for page, query in (("", {}), ("library", {"tab": "questions"})):
        assert "zarquon kilns" not in said(visit(BOB, page, **query))
        assert QUESTION not in said(visit(BOB, page, **query))
    assert "share-0" not in keys(visit(ANN, "library", tab="questions")), "readers share nothing"
    visit(EDITH, "library", tab="questions").button(key="share-0").click().run()
    bob = visit(BOB, "library", tab="questions")
    assert QUESTION in said(bob) and "Shared" in said(bob) and "forget-0" not in keys(bob)
    assert QUESTION not in [
        asked.question for asked in access.suggesting.recent_questions(office.for_person(BOB).backend)
    ]


def test_a_shared_brief_is_read_by_all_and_changed_by_editors(visit: Visit, office: Library) -> None:
    office.for_person(EDITH).quote("coast", 0, 10)
    assert "Coast plan" not in said(visit(BOB, "brief"))
    visit(EDITH, "brief").button(key="share-brief").click().run()
    bob = visit(BOB, "brief")
    assert "Brief (Edith)" in str(bob.selectbox[0].options)
    bob.selectbox[0].set_value("Brief (Edith)").run()
    assert "Coast plan" in said(bob) and "add-words" not in keys(bob)


def test_a_click_with_rights_that_are_gone_changes_nothing(visit: Visit, office: Library) -> None:
    from indexer.library.people import set_person

    edith = visit(EDITH, "library", plan="coast")
    set_person(office.backend, "Edith", Role.READER)
    edith.button(key="remove").click().run()
    assert len(office.plans()) == 3
    assert "Your rights have changed" in said(edith)


def test_another_person_in_the_same_browser_finds_nothing_of_the_first(visit: Visit) -> None:
    session = visit(ANN, "", q="zarquon power")
    assert SECRET in said(session).lower()
    assert SECRET not in said(visit(BOB, "", session)).lower()


def test_admins_list_people_say_who_reads_and_make_tokens(visit: Visit, office: Library) -> None:
    app = visit(ADA, "library", tab="people")
    app.text_input(key="token-name").set_value("robot")
    app.button(key="token-make").click().run()
    (shown,) = app.code
    assert shown.value.startswith("plancite_")
    assert not visit(ADA, "library", app, tab="people").code, "shown once"
    app = visit(ADA, "library", tab="people")
    app.text_input(key="person-name").set_value("Bob")
    app.selectbox(key="person-role").set_value("editor")
    app.button(key="person-save").click().run()
    assert "remove" in keys(visit(BOB, "library", plan="coast"))
    app = visit(ADA, "library", tab="collections")
    app.text_input(key="reader-names-1").set_value("Bob, @board")
    app.button(key="save-readers-1").click().run()
    assert "Zarquon Valley" in said(visit(BOB, "library"))
