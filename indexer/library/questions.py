"""Questions asked lately of a library, kept in its folder for all who use it, unless somebody switches that off.

A small file of its own, not a table of the database: noting a question takes no lock, so that it neither
waits for a writer nor fails where the library can only be read.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from indexer.errors import LibraryError
from indexer.storage import Backend
from indexer.storage.disk import write_whole
from indexer.types import AskedQuestion

FILE = "asked.json"
#: Questions that are kept; some ten kilobytes.
MOST = 100
#: Sessions of one server change the file in turn. Two servers may lose each other's last question.
_turn = threading.Lock()


def asked_lately(backend: Backend) -> list[AskedQuestion]:
    """The questions, the latest first; none where nothing is kept, or the file cannot be read."""
    return _read(backend)[1]


def keeps_asked(backend: Backend) -> bool:
    """Whether questions are kept."""
    return _read(backend)[0]


def note_asked(backend: Backend, question: AskedQuestion) -> None:
    """Keep ``question`` as the latest. Where it cannot be kept it is lost without a word."""
    with _turn, suppress(OSError):
        keeps, known = _read(backend)
        if keeps and backend.folder.is_dir():
            _write(backend, keeps, [question, *(other for other in known if other != question)][:MOST])


def forget_asked(backend: Backend, question: AskedQuestion | None = None) -> None:
    """Forget ``question``, or all of them. Raises LibraryError on a full or read-only disk."""
    with _turn:
        keeps, known = _read(backend)
        _write_or_say(backend, keeps, [other for other in known if question is not None and other != question])


def keep_asked(backend: Backend, keeps: bool) -> None:
    """Keep questions from now on, or keep none and forget those that are there. Raises LibraryError."""
    with _turn:
        _write_or_say(backend, keeps, _read(backend)[1] if keeps else [])


def asked_file(backend: Backend) -> Path:
    """Where the questions are kept."""
    return backend.folder / FILE


def _read(backend: Backend) -> tuple[bool, list[AskedQuestion]]:
    """Whether questions are kept, and those that are; of a damaged file what can be read."""
    try:
        stored = json.loads(asked_file(backend).read_text("utf-8"))
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
            return AskedQuestion(question, tuple(plans), section, every)
    return None


def _write(backend: Backend, keeps: bool, questions: list[AskedQuestion]) -> None:
    text = json.dumps({"keeps": keeps, "asked": [asdict(question) for question in questions]}, indent=1)
    write_whole(asked_file(backend), text)


def _write_or_say(backend: Backend, keeps: bool, questions: list[AskedQuestion]) -> None:
    try:
        _write(backend, keeps, questions)
    except OSError as error:
        raise LibraryError(
            f"The questions in {asked_file(backend)} cannot be changed ({error.strerror or error}). "
            "Check the disk's free space and the folder's permissions."
        ) from error
