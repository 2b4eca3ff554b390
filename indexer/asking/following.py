"""Questions that lean on another: a follow-up read with the question before, and a question's parts one by one.

Both are functions of the words alone. A follow-up ("and by 2025?", "what about Liaoning?", "and steel?") puts what it
names in the place of its like: a year for a year, a plan for a plan, a thing for the thing that was asked about; its
pronouns stand for the topic. What is of no such kind is asked about the earlier topic. Chinese is read by
``following_chinese``.
"""

from __future__ import annotations

import re

from indexer.asking import following_chinese
from indexer.asking.naming import Find, Named
from indexer.asking.syntax import parse_query
from indexer.language.chinese import is_chinese, simplify
from indexer.language.sentences import fold_space
from indexer.language.stopwords import ANSWER_WORDS, FUNCTION_WORDS
from indexer.types import Span

_WH = r"(?:what|which|who|whom|whose|when|where|why|how)"
_AUX = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|should|shall|will|would)(?:n['’]t)?"
_LEAD = re.compile(
    r"^\W*(?:(?:and|so|but|or|also|then|ok(?:ay)?|now)\b[\s,]*)*"
    r"(?:(?:what|how) about\b|what of\b|(?:the )?same (?:question )?for\b|same (?:in|at|with)\b|as for\b)?[\s,]*",
    re.IGNORECASE,
)
_YEAR_PHRASE = re.compile(
    r"(?:\b(?:by|in|until|before|after|since|from|for|between|during|through)\s+(?:the (?:end of|year)\s+)?)?"
    r"\b(?:19|20|21)\d\d\b(?:\s*(?:-|–|to|and)\s*(?:19|20|21)\d\d\b)?",
    re.IGNORECASE,
)
_BEFORE = (
    r"(?:by|in|until|before|after|since|from|for|of|on|at|to|with|without|under|about|during|within|through|into|over"
    r"|above|below|between|among|against|per|out of|up to|according to|as of)"
)
_PREPOSITION = re.compile(rf"^{_BEFORE}\b(?!-)\s*", re.IGNORECASE)
#: Asks by itself: "on which date …", and "by 2030, how much …".
_ASKS = re.compile(
    rf"^(?:{_BEFORE}\s+)?{_WH}\b|^{_AUX}\b|^(?:list|name|compare|give|show|tell)\b"
    rf"|^{_BEFORE}\b[^?]*,\s*(?:{_WH}|{_AUX})\b",
    re.IGNORECASE,
)
#: A question word with nothing of its own to ask about: "why?", "since when?", "by how much?".
_BARE = re.compile(
    rf"^(?:{_BEFORE}\s+)?{_WH}"
    r"(?: (?:much|many|often|long|far|soon|year|exactly|so|not))*$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:it|they|them|its|their|this|that|these|those)\b(?!\s+(?:plan|province|city|year|kind|sort)s?\b)",
    re.IGNORECASE,
)
_POSSESSIVE = {"its", "their"}
#: What stands before the topic of a question.
_HEAD = re.compile(
    r"^\W*(?:please\s+)?(?:(?:list|name|give|show|tell)(?: me)?(?: all| every)?\s+"
    rf"|who\s+(?!{_AUX}\b)\w+\s+|{_BEFORE}?\s*{_WH}\b"
    rf"(?:\s+(?:much|many|long|far|often|large|big|high))?\s*)?(?:{_AUX}\s+)?(?:there\s+)?(?:(?:the|an?|all|any|its|their)\s+)*",
    re.IGNORECASE,
)
#: What ends the noun that a question is about.
_TAIL = re.compile(
    rf"\s+(?:(?:by|until|before|after|since|in)\s+(?:the\s+)?(?:end\s+of\s+)?(?:19|20|21)\d\d\b|{_AUX}\b|be\b|there\b"
    r"|that\b|which\b|who\b|as\b|than\b|so that\b|because\b).*$",
    re.IGNORECASE,
)
_OF = re.compile(r"\b(?:of|for|on|about|in|from|with|regarding|concerning|to)\s+(?:the\s+)?", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_][\w'’&./-]*")


def follow(previous: str, follow_up: str, find: Find = lambda text: Named()) -> str:
    """``follow_up`` read after the question ``previous``, as a question that can be asked alone.

    ``find`` gives the plans that a text names. What stands alone already comes back as it is, with the plans of
    ``previous`` if it names none; what is written in the search syntax, as it is.
    """
    if _marked(follow_up):
        return follow_up.strip()
    before, asked = fold_space(previous).rstrip("?？ "), fold_space(follow_up).rstrip("?？ ")
    rest = _LEAD.sub("", asked) or asked
    led = rest != asked
    if not before:
        return follow_up.strip()
    if is_chinese(before) and (is_chinese(asked) or not re.search(r"[^\W\d_]", asked)):
        before, asked = simplify(before), simplify(asked)
        return _sentence(following_chinese.follow(before, asked, find))
    if _BARE.match(rest):
        return _sentence(_keep_plans(before, f"{rest}: {_said_about(_without_head(before), find)}", find))
    if not _ASKS.match(rest):
        return _sentence(_put(before, rest, find))
    with_topic = _with_topic(rest, _topic(before, find))
    own, theirs = _own_words(rest, find), _own_words(before, find)
    if with_topic == rest and led and not own:
        with_topic = f"{rest}: {_said_about(_without_head(before), find)}"
    elif with_topic == rest and len(own) <= 1 and theirs:
        # "How much by 2030?": what it is about is what was asked before
        with_topic = f"{rest}, of {_topic(before, find)}"
    return _sentence(_keep_plans(before, with_topic, find))


def leans(text: str) -> bool:
    """Whether ``text`` follows another question up: "and by 2025?", "what about steel?", "when is it due?"."""
    asked = fold_space(text).rstrip("?？ ")
    if is_chinese(asked):
        return following_chinese.leans(simplify(asked))
    rest = _LEAD.sub("", asked)
    if not rest or not _ASKS.match(rest):
        return bool(rest != asked or _PREPOSITION.match(rest) or _YEAR_PHRASE.fullmatch(rest))
    return bool(rest != asked or _BARE.match(rest) or _has_open_pronoun(rest))


def _has_open_pronoun(text: str) -> bool:
    """Whether a pronoun of ``text`` stands for something outside it: so little comes before that it names nothing.

    "Who appoints them?"; not "How will Sichuan build its greener overseas investment?".
    """
    match = _THIRD_PERSON.search(text)
    if not match or _EMPTY_IT.match(text):
        return False
    return len(_own_words(text[: match.start()], lambda _: Named())) <= 1


_THIRD_PERSON = re.compile(r"\b(?:it|they|them|its|their)\b", re.IGNORECASE)
#: "Is it true that …".
_EMPTY_IT = re.compile(rf"^{_AUX}\s+it\b.*\b(?:that|to)\b", re.IGNORECASE)


def parts_of(question: str, find: Find = lambda text: Named()) -> list[str]:
    """The questions that ``question`` asks, in order, each to be asked alone; one where it is one question.

    One in the search syntax is one: its filters hold for all of it.
    """
    text = fold_space(question)
    if _marked(text):
        return [question.strip()]
    if is_chinese(text):
        found = following_chinese.parts(simplify(text), find)
        return [_sentence(part) for part in found] if len(found) > 1 else [question.strip()]
    if coordinated := _TWO_WORDS.match(text):
        first, second, rest = coordinated.groups()
        return [_sentence(f"{first} {rest}"), _sentence(f"{second} {rest}")]
    pieces = [piece for piece in _BETWEEN.split(text) if piece and re.search(r"\w", piece)]
    if len(pieces) < 2 or not _ASKS.match(pieces[0].strip()) or any(map(_goes_on, pieces, pieces[1:])):
        return [question.strip()]
    read = [_sentence(pieces[0])]
    for piece in pieces[1:]:
        read.append(follow(read[0], piece, find))
    return read


def _marked(question: str) -> bool:
    return parse_query(fold_space(question)).marked


def _goes_on(piece: str, following: str) -> bool:
    """Whether ``following`` is a clause like one in ``piece``: "… when capacity is added and when it is closed"."""
    word = re.match(_WH, following, re.IGNORECASE)
    return bool(word and re.search(rf"\w[\s,]+{word.group()}\b", piece, re.IGNORECASE))


#: Between two questions: after "?", or before "and", ";", "," with a question of its own, its verb before its subject.
_OWN_QUESTION = (
    rf"(?:{_BEFORE}\s+)?(?:{_WH}(?:\s+[\w'’-]+){{0,3}}?\s+{_AUX}\b|(?:who|which\s+\w+)\s+\w+s\b"
    rf"|{_AUX}\s+(?:it|they|this|that|there|these|those)\b"
    rf"|(?:what|how|which)\s+(?:much|many|share|percentage)\b|{_WH}\s*(?=[?？]?$))"
)
_BETWEEN = re.compile(
    rf"[?？]\s*(?:and\b|or\b|also\b|;|,)?\s*|\s*;\s*(?:and\s+)?(?={_OWN_QUESTION})"
    rf"|,?\s+(?:and(?: also)?|as well as)\s+(?={_OWN_QUESTION})",
    re.IGNORECASE,
)
#: "When and where will …".
_TWO_WORDS = re.compile(rf"^({_WH}) and ({_WH}) ({_AUX}\b.*)$", re.IGNORECASE)


def _put(before: str, new: str, find: Find) -> str:
    """``before`` with ``new`` in the place of its like: years, plans, else the thing asked about."""
    years = _YEAR_PHRASE.findall(new)
    if years:
        new_year, old = years[0].strip(), list(_YEAR_PHRASE.finditer(before))
        bare = re.fullmatch(r"\d{4}", new_year)
        if old:
            last = old[-1]
            kept = re.sub(r"(?:19|20|21)\d\d.*", "", last.group()) if bare else ""
            before = f"{before[: last.start()]}{kept}{new_year}{before[last.end() :]}"
        else:
            before = f"{before} {'in ' if bare else ''}{new_year}"
        new = _PREPOSITION.sub("", fold_space(_YEAR_PHRASE.sub("", new, count=1)).strip(" ,"))
    named = find(new)
    if new and named.spans:
        old_names = find(before).spans
        names = fold_space(new[named.spans[0][0] : named.spans[-1][1]])
        before = _swap(before, old_names, names) if old_names else f"{before} in {names}"
        new = _outside(new, named.spans)
    if not re.search(r"\w", new):
        return before
    thing = re.sub(r"^(?:the|an?)\s+", "", _PREPOSITION.sub("", new), flags=re.IGNORECASE)
    span = _thing(before, find)
    return f"{before[: span[0]]}{thing}{before[span[1] :]}" if span else f"{before}: {thing}"


def _swap(text: str, spans: tuple[Span, ...], names: str) -> str:
    """``text`` with the first of ``spans`` replaced by ``names``, and the others left out."""
    for start, end in sorted(spans, reverse=True):
        put = names if (start, end) == min(spans) else ""
        text = f"{text[:start]}{put}{text[end:]}"
    return re.sub(r"\s+(?:and|or)(?=\s*(?:$|[?,]))|\b(?:and|or)\s+(?=(?:by|in|have|say)\b)", "", fold_space(text))


def _outside(text: str, spans: tuple[Span, ...]) -> str:
    """What of ``text`` is no name and no word that only joins."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    words = [w for w in _WORDS.findall(text) if w.lower() not in FUNCTION_WORDS and w.lower() not in _PLACES]
    return " ".join(words)


_PLACES = frozenset({"plan", "province", "city", "plans", "s"})


def _thing(text: str, find: Find) -> Span | None:
    """Where ``text`` names the thing that it asks about, which a follow-up replaces.

    The last of "… of X" or "… for X" that is neither a year nor a plan, else the first word of the noun that the
    question is about: "cement" of "the cement capacity rules".
    """
    topic = _topic_span(text)
    named = find(text).spans
    taken = [*named, *(m.span() for m in _YEAR_PHRASE.finditer(text))]

    def free(start: int, end: int) -> bool:
        return not any(a < end and start < b for a, b in taken)

    for match in reversed(list(_OF.finditer(text, *topic))):
        end = _noun_end(text, match.end(), topic[1])
        words = list(_WORDS.finditer(text, match.end(), end))
        if len(words) > 1 and end >= len(text.rstrip()) and _BEFORE_VERB.match(text):
            end = words[-2].end()  # the verb: "how much will the price of coal rise"
        if end > match.end() and free(match.end(), end):
            return match.end(), end
    words = [m for m in _WORDS.finditer(text, *topic) if free(*m.span())]
    content = [m for m in words if m.group().lower() not in FUNCTION_WORDS]
    return content[0].span() if content else None


def _noun_end(text: str, start: int, end: int) -> int:
    """Where the noun that begins at ``start`` ends: before the next word that joins."""
    last = start
    for match in _WORDS.finditer(text, start, end):
        if match.group().lower() in FUNCTION_WORDS and match.group().lower() not in {"and", "other"}:
            break
        last = match.end()
    return last


def _topic_span(text: str) -> Span:
    """Where ``text`` names its topic: without the question word and what comes after the noun."""
    head = _HEAD.match(text)
    start = head.end() if head else 0
    tail = _TAIL.search(text, start)
    end = tail.start() if tail and tail.start() > start else len(text)
    return (start, end) if re.search(r"\w", text[start:end]) else (0, len(text))


def _topic(text: str, find: Find) -> str:
    start, end = _topic_span(text)
    whole = fold_space(text[start:end])
    said = _said_about(whole, find)
    verb = re.search(r"\s+\S+$", said)
    ends_in_verb = said == whole and (_BEFORE_VERB.match(text) or _PARTICIPLE.search(said))
    return said[: verb.start()] if verb and ends_in_verb else said


def _said_about(text: str, find: Find) -> str:
    """``text`` without "<plan> say about", if it opens so."""
    names = find(text).spans
    said = _SAY.search(text)
    if names and said and names[0][0] < said.start():
        text = text[said.end() :]
    return fold_space(text)


_SAY = re.compile(r"\b(?:say|says|state|states|mention|plan|have)s?(?: anything)? (?:about|on|for)\s+(?:the\s+)?", re.I)
_PARTICIPLE = re.compile(r"\s(?:\w{2,}ed|built|held|made|kept|spent|paid|set|given|taken)$", re.IGNORECASE)
#: Has its verb at the end.
_BEFORE_VERB = re.compile(rf"^\W*{_WH}\b.*?\b(?:do|does|did|can|could|may|might|must|should|shall|will|would)\b", re.I)


def _without_head(text: str) -> str:
    head = _HEAD.match(text)
    return text[head.end() :] if head and re.search(r"\w", text[head.end() :]) else text


def _with_topic(text: str, topic: str) -> str:
    """``text`` with its first pronoun replaced by ``topic``."""
    match = _PRONOUN.search(text)
    if not match:
        return text
    topic = topic if re.match(r"[A-Z]", topic) else f"the {topic}"
    owned = f"{topic}'s" if match.group().lower() in _POSSESSIVE else topic
    return f"{text[: match.start()]}{owned}{text[match.end() :]}"


def _keep_plans(before: str, text: str, find: Find) -> str:
    """``text`` asked of the plans that ``before`` names, if it names none."""
    names = [before[a:b] for a, b in find(before).spans]
    return text if not names or find(text).spans else f"{text} in {' and '.join(names)}"


def _own_words(text: str, find: Find) -> list[str]:
    """Words of ``text`` that carry a topic: no names of plans, years, question words or units of answers."""
    plain = _YEAR_PHRASE.sub(" ", text)
    for start, end in sorted(find(plain).spans, reverse=True):
        plain = f"{plain[:start]} {plain[end:]}"
    ignored = (
        FUNCTION_WORDS | ANSWER_WORDS | _PLACES | {"much", "long", "year", "happen", "happens", "apply", "applies"}
    )
    return [w for w in _WORDS.findall(plain) if w.lower() not in ignored and not _PRONOUN.fullmatch(w)]


def _sentence(text: str) -> str:
    """``text`` as a question: its first letter large, a question mark at its end."""
    plain = fold_space(text).strip(" ,;.?？")
    mark = "？" if re.search(r"[\u4e00-\u9fff]$", plain) else "?"
    return f"{plain[:1].upper()}{plain[1:]}{mark}" if plain else text
