"""What in a text is not the plan: a summary in front that repeats it, page furniture behind it.

Plans saved from web pages begin with the news item that announced them and end with the site's own
links and the next news item. Both stay in the canonical text, flagged, so that quotes and offsets
hold; retrieval ranks them behind the body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.reading.sentences import split_sentences
from indexer.types import Role, Section

_SHINGLE = 5  # words in a row; five do not repeat by chance in one plan
_REPEATED = 0.5  # share of a sentence's shingles found in the body that makes it a repetition
_LONGEST_LEAD = 0.15  # of the text; a longer stretch before the first section is the plan itself

_LINK_WORDS = re.compile(
    r"""^\W*(?:correlation|related(?:\s+(?:articles?|news|reading|links?|posts?|content))?
      | recommended(?:\s+(?:articles?|reading|for\s+you))?|you\s+(?:may|might)\s+also\s+like|read\s+(?:more|next)
      | (?:previous|next)(?:\s+(?:article|page|post))?|share(?:\s+(?:this|to|on).{0,30})?|print(?:\s+this\s+page)?
      | back\s+to\s+top|all\s+rights\s+reserved.*|copyright.*|©.*|disclaimer|editor\W.*|source\W.*
      | .*\bafter\s+(?:purchase|payment|subscription|log(?:ging)?\s*in)\b.*|(?:log|sign)\s*in.*|subscribe.*
      | 相关(?:阅读|新闻|链接|文章|附件).*|上一篇.*|下一篇.*|责任编辑.*|打印本页.*|分享到.*|版权所有.*)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_TIMESTAMP = re.compile(r"^\W*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?)\W*$")


def find_asides(text: str, sections: Sequence[Section]) -> tuple[tuple[int, int, Role], ...]:
    """Stretches of ``text`` that are not its body, in order, as (start, end, role)."""
    asides = []
    lead = _summary_end(text, sections)
    if lead:
        asides.append((0, lead, Role.SUMMARY))
    tail = _furniture_start(text, sections)
    if tail < len(text):
        asides.append((tail, len(text), Role.FURNITURE))
    return tuple(asides)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _shingles(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)]


def _summary_end(text: str, sections: Sequence[Section]) -> int:
    """Where the leading summary ends: behind the last sentence that the sections repeat."""
    if not sections or not 0 < sections[0].start <= _LONGEST_LEAD * len(text):
        return 0
    body = set(_shingles(_words(text[sections[0].start :])))
    end = 0
    for start, stop in split_sentences(text[: sections[0].start]):
        shingles = _shingles(_words(text[start:stop]))
        if shingles and sum(s in body for s in shingles) >= _REPEATED * len(shingles):
            end = stop
        elif end and text[start:stop].rstrip().endswith((":", "：")):
            end = stop  # "The original text of the plan is as follows:" closes the summary
    return end


def _furniture_start(text: str, sections: Sequence[Section]) -> int:
    """Where the furniture at the end begins: its first link line, if only such follows the plan."""
    if not sections:
        return len(text)
    last = sections[-1].start
    lead_lines = {_folded(line) for line in text[: sections[0].start].splitlines() if line.strip()}
    position = last
    first = len(text)
    signs = 0
    for line in text[last:].splitlines(keepends=True):
        sign = bool(_LINK_WORDS.match(line) or _TIMESTAMP.match(line) or _folded(line) in lead_lines)
        if sign and position > last and line.strip():
            signs += 1
            first = min(first, position)
        position += len(line)
    # One sign alone may be a plan's own date line or "Related policies"; two are a web page.
    return first if signs >= 2 else len(text)


def _folded(line: str) -> str:
    return " ".join(line.split()).casefold()
