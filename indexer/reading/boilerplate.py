"""What in a text is not the plan: a summary in front that repeats it, page furniture behind it.

Plans saved from web pages begin with the news item that announced them and end with the site's own
links and the next news item. Both stay in the canonical text, flagged, so that quotes and offsets
hold; retrieval ranks them behind the body.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.language.matching import containment, shingles
from indexer.language.sentences import split_sentences
from indexer.reading.formats.blocks import CELL
from indexer.types import Role, Section

_SHINGLE = 5  # words in a row; five do not repeat by chance in one plan
_REPEATED = 0.5  # share of a sentence's shingles found in the body that makes it a repetition
_LONGEST_LEAD = 0.15  # of the text; a longer stretch before the first section is the plan itself

_SHORT = 60  # characters; a longer line is prose
_LONGEST_SIGN = 300  # characters of a line that may be a sign; a pattern takes the square of a longer one
_MOST_BETWEEN = 2  # lines in a row, such as a headline and its author; more are a table's or a list's

#: Lines that only a web page has.
_STRONG = re.compile(
    r"""^\W*(?:correlation|related(?:\s+(?:articles?|news|reading|links?|posts?|content))?
      | recommended(?:\s+(?:articles?|reading|for\s+you))?|you\s+(?:may|might)\s+also\s+like|read\s+(?:more|next)
      | (?:previous|next)(?:\s+(?:article|page|post))?|share(?:\s+(?:this|to|on).{0,30})?|print(?:\s+this\s+page)?
      | back\s+to\s+top|(?:(?:copyright|©).*\W)?all\s+rights\s+reserved.*
      | .{0,60}\bafter\s+(?:purchase|payment|subscription|log(?:ging)?\s*in)\b.{0,60}
      | (?:log|sign)[\s-]*in(?:\W+(?:to|with|or|and|now|here|register)\b.*)?|subscribe\b.*
      | 相关(?:阅读|新闻|链接|文章|附件).*|上一篇.*|下一篇.*|打印本页.*|分享到.*|版权所有.*)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
#: Lines that a plan has, too: the source under a table of its annex, its own date.
_WEAK = re.compile(
    r"""^\W*(?:copyright.*|©.*|disclaimer|editor\W.*|source\W.*|责任编辑.*
      | \d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)


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


def _summary_end(text: str, sections: Sequence[Section]) -> int:
    """Where the leading summary ends: behind the last sentence that the sections repeat."""
    if not sections or not 0 < sections[0].start <= _LONGEST_LEAD * len(text):
        return 0
    body = set(shingles(text[sections[0].start :], _SHINGLE))
    end = 0
    for start, stop in split_sentences(text[: sections[0].start]):
        if containment(shingles(text[start:stop], _SHINGLE), body) >= _REPEATED:
            end = stop
        elif end and text[start:stop].rstrip().endswith((":", "：")):
            end = stop  # "The original text of the plan is as follows:" closes the summary
    return end


def _furniture_start(text: str, sections: Sequence[Section]) -> int:
    """Where the furniture at the end begins; the text's end where fewer than two signs say that there is any.

    It begins, in the last section, at the first strong sign, or at the signs close above it: those that
    only blank lines and a short line or two lead on from.
    """
    if not sections:
        return len(text)
    last = sections[-1].start
    lead_lines = {_folded(line) for line in text[: sections[0].start].splitlines() if line.strip()}
    position = last
    first = len(text)
    signs = between = 0
    certain = False
    for line in text[last:].splitlines(keepends=True):
        if line.strip() and position > last:
            sign = len(line) <= _LONGEST_SIGN
            strong = sign and bool(_STRONG.match(line))
            weak = sign and not strong and bool(_WEAK.match(line))
            # the lead's headline comes again in the site's links; a weak line of it may be the plan's again
            strong = strong or (not weak and _folded(line) in lead_lines)
            between = 0 if strong or weak else between + 1
            if strong or weak:
                certain |= strong
                signs += 1
                first = min(first, position)
            elif not certain and (between > _MOST_BETWEEN or not _is_short(line)):
                first, signs = len(text), 0  # the signs so far are the plan's own
        position += len(line)
    # One sign alone may be a plan's own date line or "Related reading"; two are a web page.
    return first if certain and signs >= 2 else len(text)


def _is_short(line: str) -> bool:
    """Whether a line is no sentence and no row of a table."""
    bare = line.strip()
    return len(bare) <= _SHORT and bare[-1] not in ".!?;:。！？；：" and CELL.strip() not in bare


def _folded(line: str) -> str:
    return " ".join(line.split()).casefold()
