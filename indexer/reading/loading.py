"""A file -> a Plan: the loader by file type, then outline, asides and warnings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from indexer.errors import SourceError
from indexer.reading.asides import find_asides
from indexer.reading.outline import Heading, build_sections
from indexer.reading.sentences import broken_figures, split_sentences
from indexer.types import Page, Plan, Record, Role

#: Loader module in ``indexer.reading.loaders`` by file ending; each has ``load(path, data)``.
LOADERS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".pdf": "pdf",
    ".jsonl": "jsonl",
}
#: A larger file is no plan; reading it would take the machine's memory.
LARGEST_FILE = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """What a loader found in a file: canonical text and what the format tells of its parts."""

    text: str
    title: str = ""
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    records: tuple[Record, ...] = ()
    warnings: tuple[str, ...] = ()


def load_plan(path: Path, plan_id: str | None = None) -> Plan:
    """Read ``path`` into a Plan; its id is the file's stem unless given.

    Raises SourceError, with the file's name and the remedy, for whatever cannot become a plan.
    """
    data = read_bytes(path)
    loader: Callable[[Path, bytes], Content] = import_module(
        f"indexer.reading.loaders.{LOADERS[path.suffix.lower()]}"
    ).load
    content = loader(path, data)
    if not re.search(r"\w", content.text):
        raise SourceError(f"{path} holds no text. Give a file with the plan's words in it.")
    sections = () if content.records else build_sections(content.text, content.headings)
    asides = () if content.records else find_asides(content.text, sections)
    return Plan(
        id=plan_id or path.stem,
        title=content.title or find_title(content.text) or path.stem,
        text=content.text,
        # in full: from another folder, the same short name is another file
        source=str(path.absolute()),
        sha256=hashlib.sha256(data).hexdigest(),
        pages=content.pages,
        sections=sections,
        asides=asides,
        records=content.records,
        warnings=content.warnings + _warnings(content.text, asides),
    )


def read_bytes(path: Path) -> bytes:
    """The bytes of a plan file. Raises SourceError when missing, empty, too large or not a format."""
    if not path.exists():
        raise SourceError(f"There is no file {path}. Check the name.")
    if path.suffix.lower() not in LOADERS:
        known = ", ".join(sorted(LOADERS))
        raise SourceError(f"{path} is not a kind of file that can be read. These can: {known}.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SourceError(f"{path} is larger than {LARGEST_FILE >> 20} MB. Split it and add the parts.")
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror or error}). Check its permissions.") from error
    if not data.strip():
        raise SourceError(f"{path} is empty. Save it again with the plan's text in it.")
    return data


_PLAN_WORDS = r"Plan|Programme|Program|Outline|Strategy|Scheme|Opinions?|Measures|Agenda|Roadmap|Framework"
_QUOTED_TITLE = re.compile(rf"[\"“”《]([^\"“”》\n]{{4,140}}?(?:{_PLAN_WORDS}|规划|方案|纲要|计划|意见))[\"“”》]")


def find_title(text: str) -> str:
    """The plan's title from its opening: a quoted name of a plan, else a first line without a stop."""
    opening = text[:800]
    if quoted := _QUOTED_TITLE.search(opening):
        return " ".join(quoted[1].split())
    first = next((line.strip() for line in opening.splitlines() if line.strip()), "")
    first = first.lstrip("#").strip()
    return first if len(first) <= 140 and first[-1:] not in ".。:：;；,，" else ""


def _warnings(text: str, asides: tuple[tuple[int, int, Role], ...]) -> tuple[str, ...]:
    broken = sum(len(broken_figures(text[a:b])) for a, b in split_sentences(text))
    notes = []
    if broken:
        notes.append(f"{broken} figures are cut off in the source")
    roles = [role for _, _, role in asides]
    if Role.SUMMARY in roles:
        notes.append("begins with a summary that repeats the plan")
    if Role.FURNITURE in roles:
        notes.append("ends with text of the web page it was saved from")
    return tuple(notes)
