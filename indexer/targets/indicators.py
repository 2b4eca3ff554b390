"""What a figure is about: the noun phrase that its verb has as subject or object, or that follows it."""

from __future__ import annotations

import re

from indexer.language.dates import WRITTEN_YEAR
from indexer.language.sentences import fold_space
from indexer.targets.clauses import IN_FIGURE, MODAL, REACH, VERB, Figure, without_label
from indexer.targets.wording import text_after

_LEAD = re.compile(
    r"^[\s\"“”'(*•\-–—#>]*(?:[(（]?\w{1,4}[)）.、]\s+)?"
    r"(?:(?:and|but|while|so that|where|which|that|then|as well as)\s+)*",
    re.IGNORECASE,
)
_YEARS = (
    r"(?:[\"“'‘]?\d{1,2}(?:st|nd|rd|th) Five[- ]Year Plan\b[\"”'’]?(?: period)?"
    rf"|(?:(?:19|20)\d\d|{WRITTEN_YEAR})(?:\s?年)?"
    r"|(?:this |the )?decade)"
)
_TIME = re.compile(
    rf"^[\s,]*(?:by|in|during|from|before|until|at|within|for)\s+(?:the\s+)?(?:end of\s+)?(?:the\s+)?{_YEARS}"
    rf"(?:\s+(?:and|to|until)\s+(?:the\s+)?{_YEARS})*\s*,?\s*|^[\s，]*[到至在]?(?:{_YEARS}"
    rf"|[“\"]?十.五[”\"]?(?:期间|时期|末)?)[，,\s]*",
    re.IGNORECASE,
)
_TIME_ANYWHERE = re.compile(
    rf"\s*\b(?:by|in|during|before|until|from)\s+(?:the\s+)?(?:end of\s+)?(?:the\s+)?{_YEARS}(?:\s+levels?)?\s*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:we|the (?:city|council|province|county|state|government|country|plan)|our)\W*", re.IGNORECASE
)
_BACKWARD = re.compile(r"(?:it|they|this|these|that|those|the (?:figure|share|number|proportion))\W*", re.IGNORECASE)
_COMPARISON = (
    r"(?:about|around|approximately|roughly|some|nearly|almost|(?:no |not )?(?:more|less|fewer|greater"
    r"|larger|higher|lower) than|over|above"
    r"|below|under|at least|at most|up to|exceed(?:s|ing|ed)?|a further|another|between|within|basically"
    r"|only|just|the|a|an)"
)
_TAIL = re.compile(
    rf"(?:\s+(?:by|to|at|of|is|are|be|from|down|up|lower|higher|reach(?:es|ing|ed)?|with|for|and"
    rf"|(?:in order )?to|{_COMPARISON}))+\s*$"
    r"|[，,:：\s]+$|[达到至为约超过]+$",
    re.IGNORECASE,
)
_MODIFIER = re.compile(
    r"\s+(?:basically|gradually|steadily|further|strive to|not|also|then|fully|only)\s*$", re.IGNORECASE
)
_OBJECT_OF = re.compile(
    r"\b(?:account(?:s|ed)? for|cover(?:s|ed|ing)?|make(?:s)? up|made up|make up|represent(?:s|ed)?|hold"
    r"|supply|supplies)\b[^,;]*$",
    re.I,
)
_HAS = re.compile(
    r"\b(?:have|has|provide|provides|offer|offers)\s+(?P<thing>[^,;]{3,80}?)\s+of\b[^,;]*$", re.IGNORECASE
)
_BEHIND = re.compile(
    rf"\s*(?:of\s+|的)?(?P<noun>(?:[^,;:.，；。()（）]|{IN_FIGURE})+?)"
    rf"(?=\s+(?:{MODAL}|by|before|until|in (?:19|20)|during|from|is"
    r"|are|each|per|a year|against|relative"
    r"|compared|and \d+|to (?:19|20)|respectively|installed|in service|has|have)\b"
    rf"|(?!{IN_FIGURE})[,;:.，；。()（）]|\s*$)",
    re.IGNORECASE,
)
_VERB_FIRST = re.compile(
    r"^(?:to |also )?(?:(?:strive|aim|seek|continue"
    r"|work) to )?(?P<verb>[A-Za-z]+(?:-[a-z]+)?)\s+(?:by\s*$|(?P<rest>.*))",
    re.DOTALL,
)
_INCLUDING = re.compile(
    r",\s*(?:including|such as|for example)\b.*$|\s*[(（](?:excluding|including|不含)[^)）]*[)）]",
    re.IGNORECASE | re.DOTALL,
)
_EXTRA = re.compile(
    r"^(?:(?:the )?(?:province|city|county|country|state)['’]s|the|a|an|its|our|all the)\s+"
    r"|\s+(?:in|of|throughout|across) (?:the|our|this) (?:whole )?(?:province|city|county|country|state)\b",
    re.I,
)
#: Words that name nothing, left where a figure only continues the one before: "and 13 million", "nor more than".
_NOTHING = re.compile(
    r"(?:(?:and|or|nor|but|to|by|at|about|around|least|most|further|another|today|now|then|up|more|are|is|be)\b\W*)+",
    re.IGNORECASE,
)
#: A longer indicator is a sentence, not a name.
_LONGEST = 160


