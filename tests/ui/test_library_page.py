"""The Library page as staff meet it: adding, correcting, replacing, removing, and that every step has its way back."""

from __future__ import annotations

import io
import re
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from fakes import FakeEncoder
from pages import OpenApp, address, go, page_html
from streamlit import config
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from indexer.comparing.provisions import gravest_first
from indexer.encoding import Progress, Vectors
from indexer.library import Library, originals
from indexer.library.folder_rounds import watching_of
from indexer.types import Change, GlossaryEntry
from indexer.ui.library.changes import differing_words
from indexer.ui.library.listing import _badges
from indexer.ui.shared import access

ANHUI = "Anhui Plan\n\n1. Industry\n\nCement kilns close by 2025. Steel output falls.\n\n2. Energy\n\nWind farms grow to 13.7 GW.\n"
HENAN = "Henan Plan\n\n1. Land\n\nForests cover a fifth. Wetlands are kept.\n"
LATER = ANHUI.replace("2025", "2027").replace(" Steel output falls.", "") + "Solar roofs are built.\n"
HOSTILE = "<img src=x onerror=alert(1)> **b** $x$ :red[t] ../../up.txt"
OPENED = "<b>Evil</b> **plan**\n\n1. Rules\n\nAsbestos <script>alert(1)</script> is banned.\n"


def test_the_glossary_is_edited_and_taken_from_a_file(open_app: OpenApp, folder: Path) -> None:
    with Library.open(folder) as library:
        library.set_glossary([GlossaryEntry("levee", ("dyke",))])
    app = go(open_app(folder), "library", tab="glossary")
    assert not app.exception
    assert list(app.dataframe[0].value.itertuples(index=False, name=None)) == [("levee", "dyke", "")]
    app.button(key="save-glossary").click().run()
    assert "The glossary has 1 name now." in page_html(app)


class GatedEncoder(FakeEncoder):
    """The fake encoder, each passage only when the gate lets it through."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Semaphore(0)

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        for _ in texts:
            assert self.gate.acquire(timeout=20)
            if progress:
                progress(1)
        return super().embed(texts)


@pytest.fixture
def folder(tmp_path: Path, fake: FakeEncoder) -> Path:
    """A library of two plans, added from files that are gone since."""
    with Library.open(tmp_path / "library", create=True) as library:
        for name, text in (("anhui.txt", ANHUI), ("henan.txt", HENAN)):
            (tmp_path / name).write_text(text)
            (report,) = library.add([tmp_path / name])
            assert report.status == "added"
            (tmp_path / name).unlink()
    return tmp_path / "library"


@pytest.fixture
def opened(folder: Path) -> Iterator[Library]:
    """The library, to look into beside the page."""
    with Library.open(folder) as library:
        yield library


@pytest.fixture
def gated(monkeypatch: pytest.MonkeyPatch) -> GatedEncoder:
    encoder = GatedEncoder()
    monkeypatch.setattr("indexer.library.facade.load_encoder", lambda *arguments, **options: encoder)
    return encoder


def until(app: AppTest, there: Callable[[], object]) -> AppTest:
    """The page as soon as ``there``, looked at as its clock would."""
    for _ in range(400):
        assert not app.exception, app.exception
        if there():
            return app
        time.sleep(0.02)
        app.run()
    raise AssertionError(f"Not there after eight seconds: {page_html(app)}")


def finish(app: AppTest) -> AppTest:
    """The page once the library's work is done."""
    return until(app, lambda: not app.get("progress") and any(b.key == "close-work" for b in app.button))


def drop(app: AppTest, files: dict[str, str | bytes], zone: int = 0) -> AppTest:
    """The page as adding begins, which it does by itself."""
    given = [(name, data.encode() if isinstance(data, str) else data, "") for name, data in files.items()]
    return app.file_uploader[zone].set_value(given).run()


def add(app: AppTest, files: dict[str, str | bytes]) -> AppTest:
    return finish(drop(app, files))


def lines(app: AppTest) -> list[tuple[str, str]]:
    """(status, what is said) of each file of the report."""
    found = re.findall(
        r'<li><span class="status \w+">(.*?)</span><span>(.*?)</span></li>', page_html(app).replace("\n", " ")
    )
    return [(status, " ".join(unescape(re.sub("<.*?>", "", said)).split())) for status, said in found]


def text(app: AppTest) -> str:
    """All that the page says in words of its own."""
    return " ".join(unescape(re.sub("<.*?>", " ", page_html(app))).split())


def error(app: AppTest) -> str:
    """The error on the page as it is read, without what keeps Markdown out."""
    return app.error[0].value.replace("\\", "").replace("\u2060", "")


def ids(library: Library) -> list[str]:
    return [info.id for info in library.plans()]


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "originals").rglob("*") if path.is_file())


def field(app: AppTest, label: str) -> TextInput:
    """The text field of this name; those of a plan's form have other keys for other plans and stored values."""
    (found,) = (widget for widget in app.text_input if widget.label == label)
    return found


