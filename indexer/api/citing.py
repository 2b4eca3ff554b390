"""Objects of docs/json.md as the API gives them: with the keys of other citation formats and a hash of each text."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any

from indexer.exporting.objects import plan_object, target_object
from indexer.types import Passage, PlanInfo, Target


def text_hash(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def citable(entry: dict[str, Any], text: str) -> dict[str, Any]:
    """A citation or passage with the keys of other citation formats; ``text`` is its words."""
    return {
        **entry,
        "cited_text": text,
        "document_title": entry["title"],
        "start_char_index": entry["start"],
        "end_char_index": entry["end"],
        "text_sha256": text_hash(text),
    }


def listed_plan(info: PlanInfo) -> dict[str, Any]:
    """A plan, its source by file name alone: clients get no paths of the server."""
    return {**plan_object(info), "source": PurePath(info.source).name}


def citable_target(target: Target) -> dict[str, Any]:
    """A target with its sentence citable; it has no title of its own, which a list of the plans gives."""
    return {
        **target_object(target),
        "cited_text": target.quote,
        "start_char_index": target.start,
        "end_char_index": target.end,
        "text_sha256": text_hash(target.quote),
    }


def citable_result(entry: dict[str, Any]) -> dict[str, Any]:
    """An answer or cell with its citations and passages citable."""
    listed = {
        "citations": [citable(citation, citation["quote"]) for citation in entry.get("citations", ())],
        "passages": [citable(passage, passage["text"]) for passage in entry.get("passages", ())],
    }
    found: dict[str, Any] = {name: entries for name, entries in listed.items() if name in entry}
    if nearest := entry.get("nearest"):
        found["nearest"] = citable(nearest, nearest["text"])
    return {**entry, **found}


def citable_passage(passage: Passage) -> dict[str, Any]:
    """A passage listed without a question, so that it has neither rank nor score."""
    entry = {
        "plan": passage.plan,
        "title": passage.title,
        "section": passage.section,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "record": passage.record,
    }
    return citable(entry, passage.text)
