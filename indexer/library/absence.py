"""The certificate that no passage answers a question: what was searched, by what, how near the nearest came."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime

from indexer.asking.judging import CLASSIFIERS, READ_FEATURES
from indexer.errors import QuestionError
from indexer.types import Absence, Answer, Citation, PlanInfo


def certify_absence(
    answer: Answer, plans: Sequence[PlanInfo], section: str, model: tuple[str, str] | None, reader: str
) -> Absence:
    """The certificate of ``answer``, which was asked of ``plans``. Raises QuestionError when there is an answer.

    ``model`` is the library's (name, fingerprint), ``reader`` the fingerprint of the one that reads answers.
    """
    if answer.found:
        raise QuestionError("The plans answer this question; there is no absence to certify.")
    near = answer.nearest.passage if answer.nearest else None
    nearest = (
        Citation(1, near.plan, near.title, near.section, near.page, near.start, near.end, near.text) if near else None
    )
    absence = Absence(
        question=answer.question,
        plans=tuple((info.id, info.title, info.sha256) for info in plans),
        section=section,
        passages=answer.searched,
        nearest=nearest,
        confidence=round(answer.confidence, 4),
        threshold=round(CLASSIFIERS[len(READ_FEATURES)].threshold, 4),
        model=" ".join(model) if model else "",
        reader=reader,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return replace(absence, sha256=hash_of(absence))


def hash_of(absence: Absence) -> str:
    """SHA-256 of all but the hash itself: the JSON of its fields, keys sorted, without spaces, in UTF-8."""
    fields = {name: value for name, value in asdict(absence).items() if name != "sha256"}
    written = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
