"""What a figure is about: the noun phrase that its verb has as subject or object, or that follows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from indexer.language.sentences import fold_space
from indexer.targets.clauses import IN_FIGURE, MODAL, NEAR, REACH, VERB, Figure, without_label
from indexer.targets.names import COMPARISON, TAIL, YEARS, name_in, trimmed
from indexer.targets.wording import text_after

_LEAD = re.compile(
    r"^[\s\"“”'(*•\-–—#>]*(?:[(（]?\w{1,4}[)）.、]\s+)?"
    r"(?:(?:and|but|while|so that|where|which|that|then|as well as)\s+)*",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"^[\s,]*(?:by|in|during|from|before|until|at|within|for)\s+(?:the\s+)?(?:end of\s+)?(?:the\s+)?{YEARS}"
    rf"(?:\s+(?:and|to|until)\s+(?:the\s+)?{YEARS})*\s*,?\s*|^[\s，]*[到至在]?(?:{YEARS}"
    rf"|[“\"]?十.五[”\"]?(?:期间|时期|末)?)[，,\s]*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:we|there|the (?:city|council|province|county|state|government|country|plan)|our)\W*", re.IGNORECASE
)
_BACKWARD = re.compile(r"(?:it|they|this|these|that|those|the (?:figure|share|number|proportion))\W*", re.IGNORECASE)
_OBJECT_OF = re.compile(
    r"\b(?:account(?:s|ed)? for|cover(?:s|ed|ing)?|make(?:s)? up|made up|make up|represent(?:s|ed)?|hold"
    r"|supply|supplies)\b[^,;]*$",
    re.I,
)
_HAS = re.compile(
    r"\b(?:have|has|provide|provides|offer|offers)\s+(?P<thing>[^,;]{3,80}?)\s+of\b[^,;]*$", re.IGNORECASE
)
_BEHIND = re.compile(
    rf"\s*(?:of\s+|的)?(?P<noun>(?:[^,;:.，；。()（）|]|(?<=[\u4e00-\u9fff])（[^（）]{{1,20}}）|{IN_FIGURE})+?)"
    rf"(?=\s+(?:{MODAL}|by|before|until|in (?:19|20)|during|from|is"
    r"|are|each|per|a year|against|relative"
    rf"|compared|(?:and|or) (?:{COMPARISON} )*[$€£¥]?\d[\d.,]*|to (?:19|20)|respectively|installed|in service"
    r"|has|have)\b"
    rf"|(?!{IN_FIGURE})[,;:.，；。()）|]|（(?![^（）]{{1,20}}）)|\s*$)",
    re.IGNORECASE,
)
_VERB_FIRST = re.compile(
    r"^(?:to |also )?(?:(?:strive|aim|seek|continue"
    r"|work) to )?(?P<verb>[A-Za-z]+(?:-[a-z]+)?)\s+(?:by\s*$|(?P<rest>.*))",
    re.DOTALL,
)
#: "Will set the fee rate at", "to receive a credit of": a verb that acts, and what it acts upon.
_ACTING = (
    r"(?:set|submit|provide|pay|post|build|construct|install|reduce|cut|lower|raise|keep|limit|invest|spend|add|create"
    r"|deliver|include|receive|train|hire|plant|restore|bring|offer|issue|save|recycle|procure|purchase|replace|convert"
    r"|connect|develop|establish|contribute|halt|avoid|charge|award|carry|sell|cap|mobili[sz]e|allocate|generate|produce|treat|protect|retain|source"
    r"|deploy|use|support|achieve)"
)
_ACTED = re.compile(
    rf"\b(?:to|{MODAL})\s+(?:(?:also|then|help|continue to|\w{{2,20}}ly)\s+)?{_ACTING}\s+"
    rf"(?P<thing>(?!(?:by|to|at|of)\b)[^,;:()]{{3,90}}?)"
    rf"\s+(?:in the amount of|of|by|to|at|from|within)(?:\s+{COMPARISON})*\s*$",
    re.IGNORECASE,
)
_ACTS = re.compile(
    rf"\b(?:to|{MODAL})\s+(?:(?:also|then|\w{{2,20}}ly)\s+)?{_ACTING}(?:\s+{COMPARISON})*\s*$", re.IGNORECASE
)
#: "A 20 % credit", "a goal of 40 buses": the noun that the figure belongs to follows it.
_ATTRIBUTE = re.compile(
    r"(?:\b(?:an?|the|this|that|each|every|its|our|their)"
    r"|\b(?:goal|target|objective|maximum|minimum|total|pledge|capable)s? of"
    rf"(?:\s+{COMPARISON})*)\s*$",
    re.IGNORECASE,
)
_PERFECT = re.compile(r"^(?:\w+(?:ed|en)|set|put|made|cut|built)\s+", re.IGNORECASE)
#: "50 meters (164 feet)", "0.02 (i.e., 2 percent)": the same figure again.
_AGAIN = re.compile(r"\w*\s*[(（](?:i\.e\.,?|or|about|around|approximately|=|~|约|即|\s)*$", re.IGNORECASE)
_LONGEST_AGAIN = 40
_BEFORE_COLON = re.compile(r"(?:^|[.;|\n])(?P<label>[^.;:：|\n]{2,80})[:：]\s*$")
_WIDE = re.compile(r"[\u4e00-\u9fff]")
#: What opens a clause whose verb is not known.
_OPENS_CLAUSE = frozenset("this that these those it they as if when while since because although until there".split())
#: A clause of more words is no noun phrase.
_MOST_WORDS = 10
_LONGEST_HEADING = 300


def indicator_of(figure: Figure, previous: str, around: Iterable[str]) -> str:
    """The noun phrase that ``figure`` is about, in the sentence's words.

    ``previous`` is the indicator of the figure before it in the sentence, for "and 13 million in 2030"
    and "it will reach"; ``around`` are the names around the sentence, the nearest first, which serve where it names
    nothing: those of its row and column, what leads into its item, the heading.
    """
    between = figure.sentence[figure.previous : figure.span[0]]
    if previous and figure.previous and len(between) <= _LONGEST_AGAIN and _AGAIN.fullmatch(between):
        return previous
    start = max(figure.clause[0], figure.previous, figure.span[0] - REACH)
    start = max(start, figure.sentence.rfind("|", start, figure.span[0]) + 1)
    # "it will reach" and nothing after it: the figure is the words themselves
    words = figure.sentence[
        start : figure.span[1] if figure.value is None and not re.search(r"\d", figure.text) else figure.span[0]
    ]
    label = _BEFORE_COLON.search(figure.sentence, max(0, start - NEAR), start)
    row = [cell for cell in figure.sentence.split("|", 4)[:-1] if cell.strip()] if "|" in figure.sentence else []
    near = [label["label"]] if label else []
    names = (_name_of(name) for name in chain(near, row[:1], around))
    found = _of_clause(figure, words, previous)
    return found or (previous if not near else "") or next(filter(None, names), "") or trimmed(words) or figure.text


def _name_of(text: str) -> str:
    """The name that a heading, a cell or what leads into a list gives: that of its subject, if it has a verb."""
    text = _LEAD.sub("", text[:_LONGEST_HEADING])
    return name_in(_parted(text)[0]) or name_in(text)


def _of_clause(figure: Figure, words: str, previous: str) -> str:
    """What the clause itself names, ``words`` being those before the figure; "" where it names nothing."""
    continued = re.match(r"\s*of\s", words)
    words = _TIME.sub("", _TIME.sub("", _LEAD.sub("", without_label(words))))
    words = fold_space(words)
    behind = name_in(_behind(figure))
    if continued and (joined := re.search(r"\sand\s+(?:the\s+)?(?=\D+$)", words)):
        return name_in(words[joined.end() :]) or behind  # "of the island and the harbour's moorings 12"
    subject, predicate = _parted(words)
    if subject and _BACKWARD.fullmatch(subject) and previous:
        return previous
    if told := _acted_on(figure, words, name_in(subject), behind):
        return told
    if subject and not _PRONOUN.fullmatch(subject):
        return _of_subject(subject, predicate, behind)
    if continued and previous and behind:
        return f"{re.sub(r' [(][^()]*[)]$', '', previous)} ({behind})"
    return _of_object(figure, words, predicate if subject else words, behind)


def _acted_on(figure: Figure, words: str, subject: str, behind: str) -> str:
    """What an actor is to set, pay or build, or what the figure is an attribute of; "" for neither."""
    part = re.match(r"\s*of\b", figure.after)
    if behind and not part and re.match(r"\s", figure.after) and _ATTRIBUTE.search(words):
        return behind
    acted = [name for m in _ACTED.finditer(words) if (name := name_in(m["thing"]))]
    if acted:
        return subject if re.search(rf"\b{re.escape(acted[-1])}$", subject, re.IGNORECASE) else acted[-1]
    return behind if _ACTS.search(words) and not (part and figure.unit == "percent") else ""


def _of_subject(subject: str, predicate: str, behind: str) -> str:
    """ "Grids will have a capacity of": capacity (grids); "X will cover 80% of Y": X (Y); else the subject."""
    named = name_in(subject)
    has = _HAS.search(predicate)
    if has and (thing := name_in(_PERFECT.sub("", has["thing"]))):
        return f"{thing} ({named})" if named else thing
    return f"{named} ({behind})" if named and behind and _OBJECT_OF.search(predicate) else named


def _of_object(figure: Figure, words: str, predicate: str, behind: str) -> str:
    """ "Cut emissions by 60%": emissions; "build 65 km of lanes": lanes."""
    found = name_in(_object(predicate))
    if _WIDE.search(figure.sentence):  # 50家绿色企业, but 常住人口100万的城市
        return behind if behind and not re.match(r"\s*[的及以]", figure.after) else found or behind
    of = re.search(r"\b(?:of|for)\s*$", words)
    if behind and " " not in found and re.match(r"\s*of\b", figure.after):
        return behind  # the one word before the figure is the verb
    if behind and re.fullmatch(rf"{_ACTING}|expand|increase|improve|maintain|ensure|promote", found, re.IGNORECASE):
        return behind  # an imperative
    first = re.match(r"\s*(\w+)", predicate)
    clause = bool(first and first[1].lower() in _OPENS_CLAUSE) or len(found.split()) > _MOST_WORDS
    if found and (not behind or ((figure.unit or of) and not clause)):
        return found
    return behind or found


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
    stripped = TAIL.sub("", words).strip()
    match = _VERB_FIRST.match(stripped)
    if match and match["rest"]:
        return TAIL.sub("", match["rest"]).strip()
    return stripped if not match or stripped[:1].isupper() or " " in stripped else ""


def _behind(figure: Figure) -> str:
    match = _BEHIND.match(text_after(figure))
    noun = match["noun"].strip() if match else ""
    if VERB.match(noun):
        return ""
    if digit := re.search(r"\sand\s[^\d]*\d", noun):  # what the next figure is about
        noun = noun[: digit.start()]
    if re.match(
        r"(?:lower|higher|less|more|fewer|below|annually|respectively|compared|and|or|by|in|to|from|a year|no|at|on"
        r"|for|with|during|when|if|as|before|after)\b",
        noun,
        re.IGNORECASE,
    ):
        return ""
    return noun
