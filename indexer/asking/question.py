"""What a question asks for: its words that carry meaning, the plans it names, the kind of answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from indexer.asking.kinds import Kind, kind_of
from indexer.errors import QuestionError
from indexer.reading.sentences import fold_space
from indexer.reading.spelling import fold_spelling

LONGEST_QUESTION = 2000  # characters; the encoder reads about 1,100

#: Words that ask and carry no topic, beside the stop words that the word index knows.
FUNCTION_WORDS = frozenset(
    """a about all also am an and any anything are as at be been being both but by can cannot compare could
    did do does doing done each either else ever every for from get give given had has have having he her here
    his how i if in into is it its itself let like made make many may me might more most much must my no nor not
    now of off on one only onto or other our out over own per please plan plans said same say says shall she
    should show so some such tell than that the their them then there these they this those through to too
    under until up upon us very want wants was we were what when where which while who whom whose why will with
    within without would you your according mention mentioned mentions state stated states expect expected""".split()
)


#: Words that name the kind of answer rather than its topic: "the cement capacity rules" are found by
#: "cement" and "capacity"; that no sentence says "rules" tells nothing.
ANSWER_WORDS = frozenset(
    """rule rules requirement requirements measure measures policy policies provision provisions regulation
    regulations thing things kind kinds type types way ways information detail details content""".split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read. ``text`` is folded for searching; ``plans`` are the ids it names."""

    asked: str
    text: str
    kind: Kind
    plans: tuple[str, ...]
    plan_words: frozenset[str]


def read_question(asked: str, names: Mapping[str, Iterable[str]]) -> Question:
    """Read a question as typed; ``names`` maps plan ids to the names that call them.

    Raises QuestionError when there is no word in it, or it is too long.
    """
    text = fold_space(asked)
    if not re.search(r"\w", text):
        raise QuestionError("Type a question: there is no word in this one.")
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(text)} characters, {LONGEST_QUESTION} at most are read. Shorten it."
        )
    called = {plan: _called(text, plan, plan_names) for plan, plan_names in names.items()}
    plans = tuple(plan for plan, words in called.items() if words)
    return Question(
        asked=asked.strip(),
        text=fold_spelling(text),
        kind=kind_of(text),
        plans=plans,
        plan_words=frozenset(word for words in called.values() for word in words),
    )


def ask_of(question: Question, plans: Collection[str]) -> Question:
    """``question`` put to ``plans``: the names of other plans are no words that theirs could hold."""
    if set(question.plans) <= set(plans):
        return question
    names = "|".join(re.escape(word) for word in sorted(question.plan_words, key=len, reverse=True))
    text = re.sub(rf"\b(?:{names})(?:'s)?\b", " ", question.text, flags=re.IGNORECASE)
    return replace(question, text=fold_space(text), plans=tuple(p for p in question.plans if p in plans))


def plan_names(plan_id: str, title: str, text: str) -> tuple[str, ...]:
    """Proper names of a plan's title and id: words that its text never writes in lower case.

    "Sichuan" of "Sichuan Carbon Peak Implementation Plan"; not "Carbon", which the text also has as
    "carbon". A plan without such a word is called by "the <id> plan" alone.
    """
    names = []
    for word in re.findall(r"[A-Z][\w'-]{2,}", title):
        occurrences = len(re.findall(rf"\b{re.escape(word)}\b", text))
        lowered = len(re.findall(rf"\b{re.escape(word.lower())}", text))
        if occurrences >= 2 and not lowered and word.lower() not in FUNCTION_WORDS:
            names.append(word)
    for chunk in re.findall(r"[\u4e00-\u9fff]{2,3}(?=省|市|自治区|县)", title):
        names.append(chunk)
    return tuple(dict.fromkeys(names))


def _called(text: str, plan_id: str, names: Iterable[str]) -> set[str]:
    """Lower-case words of ``text`` by which it calls the plan."""
    found = set()
    lowered = text.lower()
    for name in names:
        if name.lower() not in lowered:  # with thousands of plans a pattern for each name takes half a second
            continue
        if name.isascii():
            if re.search(rf"\b{re.escape(name)}(?:'s)?\b", text, re.IGNORECASE):
                found.add(name.lower())
        else:
            found.add(name)
    spoken = re.sub(r"[-_]+", " ", plan_id)
    if spoken.lower() in lowered and re.search(
        rf"\b{re.escape(spoken)}(?:'s)? (?:action |implementation )?plan\b", text, re.IGNORECASE
    ):
        found.update(spoken.lower().split())
    return found