def button(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return packed.getvalue()


# -- adding ----------------------------------------------------------------------------------------


def test_no_library_yet_is_made_and_filled_with_the_samples(
    open_app: OpenApp, fake: FakeEncoder, tmp_path: Path
) -> None:
    app = open_app(tmp_path / "library", page="library")
    assert "There is no library in" in text(app) and not (tmp_path / "library").exists()
    button(app, "make")
    assert "The library is empty." in page_html(app)
    assert app.button(key="samples").label == "Add the 3 sample plans"
    finish(button(app, "samples"))
    assert [status for status, _ in lines(app)] == ["Added"] * 3
    with Library.open(tmp_path / "library") as library:
        assert ids(library) == ["liaoning", "national", "sichuan"]
    assert "Liaoning Province" in page_html(app) and "The library is empty." not in page_html(app)


def test_each_file_has_its_line(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = add(
        open_app(folder, page="library"),
        {
            "gansu.md": "# Gansu Plan\n\nWind power doubles by 2030.\n",
            "same.txt": HENAN,
            "broken.pdf": b"no PDF",
            "empty.txt": b"",
            "table.xyz": "1 2 3",
            "more.zip": zipped(
                {"a/hebei.txt": "Hebei Plan\nSteel falls.\n", "b/shanxi.txt": "Shanxi Plan\nCoal peaks.\n"}
            ),
        },
    )
    told = lines(app)
    assert told[0] == ("Added", "gansu.md 1 passage Open")
    assert told[1] == (
        "Already there",
        "same.txt same as henan; its original file was missing and is there again Open",
    )
    assert told[2][0] == "Not added" and told[2][1].startswith("broken.pdf is not a readable PDF")
    assert told[3] == ("Not added", "empty.txt is empty. Save it again with the plan's text in it.")
    assert told[4][1].startswith("table.xyz is not a kind of file that can be read. These can: .docx")
    assert told[5:] == [
        ("Added", "more.zip/a/hebei.txt 1 passage Open"),
        ("Added", "more.zip/b/shanxi.txt 1 passage Open"),
    ]
    assert "Adding 6 files: 3 added, 1 already there, 3 not added" in text(app)
    assert ids(opened) == ["anhui", "gansu", "hebei", "henan", "shanxi"]
    assert kept(folder) == ["gansu.md", "hebei.txt", "henan.txt", "shanxi.txt"]
    assert not any(str(folder) in said or "/tmp" in said for _, said in told)
    assert app.file_uploader[0].value in ([], None)  # the zone is empty for the next ones
    finish(button(app, "undo-work"))
    assert ids(opened) == ["anhui", "henan"]
    assert {version.plan for version in opened.removed()} == {"gansu", "hebei", "shanxi"}


def test_in_a_long_report_what_was_not_added_stands_first(open_app: OpenApp, folder: Path, opened: Library) -> None:
    files = {f"plan {i:02}.txt": f"Plan {i}\nWind grows by {i}.\n" for i in range(20)} | {"plan 05.txt": ""}
    app = add(open_app(folder, page="library"), {"many.zip": zipped(files)})
    assert [status for status, _ in lines(app)] == ["Not added"] + ["Added"] * 19
    assert [said for _, said in lines(app)[1:7]] == [
        f"many.zip/plan {i:02}.txt 1 passage Open" for i in (0, 1, 2, 3, 4, 6)
    ]
    assert len(opened.plans()) == 21


def test_a_file_named_like_a_plan_replaces_it_and_that_can_be_undone(
    open_app: OpenApp, folder: Path, opened: Library
) -> None:
    app = add(open_app(folder, page="library"), {"anhui.txt": LATER})
    assert lines(app) == [
        ("Replaced", "anhui.txt replaces Anhui Plan, whose text is kept; 2 passages Open What changed")
    ]
    assert 'href="library?plan=anhui&amp;part=changes"' in page_html(app)
    assert "2027" in opened.plan("anhui").text
    finish(button(app, "undo-work"))
    assert opened.plan("anhui").text == ANHUI
    assert "the earlier version is back" in text(app)


def test_only_what_can_become_a_plan_replaces_one(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = add(open_app(folder, page="library"), {"anhui.xlsx": "1", "henan.xlsx": "2"})
    assert [status for status, _ in lines(app)] == ["Not added"] * 2 and opened.plan("anhui").text == ANHUI
    app = add(open_app(folder, page="library"), {"anhui.zip": zipped({"anhui.txt": LATER})})
    assert [status for status, _ in lines(app)] == ["Replaced"] and opened.plan("anhui").text == LATER


def test_files_of_one_name_stand_side_by_side_where_that_is_wanted(
    open_app: OpenApp, folder: Path, opened: Library
) -> None:
    app = open_app(folder, page="library")
    app.toggle(key="replaces").set_value(False).run()
    add(app, {"anhui.txt": LATER})
    assert ids(opened) == ["anhui", "anhui-2", "henan"]
    assert opened.plan("anhui").text == ANHUI
    files = zipped({"a/plan.txt": "Gansu Plan\nWind.\n", "b/plan.txt": "Hebei Plan\nSteel.\n"})
    add(app, {"two.zip": files})
    assert ids(opened) == ["anhui", "anhui-2", "henan", "plan", "plan-2"]  # one drop never replaces what it added


def test_progress_is_shown_and_cancelling_leaves_the_library_as_it_was(
    open_app: OpenApp, folder: Path, opened: Library, gated: GatedEncoder
) -> None:
    before = opened.backend.generation
    app = drop(open_app(folder, page="library"), {"long.txt": "\n\n".join(f"{i}. Part {i}\n\nWind {i} grows. Coal {i} falls." for i in range(1, 31)), "gansu.txt": "Gansu\nWind.\n"})  # fmt: skip
    gated.gate.release(3)
    until(app, lambda: app.get("progress") and " 3 of 30 passages" in app.get("progress")[0].proto.text)
    told = app.get("progress")[0].proto.text.replace("\\", "")
    assert re.fullmatch(r"long\.txt: embedding · 3 of 30 passages · [\d,]+ a second · \d+ (s|min) left", told)
    assert "Adding 2 files, 1 of 2" in text(app) and "Waiting: gansu.txt." in text(app)
    assert not app.file_uploader[0].proto.disabled  # the next files wait their turn
    button(app, "cancel-work")
    assert app.button(key="cancel-work").disabled
    gated.gate.release(100)
    finish(app)
    assert lines(app) == [("Cancelled", "long.txt not added")]
    assert opened.backend.generation == before and ids(opened) == ["anhui", "henan"]
    assert kept(folder) == []
    button(app, "close-work")
    assert "Cancelled" not in text(app) and not app.file_uploader[0].proto.disabled


def test_cancelling_takes_back_what_the_batch_has_changed(
    open_app: OpenApp, folder: Path, opened: Library, gated: GatedEncoder
) -> None:
    long = "\n\n".join(f"{i}. Part {i}\n\nWind {i} grows. Coal {i} falls." for i in range(1, 31))
    app = drop(open_app(folder, page="library"), {"anhui.txt": LATER, "gansu.txt": "Gansu\nWind.\n", "long.txt": long})
    gated.gate.release(6)  # two passages, one, and three of thirty
    until(app, lambda: app.get("progress") and " 3 of 30 passages" in app.get("progress")[0].proto.text)
    assert ids(opened) == ["anhui", "gansu", "henan"]
    button(app, "cancel-work")
    gated.gate.release(100)
    finish(app)
    assert lines(app) == [
        ("Cancelled", "long.txt not added"),
        ("Cancelled", "anhui.txt the earlier version is back"),
        ("Cancelled", "gansu.txt removed again"),
    ]
    assert ids(opened) == ["anhui", "henan"] and opened.plan("anhui").text == ANHUI
    assert opened.removed() == [] and opened.check() == []
    assert not app.button(key="close-work").disabled
    assert "undo-work" not in {b.key for b in app.button}


def test_the_work_of_one_session_is_seen_by_all_and_the_next_waits_its_turn(
    open_app: OpenApp, folder: Path, opened: Library, gated: GatedEncoder
) -> None:
    second, third = open_app(folder, page="library"), open_app(folder, page="library")
    drop(open_app(folder, page="library"), {"gansu.txt": "Gansu\nWind.\n"})
    drop(second, {"hebei.txt": "Hebei\nSteel.\n"})
    drop(third, {"hubei.txt": "Hubei\nBarges.\n", "hunan.txt": "Hunan\nRice.\n"})
    other = open_app(folder, page="library", tab="removed")
    assert "gansu" in other.get("progress")[0].proto.text or "Getting ready" in other.get("progress")[0].proto.text
    waiting = re.findall("Waiting: ([^<]*)<", page_html(other))
    assert waiting == ["Adding 1 file.", "Adding 2 files."]
    button(other, "cancel-waiting-1")
    assert re.findall("Waiting: ([^<]*)<", page_html(other)) == ["Adding 1 file."]
    gated.gate.release(10)
    finish(other)
    until(other, lambda: len(lines(other)) == 3)
    assert lines(other) == [
        ("Cancelled", "Adding 2 files"),
        ("Added", "hebei.txt 1 passage Open"),
        ("Added", "gansu.txt 1 passage Open"),
    ]
    assert ids(opened) == ["anhui", "gansu", "hebei", "henan"]
    button(other, "close-work")
    assert lines(other) == [("Added", "hebei.txt 1 passage Open"), ("Added", "gansu.txt 1 passage Open")]
    button(other, "undo-work-1")  # of the first of them
    finish(other)
    assert ids(opened) == ["anhui", "hebei", "henan"]


def test_a_full_disk_is_said_and_nothing_is_added(
    open_app: OpenApp, folder: Path, opened: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if "originals" in self.parts:
            raise OSError(28, "No space left on device")
        return write(self, data)

    app = open_app(folder, page="library")
    monkeypatch.setattr(originals.Path, "write_bytes", full)
    add(app, {"gansu.txt": "Gansu\nWind.\n"})
    assert error(app).startswith("gansu.txt cannot be kept in the library's folder (No space left on device).")
    assert ids(opened) == ["anhui", "henan"] and opened.check() == []


def test_hostile_names_and_texts_are_shown_as_text(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = drop(open_app(folder, page="library"), {HOSTILE: OPENED})
    finish(app)
    assert HOSTILE.replace("<", "&lt;").replace(">", "&gt;") in page_html(app)
    assert "<img" not in page_html(app) and "<script" not in page_html(app)
    assert lines(app)[0][1].startswith(HOSTILE)
    (plan,) = [info for info in opened.plans() if info.id not in ("anhui", "henan")]
    assert Path(plan.source).is_relative_to(folder.absolute() / "originals") and "/" not in plan.id
    label = app.button(key=f"plan-{plan.id}").label
    assert label.replace("\\", "").replace("\u2060", "") == "<b>Evil</b> **plan**"
    assert not re.search(r"(?<!\\)[<>*]", label)
    for part in ("about", "edit", "replace", "changes"):
        shown = open_app(folder, page="library", plan=plan.id, part=part)
        assert not shown.exception and "<script" not in page_html(shown) and "<b>Evil" not in page_html(shown)
    hostile_link = open_app(folder, page="library", plan="<img src=x onerror=alert(4)>")
    assert "“&lt;img src=x onerror=alert(4)&gt;” is not in this library" in page_html(hostile_link)


# -- one plan --------------------------------------------------------------------------------------


def test_a_plan_opens_by_click_and_by_link(open_app: OpenApp, folder: Path) -> None:
    app = open_app(folder, page="library")
    button(app, "plan-anhui")
    assert address(app) == {"plan": ["anhui"]}
    assert "Short name anhui" in text(app)
    assert [(link.proto.page, link.proto.query_string) for link in app.get("page_link")] == [("read", "plan=anhui")]
    linked = open_app(folder, page="library", plan="anhui", part="changes")
    assert "There is only one version" in text(linked)
    assert address(linked) == {"plan": ["anhui"], "part": ["changes"]}
    button(app, "plan-anhui")
    assert address(app) == {} and "Short name" not in text(app)


def test_what_is_known_is_corrected(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = open_app(folder, page="library", plan="anhui", part="edit")
    field(app, "Region or issuer").set_value("Anhui Province")
    field(app, "Date").set_value("August 2022")
    button(app, "edit-save")
    assert error(app).startswith("'August 2022' is not a date. Give a year, month or day: 2022, 2022-08 or 2022-08-05.")
    field(app, "Date").set_value("2022-08")
    next(box for box in app.checkbox if box.label == "Machine translation").set_value(True)
    button(app, "edit-save")
    assert not app.error and "Saved: Anhui Plan." in text(app)
    (info, _) = opened.plans()
    assert (info.metadata.issuer, info.metadata.date, info.metadata.machine_translated) == (
        "Anhui Province",
        "2022-08",
        True,
    )
    assert "Machine translation" in text(app)
    field(app, "Title").set_value("Carbon Peak of Anhui")
    finish(button(app, "edit-save"))
    assert opened.plans()[0].title == "Carbon Peak of Anhui"
    assert app.button(key="plan-anhui").label == "Carbon Peak of Anhui"


def test_a_form_writes_no_old_value_over_a_correction_of_another_session(
    open_app: OpenApp, folder: Path, opened: Library
) -> None:
    app = open_app(folder, page="library", plan="anhui", part="edit")
    opened.edit("anhui", issuer="Office of Anhui")
    assert field(app.run(), "Region or issuer").value == "Office of Anhui"
    field(app, "Date").set_value("2022")
    button(app, "edit-save")
    known = opened.plans()[0].metadata
    assert (known.issuer, known.date) == ("Office of Anhui", "2022")
    go(app, "library", plan="henan", part="edit")
    shown = [field(app, label).value for label in ("Title", "Region or issuer", "Date", "Short name")]
    assert shown == ["Henan Plan", "", "", "henan"]


def test_a_new_title_and_putting_back_show_their_way(
    open_app: OpenApp, folder: Path, opened: Library, gated: GatedEncoder
) -> None:
    app = open_app(folder, page="library", plan="anhui", part="edit")
    field(app, "Title").set_value("Another")
    button(app, "edit-save")
    gated.gate.release(1)
    until(app, lambda: app.get("progress") and "1 of 2 passages" in app.get("progress")[0].proto.text)
    gated.gate.release(1)
    finish(app)
    assert opened.plans()[0].title == "Another"
    button(app, "close-work")
    button(open_app(folder, page="library", plan="anhui"), "remove")
    app = button(open_app(folder, page="library", tab="removed"), "restore-0")
    gated.gate.release(1)
    until(app, lambda: app.get("progress") and "1 of 2 passages" in app.get("progress")[0].proto.text)
    gated.gate.release(1)
    finish(app)
    assert ids(opened) == ["anhui", "henan"]


def test_a_plan_is_renamed_and_its_link_with_it(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = open_app(folder, page="library", plan="anhui", part="edit")
    field(app, "Short name").set_value("henan")
    button(app, "rename-save")
    assert "henan" in error(app) and ids(opened) == ["anhui", "henan"]
    field(app, "Short name").set_value("ah-2022")
    button(app, "rename-save")
    assert ids(opened) == ["ah-2022", "henan"]
    assert address(app) == {"plan": ["ah-2022"], "part": ["edit"]} and not app.error


def test_a_new_version_and_what_changed(open_app: OpenApp, folder: Path, opened: Library) -> None:
    opened.save_question("when do cement kilns close?", plans=["anhui"])
    app = open_app(folder, page="library", plan="anhui", part="replace")
    finish(drop(app, {"version two.txt": LATER}, zone=1))
    assert lines(app)[0][0] == "Replaced" and ids(opened) == ["anhui", "henan"]
    app = open_app(folder, page="library", plan="anhui", part="changes")
    until(app, lambda: "Sentences:" in text(app))
    found = opened.changes("anhui")
    assert {s.change for s in found.sentences} == {Change.ADDED, Change.REMOVED, Change.CHANGED}
    assert "Sentences: 1 added, 1 removed, 1 changed" in text(app)
    html = page_html(app)
    assert '<mark class="emphasis">2025</mark>' in html and '<mark class="emphasis">2027</mark>' in html
    assert '<del class="passage-text">Steel output falls.</del>' in html
    assert '<ins class="passage-text">Solar roofs are built.</ins>' in html
    name = next(
        f"change-{rank}" for rank, s in enumerate(gravest_first(found.sentences), 1) if s.change is Change.ADDED
    )
    shown = 'class="answer">Solar roofs are built.'
    button(app, f"open-{name}")
    assert shown in page_html(app) and address(app)["open"] == [name]
    linked = open_app(folder, page="library", **address(app))
    until(linked, lambda: shown in page_html(linked))
    assert address(linked) == address(app)
    go(app, "library", plan="anhui", part="changes")  # back
    assert shown not in page_html(app) and "Sentences:" in text(app)
    app.selectbox(key="old-version").set_value(2).run()
    until(app, lambda: "No sentence differs." in text(app))
    assert address(app) == {"plan": ["anhui"], "part": ["changes"], "old": ["2"], "new": ["2"]}
    app.selectbox(key="old-version").set_value(1).run()
    finish(button(app, "put-version"))
    assert opened.plan("anhui").text == ANHUI


def test_a_link_lists_changes_as_far_as_the_one_that_it_opens(
    open_app: OpenApp, folder: Path, opened: Library, tmp_path: Path
) -> None:
    lakes = " ".join(f"Lake {i} is cleaned." for i in range(20))
    (tmp_path / "henan.txt").write_text(f"{HENAN}\n{lakes}\n")
    assert [report.status for report in opened.add([tmp_path / "henan.txt"])] == ["replaced"]
    app = open_app(folder, page="library", plan="henan", part="changes", open="change-14")
    until(app, lambda: 'class="answer">Lake 13 is cleaned.' in page_html(app))
    assert page_html(app).count("<ins ") == 14


def test_the_original_is_given_back(open_app: OpenApp, folder: Path) -> None:
    app = add(open_app(folder, page="library"), {"gansu.txt": "Gansu Plan\nWind.\n"})
    button(app, "plan-gansu")
    assert [b.proto.label for b in app.get("download_button")] == ["Download the original"]
    button(app, "plan-anhui")  # whose file is gone
    assert not app.get("download_button")


def test_removing_can_be_undone(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = button(open_app(folder, page="library", plan="anhui"), "remove")
    assert ids(opened) == ["henan"] and address(app) == {}
    assert "Removed: Anhui Plan." in text(app)
    finish(button(app, "undo"))
    assert ids(opened) == ["anhui", "henan"] and opened.plan("anhui").text == ANHUI


def test_several_are_removed_at_once_and_come_back_from_their_tab(
    open_app: OpenApp, folder: Path, opened: Library
) -> None:
    app = open_app(folder, page="library")
    app.checkbox(key="pick-anhui").check()
    app.checkbox(key="pick-henan").check().run()
    assert app.button(key="remove-picked").label == "Remove 2 plans"
    button(app, "remove-picked")
    assert ids(opened) == [] and "The library is empty." in page_html(app)
    removed = open_app(folder, page="library", tab="removed")
    assert "Anhui Plan" in text(removed) and "Henan Plan" in text(removed)
    finish(button(removed, "restore-0"))
    assert len(ids(opened)) == 1
    gone = open_app(folder, page="library", plan=opened.removed()[0].plan)
    assert "It was removed; you can put it back" in text(gone) and address(gone) == {}


def test_what_is_ticked_stays_so_while_other_plans_are_listed(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = open_app(folder, page="library")
    app.checkbox(key="pick-anhui").check().run()
    app.text_input(key="find").set_value("henan").run()
    app.checkbox(key="pick-henan").check().run()
    assert app.button(key="remove-picked").label == "Remove 2 plans"
    app.text_input(key="find").set_value("").run()
    assert app.checkbox(key="pick-anhui").value and app.checkbox(key="pick-henan").value
    app.checkbox(key="pick-henan").uncheck().run()
    app.text_input(key="find").set_value("henan").run()
    button(app, "remove-picked")
    assert ids(opened) == ["henan"] and "Removed: Anhui Plan." in text(app)
    app.checkbox(key="pick-henan").check().run()
    button(app, "remove-picked")
    finish(button(app, "undo"))
    assert ids(opened) == ["henan"] and not app.checkbox(key="pick-henan").value
    app.checkbox(key="pick-henan").check().run()
    button(app, "pick-none")
    assert not app.checkbox(key="pick-henan").value and "remove-picked" not in {b.key for b in app.button}


def test_deleting_for_good_asks_first(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = add(open_app(folder, page="library"), {"anhui.txt": LATER})
    button(app, "plan-anhui")
    button(app, "purge-plan")
    assert "Delete “Anhui Plan” for good?" in text(app) and "in 2 versions" in text(app)
    button(app, "purge-no")
    assert "for good?" not in text(app) and ids(opened) == ["anhui", "henan"]
    button(app, "purge-plan")
    finish(button(app, "purge-yes"))
    assert ids(opened) == ["henan"] and opened.removed() == []
    assert kept(folder) == []
    assert b"kilns" not in b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_a_removed_plan_is_deleted_for_good(open_app: OpenApp, folder: Path, opened: Library) -> None:
    opened.remove(["anhui"])
    app = open_app(folder, page="library", tab="removed")
    button(app, "purge-removed-0")
    assert ids(opened) == ["henan"] and [v.plan for v in opened.removed()] == ["anhui"]
    finish(button(app, "purge-yes"))
    assert opened.removed() == []


# -- all of it -------------------------------------------------------------------------------------


def test_plans_are_found_and_ordered(open_app: OpenApp, folder: Path) -> None:
    app = open_app(folder, page="library")
    assert [b.key for b in app.button if b.key and b.key.startswith("plan-")] == ["plan-anhui", "plan-henan"]
    app.selectbox(key="order").set_value("Longest first").run()
    assert [b.key for b in app.button if b.key and b.key.startswith("plan-")] == ["plan-anhui", "plan-henan"]
    app.text_input(key="find").set_value("HENAN").run()
    assert [b.key for b in app.button if b.key and b.key.startswith("plan-")] == ["plan-henan"]
    assert address(app) == {"find": ["HENAN"]}
    app.text_input(key="find").set_value("zeppelin").run()
    assert "No plan's title, region, tags or file name contains “zeppelin”." in text(app)


def test_a_command_s_change_shows_without_a_restart(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = open_app(folder, page="library")
    opened.edit("anhui", issuer="Office of Anhui")
    assert "Office of Anhui" in text(app.run())


def test_a_sound_library_is_called_so_and_a_damaged_one_is_not(
    open_app: OpenApp, folder: Path, opened: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = finish(button(open_app(folder, page="library", tab="care"), "check"))
    passages = sum(info.passages for info in opened.plans())
    assert lines(app) == [("Done", f"The library is in order: {passages} passages checked")]
    monkeypatch.setattr(Library, "check", lambda self: ["The word index holds 1 passages, the library 3."])
    finish(button(app, "check"))
    assert lines(app)[0] == ("Problem", "The library: The word index holds 1 passages, the library 3.")
    assert "rebuild the library" in lines(app)[1][1]


def test_rebuilding_shows_its_way_and_can_be_cancelled(
    open_app: OpenApp, folder: Path, opened: Library, gated: GatedEncoder
) -> None:
    before = opened.backend.generation
    app = button(open_app(folder, page="library", tab="care"), "rebuild")
    gated.gate.release(1)
    until(app, lambda: app.get("progress") and "1 of 2 passages" in app.get("progress")[0].proto.text)
    assert "anhui" in app.get("progress")[0].proto.text
    button(app, "cancel-work")
    gated.gate.release(100)
    finish(app)
    assert lines(app) == [("Cancelled", "Rebuilding the library is as it was")]
    assert opened.backend.generation == before
    finish(button(app, "rebuild"))
    assert lines(app) == [("Done", "The library is rebuilt: 2 plans")]
    assert opened.backend.generation > before and opened.check() == []


def test_work_that_breaks_off_is_said_in_a_sentence(
    open_app: OpenApp, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(folder, page="library", tab="care")

    def breaks(self: Library) -> list[str]:
        raise ValueError("strange <b>bytes</b>")

    monkeypatch.setattr(Library, "check", breaks)
    finish(button(app, "check"))
    assert not app.exception
    assert error(app).startswith(
        "This stopped because of an unexpected error (ValueError: strange <b>bytes</b>). No plan is half-written"
    )
    assert "Check the library, then try again." in error(app) and "<b>" not in app.error[0].value.replace("\\<", "")


# -- saved questions -------------------------------------------------------------------------------


def test_a_question_is_saved_told_when_its_answer_changes_and_forgotten(
    open_app: OpenApp, folder: Path, opened: Library, tmp_path: Path
) -> None:
    app = open_app(folder, page="library", tab="questions")
    assert "No questions are saved yet." in text(app)
    app.text_input(key="save-question").set_value("when do cement kilns close?")
    button(app, "save-submit")
    until(app, lambda: "same answer now" in text(app))
    (saved,) = opened.saved()
    assert saved.quotes == (("anhui", "Cement kilns close by 2025."),)
    assert 'href="./?q=when+do+cement+kilns+close%3F"' in page_html(app)
    (tmp_path / "anhui.txt").write_text(LATER)
    assert [report.status for report in opened.add([tmp_path / "anhui.txt"])] == ["replaced"]
    until(app.run(), lambda: "the answer has changed" in text(app))
    assert "Before, anhui Cement kilns close by 2025." in text(app)
    assert "Now, anhui Cement kilns close by 2027." in text(app)
    button(app, "resave-0")
    until(app, lambda: "same answer now" in text(app))
    (later,) = opened.saved()
    assert later.quotes == (("anhui", "Cement kilns close by 2027."),)
    button(app, "forget-0")
    assert opened.saved() == [] and "Deleted: when do cement kilns close?" in text(app)
    button(app, "undo")
    assert [s.quotes for s in opened.saved()] == [later.quotes]


def test_changed_answers_are_listed_with_both_quotes_and_places(
    open_app: OpenApp, folder: Path, opened: Library, tmp_path: Path
) -> None:
    opened.save_question("when do cement kilns close?")
    (tmp_path / "anhui.txt").write_text(LATER)
    opened.add([tmp_path / "anhui.txt"])
    (alert,) = opened.recheck()
    assert alert.new
    places = [
        '"library?plan=anhui&amp;part=changes&amp;old=1&amp;new=2"',
        f'"read?plan=anhui&amp;at={alert.new.start}-{alert.new.end}"',
    ]
    for query in ({"tab": "questions"}, {"plan": "anhui", "part": "changes"}):
        app = open_app(folder, page="library", **query)
        until(app, lambda app=app: "Changed answers" in text(app) and "asking it again" not in text(app))
        html = page_html(app)[page_html(app).index("Changed answers") :]
        assert '<span class="badge">Weakened</span><span class="badge">Another date</span>' in html
        assert '<del class="passage-text">Cement kilns close by <mark class="emphasis">2025</mark>.</del>' in html
        assert '<ins class="passage-text">Cement kilns close by <mark class="emphasis">2027</mark>.</ins>' in html
        assert all(place in html for place in places)
    opened.remove("anhui")
    opened.recheck()
    app = open_app(folder, page="library", tab="questions")
    until(app, lambda: "Removed" in text(app))
    assert not any(place in page_html(app) for place in places)


def test_a_question_that_cannot_be_asked_is_said(open_app: OpenApp, folder: Path, opened: Library) -> None:
    app = button(open_app(folder, page="library", tab="questions"), "save-submit")
    assert app.error and not app.exception
    assert opened.saved() == []


def test_words_that_differ_are_marked() -> None:
    old, new = "Kilns close by 2025, all of them.", "Kilns open by 2027, all of them."
    before, after = differing_words(old, new)
    assert [old[a:b] for a, b in before] == ["close", "2025"]
    assert [new[a:b] for a, b in after] == ["open", "2027"]
    assert differing_words(old, old) == ([], [])


def test_reading_a_plan_opens_its_text_on_the_ask_page(open_app: OpenApp, folder: Path) -> None:
    app = open_app(folder, plan="anhui")
    assert "Cement kilns close by 2025." in text(app)
    button(app, "source-close")
    assert "Cement kilns" not in text(app) and "In this library" in text(app)


# -- filters, collections, many plans at once ---------------------------------------------------------


def test_many_plans_are_edited_put_into_a_collection_and_back(open_app: OpenApp, folder: Path, opened: Library) -> None:
    opened.set_collection("First lot")
    app = open_app(folder, page="library")
    button(app, "pick-all")
    app.text_input(key="bulk-place").set_value("China")
    app.text_input(key="bulk-date").set_value("2024-05")
    app.text_input(key="bulk-tag").set_value("coal, Wind， coal")
    app.selectbox(key="bulk-join").set_value("First lot")
    button(app, "bulk-save")
    assert [(i.metadata.place, i.metadata.tags) for i in opened.plans()] == [("China", ("coal", "Wind"))] * 2
    assert [i.metadata.date for i in opened.plans()] == ["2024-05"] * 2
    assert opened.collections() == {"First lot": ("anhui", "henan")}
    assert "Changed: 2 plans." in text(app)
    button(app, "undo")
    assert [(i.metadata.place, i.metadata.tags) for i in opened.plans()] == [("", ())] * 2
    assert opened.collections() == {"First lot": ()}


def test_the_list_says_what_is_wrong_and_leaves_what_to_do_to_the_panel(opened: Library) -> None:
    info = replace(opened.plans()[0], warnings=("images not read, on page 3; to have their text recognized: run this",))
    assert ">Images not read, on page 3</span>" in "".join(_badges(info))


def test_the_list_is_filtered_by_the_link_and_by_the_menu(open_app: OpenApp, folder: Path, opened: Library) -> None:
    opened.edit("anhui", tags=["coal"], join="Lot")
    app = open_app(folder, page="library", filter="tag:Coal")
    assert plan_rows(app) == ["anhui"]
    assert app.multiselect(key="facet-tag").value == ["coal"]
    assert app.multiselect(key="facet-tag").options == ["coal (1)", "not given (1)"]
    app.multiselect(key="facet-tag").set_value(["not given"]).run()
    assert address(app)["filter"] == ["tag:not given"]
    assert plan_rows(app) == ["henan"]
    button(app, "facets-clear")
    assert "filter" not in address(app) and plan_rows(app) == ["anhui", "henan"]
    go(app, "library", filter=["year:1999", "nonsense:x", "issuer"])
    assert "No plan meets the filter: year 1999." in text(app)
    go(app, "library", filter="collection:lot")
    assert plan_rows(app) == ["anhui"]


def test_a_collection_is_renamed_and_deleted_and_comes_back(open_app: OpenApp, folder: Path, opened: Library) -> None:
    opened.edit(["anhui", "henan"], join="Lot")
    app = open_app(folder, page="library", tab="collections")
    assert 'href="./?filter=collection%3ALot"' in page_html(app)
    app.text_input(key="collection-name-0").set_value("Set")
    button(app, "save-collection-0")
    assert opened.collections() == {"Set": ("anhui", "henan")}
    button(app, "delete-collection-0")
    assert opened.collections() == {} and "There are no collections yet." in text(app)
    button(app, "undo")
    assert opened.collections() == {"Set": ("anhui", "henan")}


def plan_rows(app: AppTest) -> list[str]:
    """Ids of the plans that are listed."""
    return [
        b.key.removeprefix("plan-") for b in app.button if b.key and b.key.startswith("plan-") and b.key != "plan-save"
    ]


# -- watched folders -------------------------------------------------------------------------------


@pytest.fixture
def serve_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Says at which address the server listens, and from where the browser comes: None is the same machine."""

    def serve(address: str, client: str | None = None) -> None:
        config.set_option("server.address", address)
        monkeypatch.setattr("streamlit.runtime.context.ContextProxy.ip_address", client)

    yield serve
    config.set_option("server.address", None)


def test_a_folder_is_set_reviewed_and_watched_no_more(
    open_app: OpenApp, folder: Path, opened: Library, tmp_path: Path, serve_at: Callable[..., None]
) -> None:
    serve_at("localhost")
    drops = tmp_path / "drops"
    app = open_app(folder, page="library", tab="folders")
    field(app, "Folder on the server").set_value(str(drops))
    app.selectbox(key="folder-mode").set_value(True)
    assert "There is no folder" in error(button(app, "folder-set"))
    assert field(app, "Folder on the server").value == str(drops)  # to be corrected
    drops.mkdir()
    (drops / "a<b>.txt").write_text("Kilns close by 2040.")
    (drops / "gansu.txt").write_text("Gansu Plan\n\nKilns close by 2041.")
    app = button(app, "folder-set")
    assert f"Watched from now on: {drops}." in text(app) and "Files are held for review." in text(app)
    library = access.open_whole()
    watching = watching_of(library)
    for now in (0, 10):
        watching.look(library, now)
    app.run()
    assert "2 files to review" in text(app)
    assert "a<b>.txt 0.1 kB, changed 20" in text(app)
    app = button(app, "held-aside-0-0")
    assert "Set aside: a<b>.txt." in text(app) and "1 file to review" in text(app)
    assert "2 files to review" in text(button(app, "undo"))
    app = finish(button(button(app, "held-aside-0-0"), "held-add-0-0"))
    assert lines(app)[0][0] == "Added" and "gansu" in ids(opened)
    assert "No file waits." in text(app)
    drops.rename(tmp_path / "away")
    watching.look(library, 11)
    app.run()
    assert f"The folder {drops} is not there. Its plans stay, and it is tried again." in text(app)
    app = button(app, "folder-forget-0")
    assert "No folder is watched." in text(app) and "gansu" in ids(opened)


def test_where_nobody_signs_in_folders_are_set_on_the_own_machine_alone(
    open_app: OpenApp, folder: Path, tmp_path: Path, serve_at: Callable[..., None]
) -> None:
    serve_at("0.0.0.0")
    app = open_app(folder, page="library", tab="folders")
    assert "Folders are set where people sign in" in text(app)
    assert not [widget for widget in app.text_input if widget.label == "Folder on the server"]
    serve_at("localhost", "192.0.2.7")  # a proxy's client
    assert "Folders are set where people sign in" in text(app.run())
    serve_at("localhost")
    app.run()
    serve_at("0.0.0.0")  # the page was drawn before
    field(app, "Folder on the server").set_value(str(tmp_path))
    assert "Folders are set where people sign in" in error(button(app, "folder-set"))
    assert not (folder / "folders.json").exists()
