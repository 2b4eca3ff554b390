"""What changed from one version of a plan to another, sentence by sentence, and in the answers to saved questions.

Unchanged sentences are difflib's matching blocks (Ratcliff and Metzener, 1988). The others are paired by the
words that two sentences share (Dice, 1945), the most similar first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from indexer.comparing.provisions import classes_of, obligation_move, read_provision
from indexer.language.matching import words
from indexer.language.sentences import fold_space, split_sentences
from indexer.reading.outline import section_at, section_path
from indexer.storage import Backend, Scope
from indexer.types import (
    Answer,
    Change,
    ChangedAnswer,
    ChangedSentence,
    Plan,
    SavedQuestion,
    Sentence,
    page_at,
)

#: Dice's coefficient from which one sentence is taken for another's new wording.
ALIKE = 0.5
#: Pairs that are compared; past it (a rewritten plan of 4,000 sentences) only equal sentences are paired.
_MOST_PAIRS = 16_000_000


def compare_versions(old: Plan, new: Plan) -> tuple[ChangedSentence, ...]:
    """Sentences added, removed, changed and moved, in the order of ``new``.

    White space and line breaks are no change. A removed sentence follows the one that it followed in ``old``.
    """
    before, after = _sentences(old), _sentences(new)
    keys = tuple([fold_space(s.text) for s in sentences] for sentences in (before, after))
    blocks = SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_matching_blocks()
    stayed = {block.a + i: block.b + i for block in blocks for i in range(block.size)}
    gone = [i for i in range(len(before)) if i not in stayed]
    come = sorted(set(range(len(after))) - set(stayed.values()))
    partner = {come[b]: gone[a] for a, b in pair_alike([keys[0][i] for i in gone], [keys[1][i] for i in come])}
    follows = {**stayed, **{was: i for i, was in partner.items()}}
    changes = []
    place = 0  # in the new text, after the predecessor in the old one
    for i, sentence in enumerate(before):
        if i in follows:
            place = follows[i] + 1
        else:
            changes.append(
                (place, 0, i, ChangedSentence(Change.REMOVED, sentence, None, classes_of(sentence.text, None)))
            )
    for i in come:
        was = partner.get(i)
        if was is None:
            change = ChangedSentence(Change.ADDED, None, after[i], classes_of(None, after[i].text))
        else:
            kind = Change.MOVED if keys[0][was] == keys[1][i] else Change.CHANGED
            classes = classes_of(before[was].text, after[i].text) if kind is Change.CHANGED else ()
            change = ChangedSentence(kind, before[was], after[i], classes)
        changes.append((i, 1, i, change))
    return tuple(change for *_, change in sorted(changes, key=lambda entry: entry[:3]))


def obligation_change(change: ChangedSentence) -> int:
    """1 for a sentence whose new wording is more binding than the old one, -1 for less, 0 for all else."""
    if not change.old or not change.new:
        return 0
    return obligation_move(read_provision(change.old.text), read_provision(change.new.text))


def quotes_of(answer: Answer) -> tuple[tuple[str, str], ...]:
    """(plan id, quote) of each sentence that answers."""
    return tuple((c.plan, c.quote) for c in answer.citations)


def save_answer(backend: Backend, answer: Answer, scope: Scope, owner: str) -> SavedQuestion:
    """Save the question of ``answer``, which was asked in ``scope``, with its quotes, for its owner."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    saved = SavedQuestion(0, answer.question, scope.plans, scope.section, at, quotes_of(answer), owner)
    return replace(saved, id=backend.save_question(saved))


def compare_answers(
    saved: Iterable[SavedQuestion], present: Collection[str], ask: Callable[..., Answer], plan_id: str | None = None
) -> list[ChangedAnswer]:
    """Saved questions whose quotes, of one plan if given, have changed.

    Each is put to ``ask`` with the plans of its scope that are ``present``; where none is, it has no answer.
    """
    changed = []
    for question in saved:
        plans = question.plans and [plan for plan in question.plans if plan in present]
        answer = None if plans == [] else ask(question.question, plans=plans, section=question.section)
        was, now = set(question.quotes), set(quotes_of(answer) if answer else ())
        removed = tuple(q for q in question.quotes if q not in now and plan_id in (None, q[0]))
        added = tuple(q for q in (quotes_of(answer) if answer else ()) if q not in was and plan_id in (None, q[0]))
        if removed or added:
            changed.append(ChangedAnswer(question, removed, added))
    return changed


def sentence_at(plan: Plan, start: int, end: int) -> Sentence:
    """The sentence ``plan.text[start:end]`` with its section and page."""
    section = section_path(plan.sections, section_at(plan.sections, end - 1))
    return Sentence(plan.text[start:end], start, end, section, page_at(plan.pages, start))


def _sentences(plan: Plan) -> list[Sentence]:
    return [sentence_at(plan, start, end) for start, end in split_sentences(plan.text)]


def pair_alike(gone: Sequence[str], come: Sequence[str]) -> list[tuple[int, int]]:
    """Indices of the sentences that correspond, each in one pair at most; the most similar first."""
    if not gone or not come:
        return []
    if len(gone) * len(come) > _MOST_PAIRS:
        places = {text: i for i, text in reversed(list(enumerate(gone)))}
        return list({places[text]: (places[text], i) for i, text in enumerate(come) if text in places}.values())
    alike = _likeness(gone, come)
    rows, columns = np.nonzero(alike >= ALIKE)
    # of equally similar pairs, the one nearest to the same place
    far = np.abs(rows / len(gone) - columns / len(come))
    pairs: list[tuple[int, int]] = []
    taken_rows: set[int] = set()
    taken_columns: set[int] = set()
    for at in np.lexsort((columns, rows, far, -alike[rows, columns])):
        row, column = int(rows[at]), int(columns[at])
        if row not in taken_rows and column not in taken_columns:
            taken_rows.add(row)
            taken_columns.add(column)
            pairs.append((row, column))
    return pairs


def _likeness(gone: Sequence[str], come: Sequence[str]) -> npt.NDArray[np.float32]:
    """Dice's coefficient of the words of each pair, (len(gone), len(come)); 1 for equal texts alone."""
    held = [[set(words(text)) for text in texts] for texts in (gone, come)]
    shared = sorted(set().union(*held[0]) & set().union(*held[1]))
    number = {word: n for n, word in enumerate(shared)}
    holds = [np.zeros((len(texts), len(shared)), dtype=np.float32) for texts in held]
    for matrix, texts in zip(holds, held, strict=True):
        for row, own in enumerate(texts):
            matrix[row, [number[word] for word in own if word in number]] = 1
    counts = [np.array([max(1, len(own)) for own in texts], dtype=np.float32) for texts in held]
    alike = 0.99 * 2 * (holds[0] @ holds[1].T) / (counts[0][:, None] + counts[1][None, :])
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(gone):
        rows.setdefault(text, []).append(row)
    for column, text in enumerate(come):
        alike[rows.get(text, []), column] = 1
    return alike
