"""Questions of the office with what answers them: written while working, asked again to measure a change.

One JSON object a line: ``question``, the ``plans`` to ask (all when left out), and one of ``quote``, words that the
right answer has; ``unanswerable``, true where no plan answers; ``wrong``, words that were given and answer nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer.errors import LibraryError, SourceError
from indexer.storage import Backend
from indexer.storage.disk import write_whole

FILE = "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A question and what is known of its answer; one of ``quote``, ``unanswerable`` and ``wrong`` is given."""

    question: str
    plans: tuple[str, ...] = ()
    quote: str = ""
    unanswerable: bool = False
    wrong: str = ""


def judgements_file(backend: Backend) -> Path:
    """The file of a library's own judgements; it may not exist yet."""
    return backend.folder / FILE


def record_judgement(backend: Backend, judgement: Judgement) -> None:
    """Append ``judgement`` to the library's file. Raises LibraryError on a full or read-only disk."""
    entry = {name: value for name, value in asdict(judgement).items() if value}
    line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
    path = judgements_file(backend)
    try:  # one write to the end: lines of two servers do not mix
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, line)
        finally:
            os.close(file)
    except OSError as error:
        raise LibraryError(
            f"The judgement cannot be written to {path} ({error.strerror or error}). "
            "Check the disk's free space and the folder's permissions."
        ) from error


def forget_quotes(backend: Backend, texts: Sequence[str]) -> None:
    """Delete the library's judgements that quote one of ``texts``. Raises LibraryError."""
    path = judgements_file(backend)
    if not texts or not path.exists():
        return
    try:
        lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not any(quote in text for quote in _quotes(line) for text in texts)]
        if len(kept) < len(lines):
            write_whole(path, "".join(kept))
    except (OSError, UnicodeDecodeError) as error:
        raise LibraryError(f"{path} still quotes what was deleted ({error}). Delete it by hand.") from error


def _quotes(line: str) -> list[str]:
    try:
        entry = json.loads(line)
        return [quote for name in ("quote", "wrong") if isinstance(quote := entry.get(name), str) and quote]
    except (ValueError, AttributeError, RecursionError):
        return []


def read_judgements(path: Path, *, empty: bool = False) -> list[Judgement]:
    """The judgements of a file, in order; of two on the same question and plans the later.

    Raises SourceError, also for a file that holds none, unless it may be ``empty``.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise SourceError(f"There is no file {path}. Give one with a question and its quote a line.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"The questions in {path} cannot be read ({error}). Give a text file in UTF-8.") from error
    found: dict[tuple[str, tuple[str, ...], bool], Judgement] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            judgement = _judgement(line, f"{path}, line {number}")
            found[(judgement.question, judgement.plans, bool(judgement.wrong))] = judgement
    if not found and not empty:
        raise SourceError(f"{path} holds no question. Write one a line, as in: {EXAMPLE}")
    return list(found.values())


EXAMPLE = '{"question": "Which kilns close?", "quote": "Kilns of the old kind close by 2030."}'


def _judgement(line: str, place: str) -> Judgement:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        entry = None
    found = _read(entry) if isinstance(entry, dict) else None
    if found is None or bool(found.quote) + found.unanswerable + bool(found.wrong) != 1:
        raise SourceError(f"{place}: give a question with a quote, or unanswerable, as in: {EXAMPLE}")
    return found


def _read(entry: dict[str, Any]) -> Judgement | None:
    plans = entry.get("plans", entry.get("plan", []))
    given = {"quote": "", "wrong": "", "unanswerable": False, **entry}
    match {**given, "plans": [plans] if isinstance(plans, str) else plans}:
        case {
            "question": str(question),
            "plans": list(plans),
            "quote": str(quote),
            "unanswerable": bool(unanswerable),
            "wrong": str(wrong),
        } if question.strip() and all(isinstance(plan, str) for plan in plans):
            return Judgement(question, tuple(plans), quote, unanswerable, wrong)
    return None