def indicator_of(figure: Figure, previous: str, heading: str) -> str:
    """The noun phrase that ``figure`` is about, in the sentence's words.

    ``previous`` is the indicator of the figure before it in the sentence, for "and 13 million in 2030"
    and "it will reach"; ``heading`` serves where the sentence names nothing.
    """
    start = max(figure.clause[0], figure.previous, figure.span[0] - REACH)
    # "it will reach" and nothing after it: the figure is the words themselves
    words = figure.sentence[start : figure.span[0] if re.search(r"\d", figure.text) else figure.span[1]]
    continued = re.match(r"\s*of\s", words)
    words = _TIME.sub("", _LEAD.sub("", without_label(words)))
    words = _TIME.sub("", words)
    subject, predicate = _parted(words)
    behind = _behind(figure)
    if subject and _BACKWARD.fullmatch(subject) and previous:
        return previous
    if subject and not _PRONOUN.fullmatch(subject):
        return _of_subject(subject, predicate, behind) or previous or heading
    if continued and previous and behind:
        return f"{re.sub(r' [(][^()]*[)]$', '', previous)} ({behind})"
    return _of_object(figure, words, predicate if subject else words, behind) or previous or heading


def _of_subject(subject: str, predicate: str, behind: str) -> str:
    """ "Grids will have a capacity of": capacity (grids); "X will cover 80% of Y": X (Y); else the subject."""
    named = _trimmed(subject)
    has = _HAS.search(predicate)
    if has:
        return f"{_trimmed(has['thing'])} ({named})"
    return f"{named} ({behind})" if named and behind and _OBJECT_OF.search(predicate) else named


def _of_object(figure: Figure, words: str, predicate: str, behind: str) -> str:
    """ "Cut emissions by 60%": emissions; "build 65 km of lanes": lanes."""
    found = _trimmed(_object(predicate))
    of = re.search(r"\b(?:of|for)\s*$", words)
    if behind and " " not in found and re.match(r"\s*of\b", figure.after):
        return _trimmed(behind)  # the one word before the figure is the verb
    if found and (not behind or figure.unit or of):
        return found
    return _trimmed(behind) or found


def _parted(words: str) -> tuple[str, str]:
    """(subject, predicate) of the words before a figure; the subject is "" where there is no finite verb."""
    modal = re.search(rf"\b{MODAL}\b", words, re.IGNORECASE)
    verb = modal or VERB.search(words)
    if not verb:
        fallen = re.match(
            r"(?P<s>.*\S)\s+(?:down|up|lower|higher|falls?|rises?)\b[^,;]*$", words, re.IGNORECASE | re.DOTALL
        )
        return (fallen["s"], words[fallen.end("s") :]) if fallen else ("", words)
    return words[: verb.start()].strip(), words[verb.start() :]


def _object(words: str) -> str:
    """What the verb that opens ``words`` acts upon: "cut emissions by" -> "emissions"."""
    words = re.sub(rf"^\s*{MODAL}\s+(?:be\s+)?", "", words, flags=re.IGNORECASE)
    stripped = _TAIL.sub("", words).strip()
    match = _VERB_FIRST.match(stripped)
    if match and match["rest"]:
        return _TAIL.sub("", match["rest"]).strip()
    return stripped if not match or stripped[:1].isupper() or " " in stripped else ""


def _behind(figure: Figure) -> str:
    match = _BEHIND.match(text_after(figure))
    noun = match["noun"].strip() if match else ""
    if re.match(
        r"(?:lower|higher|less|more|fewer|below|annually|respectively|compared|and|or|by|in|to|from|a year)\b",
        noun,
        re.IGNORECASE,
    ):
        return ""
    return noun


def _trimmed(phrase: str) -> str:
    phrase = _INCLUDING.sub("", phrase)
    phrase = _TIME_ANYWHERE.sub(" ", phrase)
    last = ""
    while phrase != last:
        last = phrase
        phrase = _EXTRA.sub(
            "", _MODIFIER.sub("", _TAIL.sub("", re.sub(r"^(?:and|or) ", "", phrase.strip(' ,;:"“”*-#'))))
        ).strip()
    phrase = fold_space(phrase)
    if _NOTHING.fullmatch(phrase) or VERB.fullmatch(phrase):
        return ""
    return phrase if len(phrase) <= _LONGEST else phrase[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
