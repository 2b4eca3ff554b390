"""Recent questions, recorded for who asked them, or for all where nobody signs in, unless that is switched off.

A small file of its own, not a table of the database: recording a question takes no lock, so that it neither
waits for a writer nor fails on a read-only library.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from indexer.errors import LibraryError
from indexer.library.json_files import write_json_file
from indexer.library.people import own_folder
from indexer.storage import Backend
from indexer.types import AskedQuestion, Facet, Filter

FILE = "asked.json"
#: Questions that are recorded; some ten kilobytes.
MOST = 100
#: Threads of one server change the file in turn. Two servers may lose each other's last question.
_turn = threading.Lock()


def recent_questions(backend: Backend) -> list[AskedQuestion]:
    """The questions, the latest first; none where none are recorded, or the file cannot be read."""
    return _read(backend)[1]


def records_questions(backend: Backend) -> bool:
    """Whether questions are recorded."""
    return _read(backend)[0]


def record_question(backend: Backend, question: AskedQuestion) -> None:
    """Record ``question`` as the latest; do nothing where the file cannot be written."""
    with _turn, suppress(LibraryError):
        keeps, known = _read(backend)
        if keeps and backend.folder.is_dir():
            _write(backend, keeps, [question, *(other for other in known if other != question)][:MOST])


def forget_questions(backend: Backend, question: AskedQuestion | None = None) -> None:
    """Delete ``question``, or all of them. Raises LibraryError on a full or read-only disk."""
    with _turn:
        keeps, known = _read(backend)
        _write(backend, keeps, [other for other in known if question is not None and other != question])


def set_recording(backend: Backend, keeps: bool) -> None:
    """Record questions from now on; or record none, and delete those recorded. Raises LibraryError."""
    with _turn:
        _write(backend, keeps, _read(backend)[1] if keeps else [])


def questions_file(backend: Backend) -> Path:
    """The file that holds the questions."""
    return own_folder(backend) / FILE


def _read(backend: Backend) -> tuple[bool, list[AskedQuestion]]:
    """Whether questions are recorded, and those that are; of a damaged file what can be read."""
    try:
        stored = json.loads(questions_file(backend).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return True, []
    if not isinstance(stored, dict):
        return True, []
    entries = stored.get("asked")
    known = [_question(entry) for entry in (entries if isinstance(entries, list) else [])]
    return stored.get("keeps") is not False, [question for question in known if question][:MOST]


def _question(entry: Any) -> AskedQuestion | None:
    match entry:
        case {"question": str(question), "plans": list(plans), "section": str(section), "every": bool(every)} if (
            question and all(isinstance(plan, str) for plan in plans)
        ):
            return AskedQuestion(question, tuple(plans), section, every, _filter(entry.get("filter")))
    return None


def _filter(stored: Any) -> Filter:
    """The filter of a question; an empty one where what is stored is none."""
    given = stored if isinstance(stored, dict) else {}
    chosen = {facet: values for facet in Facet if isinstance(values := given.get(facet), list)}
    return Filter(**{facet: tuple(filter(_is_text, values)) for facet, values in chosen.items()})


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _write(backend: Backend, keeps: bool, questions: list[AskedQuestion]) -> None:
    write_json_file(questions_file(backend), {"keeps": keeps, "asked": [asdict(question) for question in questions]})
