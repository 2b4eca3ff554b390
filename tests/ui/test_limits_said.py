"""What exceeds a limit is told on the page in a sentence that names the limit, in the reader's language."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from fakes import FakeEncoder
from pages import OpenApp, settle
from streamlit.testing.v1 import AppTest
from test_library_page import add, ids, lines

from indexer.library import Library, process
from indexer.library.limits import QuestionLimits
from indexer.reading.formats.pdf import MOST_PAGES
from indexer.reading.loading import LARGEST_FILE, LONGEST_TEXT
from indexer.ui.shared import access

TABLE = b"District 7 12.7 13.0 140 15,107 1.7\n" * 40_000
_ENGLISH = re.compile(r"[A-Za-z]{3,} [a-z]{2,}")


def zipped(size: int, data: bytes) -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
        package.open("a.txt", "w") as f,
    ):
        for _ in range(size // len(data)):
            f.write(data)
    return packed.getvalue()


def many_pages() -> bytes:
    """A PDF that says it has one page more than are read."""
    return (
        b"%%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n"
        b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count %d >> endobj\n"
        b"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >> endobj\ntrailer << /Root 1 0 R >>\n"
    ) % (MOST_PAGES + 1)


def record() -> bytes:
    return b'{"id": "a", "text": "' + b"Kilns close. " * (LONGEST_TEXT // 13 + 1) + b'"}'


FILES = {
    "long.txt": (lambda: b"Kilns close.\n" * (LONGEST_TEXT // 13 + 1), "holds more than 3 million characters"),
    "record.jsonl": (record, "longer than 3 million characters"),
    "pages.pdf": (many_pages, f"says it has {MOST_PAGES + 1:,} pages. Split it and add the parts, {MOST_PAGES:,} at"),
    "large.zip": (lambda: zipped(LARGEST_FILE + (1 << 20), bytes(1 << 20)), "is larger than 200 MB"),
    "bomb.zip": (lambda: zipped(150 << 20, bytes(1 << 20)), "unpacks to 150 MB from next to nothing"),
}
LIMITS = {
    "TIME": (1.0, "took longer than 1 seconds, the most for its size"),
    "MEMORY": (1 << 25, "took more than 0.031 GB of memory, the most for its size"),
    "OUTPUT": (1 << 20, "gave more than 1 MB, the most for one file"),
}


@pytest.fixture
def folder(tmp_path: Path, fake: FakeEncoder) -> Path:
    with Library.open(tmp_path / "library", create=True):
        return tmp_path / "library"


def told(open_app: OpenApp, folder: Path, language: str, name: str, data: bytes) -> str:
    """What the report says of a file that was not added; the page is as alive as before."""
    app = open_app(folder, page="library")
    if language != "en":
        app.button(key=f"language-{language}").click().run()
    add(app, {name: data})
    ((_, said),) = lines(app)
    with Library.open(folder) as library:
        assert ids(library) == []
    assert not app.exception
    return said


@pytest.mark.parametrize("name", FILES)
def test_a_file_beyond_a_limit_is_told_which(open_app: OpenApp, folder: Path, name: str) -> None:
    make, expected = FILES[name]
    assert expected in told(open_app, folder, "en", name, make())


@pytest.mark.parametrize("name", FILES)
def test_and_in_chinese(open_app: OpenApp, folder: Path, name: str) -> None:
    make, expected = FILES[name]
    said = told(open_app, folder, "zh", name, make())
    assert not _ENGLISH.search(said)
    assert set(re.findall(r"\d[\d,]*", expected)) <= set(re.findall(r"\d[\d,]*", said)) | {"3"}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("limit", LIMITS)
def test_a_file_whose_reading_is_ended_is_told_why(
    open_app: OpenApp, folder: Path, monkeypatch: pytest.MonkeyPatch, limit: str, language: str
) -> None:
    most, expected = LIMITS[limit]
    monkeypatch.setattr(process, limit, most)
    monkeypatch.setattr(process, "BYTES_PER_SECOND", 1 << 40)
    monkeypatch.setattr(process, "MEMORY_PER_BYTE", 0)
    said = told(open_app, folder, language, "table.txt", TABLE)
    assert (expected in said) if language == "en" else not _ENGLISH.search(said), said


def test_the_browser_is_told_the_largest_file(open_app: OpenApp, folder: Path) -> None:
    (zone,) = open_app(folder, page="library").file_uploader
    assert zone.proto.max_upload_size_mb == LARGEST_FILE >> 20


@pytest.mark.parametrize("language", ["en", "zh"])
def test_too_many_questions_at_once_are_refused_in_a_sentence(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(access, "LIMITS", QuestionLimits(most_a_client=0))
    app = open_app()
    if language != "en":
        app.button(key=f"language-{language}").click().run()
    app.query_params["q"] = "How much cement may be made?"
    said = errors(settle(app.run()))
    assert "You have 0 questions open, the most at once." in said if language == "en" else not _ENGLISH.search(said)
    assert "0" in said


def errors(app: AppTest) -> str:
    assert not app.exception
    return " ".join(box.value.replace("\\", "").replace("\u2060", "") for box in app.error)
