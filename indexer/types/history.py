"""What is kept of the past: versions of a plan, what changed between them, saved questions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Version:
    """One text that a plan has had; ``n`` counts a plan's versions from 1.

    ``since`` and ``until`` are when it came and when it was replaced or removed, ISO 8601 in UTC;
    ``until`` is "" for the version in the library now.
    """

    plan: str
    n: int
    title: str
    source: str
    sha256: str
    words: int
    since: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of one version of a plan: ``plan.text[start:end] == text``."""

    text: str
    start: int
    end: int
    section: tuple[str, ...]
    page: int | None


class Change(StrEnum):
    """What became of a sentence from one version to another."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # the same words at another place


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """One change: ``old`` is None for what was added, ``new`` for what was removed."""

    change: Change
    old: Sentence | None
    new: Sentence | None


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question kept to see whether its answer changes.

    ``quotes`` are (plan id, quote) of the answer's sentences when it was saved, at ``at``, ISO 8601
    in UTC; empty where nothing answered. ``plans`` and ``section`` are the scope it is asked in.
    """

    id: int
    question: str
    plans: tuple[str, ...] | None
    section: str | None
    at: str
    quotes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that was asked: of which plans (all when there is none), of which sections, and whether for all.

    ``every`` asks for every passage on the topic instead of an answer. Two are the same question when
    they are equal.
    """

    question: str
    plans: tuple[str, ...] = ()
    section: str = ""
    every: bool = False


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A saved question whose answer is another now: (plan id, quote) that went, and that came."""

    saved: SavedQuestion
    gone: tuple[tuple[str, str], ...]
    come: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a plan between two versions: sentences in reading order of ``new``.

    ``answers`` are the saved questions whose answers in this plan differ from those they were saved
    with; they are asked of the library as it is now.
    """

    old: Version
    new: Version
    sentences: tuple[ChangedSentence, ...]
    answers: tuple[ChangedAnswer, ...] = ()
