"""How binding a plan's wording is (must, should, strive, encourage), and which words make it so.

Plans grade their wording with care: "shall not exceed", "strive for" and "encourage" are three degrees. A plain
statement ("will build", "promote") counts as "should".
"""

from __future__ import annotations

import re

from indexer.types import Binding, Span

_WORDS = {
    Binding.MUST: r"must|shall|strict(?:ly)?|prohibit\w*|forbid(?:s|den)?|ban(?:s|ned)?|mandatory|compulsory|resolutely"
    r"|(?:is|are|be) required to|not (?:be )?(?:allowed|permitted)|(?:will|should) not (?:be )?(?:exceed|less)"
    r"|no (?:less|more) than|put an end to",
    Binding.SHOULD: r"should|ought to",
    Binding.STRIVE: r"striv\w+|endeavou?r\w*|aim(?:s|ed|ing)? (?:to|for|at)|seek(?:s|ing)? to|explor(?:e|es|ing)"
    r"|make every effort|efforts should be made",
    Binding.ENCOURAGE: r"encourag\w+|advocat\w+|welcom\w+|recommend\w*",
}
_CHINESE = {
    Binding.MUST: r"必须|严禁|严控|禁止|不得|不准|严格|坚决|一律",
    # not the 应 of "supply", "respond", "adapt", nor of "apply" and "emergency"
    Binding.SHOULD: r"原则上(?:不得|不准|禁止|必须|一律)?|应当|(?<![供响反适相效对感呼顺])应(?![对用急变力答声援激邀])"
    r"|要(?=[加推建完])",
    Binding.STRIVE: r"力争|争取|努力|探索|力求|尽可能",
    Binding.ENCOURAGE: r"鼓励|倡导|提倡",
}
_PATTERN = re.compile(
    r"(?=\b[a-z]|[\u4e00-\u9fff])(?:"  # only where a match can begin
    + "|".join(f"(?P<{b.name}>\\b(?:{_WORDS[b]})\\b|{_CHINESE[b]})" for b in Binding)
    + ")",
    re.IGNORECASE,
)
_STRICTEST = tuple(Binding)


def find_binding(text: str) -> list[tuple[Span, Binding]]:
    """The words of ``text`` that set a degree of obligation, in order; none in a plain statement."""
    return [(m.span(), Binding[str(m.lastgroup)]) for m in _PATTERN.finditer(text)]


def binding_of(text: str) -> Binding:
    """The strictest degree that a word of ``text`` sets; SHOULD for a plain statement."""
    return min((binding for _, binding in find_binding(text)), key=_STRICTEST.index, default=Binding.SHOULD)
