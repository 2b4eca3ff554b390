"""Acronyms and their long forms, as a text introduces them: "nationally determined contribution (NDC)".

The method is that of Schwartz and Hearst, "A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical
Text" (Pacific Symposium on Biocomputing, 2003): the characters of the short form are matched from right to left to
those of the words before the bracket, its first one to the beginning of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Characters of a short form.
_SHORTEST, _LONGEST = 2, 10
_BRACKET = re.compile(r"[(（]\s*([^()（）]{2,120}?)\s*[)）]")
#: Where the clause before a bracket begins.
_CLAUSE = re.compile(r"[.;:!?()（）。；]\s")
#: "hereafter", "referred to as", "or" before a short form.
_LED = re.compile(r"(?:[a-z]+ ){1,4}[\"'“‘]?[A-Z0-9]\S+$")


def find_acronyms(text: str) -> Iterator[tuple[str, str]]:
    """(short form, long form) of each definition in ``text``, one line: "long (SHORT)" or "SHORT (long)"."""
    for bracket in _BRACKET.finditer(text):
        inside = re.split(r"[,;，；]", bracket[1])[0].strip(" \"'“”‘’")
        inside = inside.split(" ")[-1].lstrip("\"'“‘") if _LED.match(inside) else inside
        before = text[max(0, bracket.start() - 200) : bracket.start()].rstrip(" \"'“”‘’")
        if is_acronym(inside):
            words = _CLAUSE.split(before)[-1].split()
            # a long form has at most five words more than characters, or twice as many
            short, candidate = inside, " ".join(words[-min(len(inside) + 5, 2 * len(inside)) :])
        else:
            short, candidate = before.split()[-1].strip(" \"'“”‘’") if before.split() else "", inside
        if is_acronym(short) and (long := long_form(short, candidate)):
            yield short, long


def is_acronym(text: str) -> bool:
    """Whether ``text`` may be a short form: one word of 2 to 10 characters, most of its letters capitals."""
    letters = [c for c in text if c.isalpha()]
    capitals = sum(c.isupper() for c in letters)
    return (
        _SHORTEST <= len(text) <= _LONGEST
        and bool(re.fullmatch(r"[A-Za-z0-9][\w&/.-]*", text))
        and capitals >= 2
        and 2 * capitals >= len(letters)
    )


def long_form(short: str, candidate: str) -> str:
    """The shortest end of ``candidate`` that ``short`` stands for, "" when there is none."""
    at = len(candidate) - 1
    for i in range(len(short) - 1, -1, -1):
        wanted = short[i].lower()
        if not wanted.isalnum():
            continue
        while at >= 0 and (candidate[at].lower() != wanted or (i == 0 and at > 0 and candidate[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return ""
        at -= 1
    start = candidate.rfind(" ", 0, at + 1) + 1 if at >= 0 else 0
    found = candidate[start:].strip()
    # the long form is longer, of words, and does not hold the short one
    words = re.findall(r"[^\W\d_]+", found)
    longer = len(found) > len(short) and len(words) <= min(len(short) + 5, 2 * len(short))
    return found if longer and short not in found.split() and any(w.islower() or len(w) > 2 for w in words) else ""
