"""Examples made by hand."""

from __future__ import annotations

from typing import Any

from training.examples import Example, Kind


def make_example(question: str, passage: str, answer: str | None = None, **facts: Any) -> Example:
    """An example whose answer is the first ``answer`` in the passage; unanswered without one."""
    start = None if answer is None else passage.index(answer)
    values: dict[str, Any] = {
        "question": question,
        "passage": passage,
        "relevant": answer is not None,
        "start": start,
        "end": None if answer is None or start is None else start + len(answer),
        "context": "",
        "article": "",
        "kind": Kind.ANSWERED if answer else Kind.JUDGED,
        "source": "squad_train_pieces",
        "licence": "CC BY-SA 4.0",
    }
    return Example(**(values | facts))
