"""A question, read: the kind of thing it asks for, and the plans it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from indexer.asking.naming import Named, without_names
from indexer.asking.syntax import EMPTY, Query, parse_query
from indexer.errors import QuestionError
from indexer.language.chinese import simplify
from indexer.language.dates import MONTH, SHORT_MONTH, find_years
from indexer.language.folding import fold_spelling
from indexer.language.numerals import CHINESE_DIGITS, FRACTION_WORDS, NUMBER_WORDS, SCALE_WORDS
from indexer.language.quantities import find_quantities
from indexer.language.sentences import fold_space
from indexer.types import Expansion, SearchedFor

#: Characters of a question, at most; the encoder reads about 1,100.
LONGEST_QUESTION = 2000


class Kind(StrEnum):
    """The kind of thing that answers a question."""

    COUNT = "count"
    QUANTITY = "quantity"
    DATE = "date"
    MONEY = "money"
    BODY = "body"
    PLACE = "place"
    OPEN = "open"


#: What asks, in a question or an order; a text without any of it is a list of keywords.
_ASKS = re.compile(
    r"[?？]|^(?:list|enumerate|name|give|show|tell|find|identify|compare|explain|describe)\b"
    r"|\b(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|has|have|must|may|can|should|will)\b"
    r"|什么|多少|哪|谁|吗|几|何|怎|[是能可]否|列出|列举|^请",
    re.IGNORECASE,
)
#: Kinds that a sentence without a figure, a time or money hardly ever answers.
FIGURES = frozenset({Kind.COUNT, Kind.QUANTITY, Kind.DATE, Kind.MONEY})


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read.

    ``asked`` is as typed, ``text`` without marks of the search syntax and with spelling and spaces folded, ``topic`` is
    ``text`` without the names of plans, which is what is searched. ``named`` are the plans it names, a group for each
    thing named. ``corrected`` are (word as typed, as searched) pairs, ``also`` other names of what it asks for, and
    ``searched_for`` says how it is searched, None when word for word.
    """

    asked: str
    text: str
    topic: str
    kind: Kind
    named: tuple[tuple[str, ...], ...] = ()
    query: Query = EMPTY
    corrected: tuple[tuple[str, str], ...] = ()
    also: tuple[Expansion, ...] = ()
    searched_for: SearchedFor | None = None

    @property
    def searched(self) -> str:
        """``topic`` and the other names, which retrieval looks for."""
        return " ".join([self.topic, *(name for each in self.also for name in each.searched)])

    @property
    def for_reader(self) -> str:
        """``text`` with the first of the other names in brackets, as the reader takes it."""
        text = self.text
        for each in self.also:
            typed = re.search(rf"\b{re.escape(each.typed)}\b", text)
            text = f"{text[: typed.end()]} ({each.searched[0]}){text[typed.end() :]}" if typed else text
        return text

    @property
    def in_keywords(self) -> bool:
        """Whether it is keywords, "cement capacity 2025", and no sentence."""
        return not _ASKS.search(simplify(self.asked))

    @property
    def plans(self) -> tuple[str, ...]:
        """Ids of the plans that it names."""
        return tuple(sorted({plan for group in self.named for plan in group}))


def read_question(asked: str, find: Callable[[str], Named] = lambda text: Named()) -> Question:
    """Read a question as typed; ``find`` gives the plans that a text names.

    Raises QuestionError for a question that is no text, has no word or is too long.
    """
    folded = fold_space(asked)
    if re.search(r"[\ud800-\udfff\x00]", folded):
        raise QuestionError("The question holds bytes that are no text. Type it again, or save the file as UTF-8.")
    if len(folded) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(folded)} characters, {LONGEST_QUESTION} at most are read. Shorten it."
        )
    query = parse_query(folded)
    text = query.text
    if not re.search(r"\w", text):
        raise QuestionError(
            "Type also what to look for: words with a minus before them only leave passages out."
            if query.excluded
            else "Type a question: there is no word in this one."
        )
    named = find(query.unquoted)
    topic = without_names(text, named.spans)
    topic = topic if re.search(r"\w", topic) else text  # a name alone is looked for itself
    kind = kind_of(simplify(text))
    return Question(asked.strip(), fold_spelling(text), fold_spelling(topic), kind, named.groups, query)


def for_plans(question: Question, plans: Collection[str]) -> Question:
    """``question`` as asked of ``plans``, which cannot be expected to hold the names of others."""
    if set(question.plans) <= set(plans):
        return question
    groups = (tuple(plan for plan in group if plan in plans) for group in question.named)
    return replace(question, text=question.topic, named=tuple(group for group in groups if group))


#: Words that join parts of a clause. The noun asked for comes before the first of them: "What is the limit of …" asks
#: for a limit, "what is done at the level of …" for no level.
_JOINS = (
    r"(?:of|in|on|at|by|to|for|from|with|without|per|within|between|among|above|below|under|over|until|before|after"
    r"|during|about|as|than|against|into|through|across|towards?|regarding|concerning|is|are|was|were|be|been|do|does"
    r"|did|has|have|had|will|would|shall|should|can|could|may|might|must|that|which|who|if|when|whether|the|an?)\b"
)
#: Words between "what" and its noun, and what may follow the noun: "price" is asked for, not that of "price reform".
_BETWEEN = rf"(?:(?!{_JOINS})[\w'’&/-]+ ){{0,8}}?"
_HEAD = rf"(?=\s*(?:[?.,;:!)]|$)|\s(?:{_JOINS}|\w+ed\b|(?-i:[A-Z0-9])))"
#: "What is the", and "what will the … be".
_WHAT_IS = (
    r"\bwhat(?:['’]s| (?:is|are|was|were|(?:will|would|should|must|can) be)) (?-i:(?![a-z]+ing ))(?:(?:the|an?) )?"
)
_WHAT_WILL = r"\bwhat (?:will|would|should|must|can|could|may) (?:(?:the|an?) )?"


def _what(bare: str, nouns: str) -> str:
    """A pattern of "what share", for ``bare`` nouns, and of "what is the share", for ``nouns``."""
    return (
        rf"\bwhat {_BETWEEN}(?:{bare})\b{_HEAD}|{_WHAT_IS}{_BETWEEN}(?:{nouns})\b{_HEAD}"
        rf"|{_WHAT_WILL}{_BETWEEN}(?:{nouns})\b{_HEAD}[^?]*\bbe\b"
    )


_MEASURES = (
    r"share|proportion|percentage|percent|rate|ratio|level|(?:(?<=what )number|number(?= of\b))|capacity|amount|volume"
    r"|target|size|height|limit|length|temperature|speed"
)
#: What Chinese counts things by. "多少" alone may ask for an amount.
_CLASSIFIER = r"(?:个(?!百分点|月)|项|条(?!件)|家|座|处|种|类|批|次|名|位|人|户|辆|台|套|所|只|艘|层|步|部分?|大)"
#: Begins the question itself after a clause.
_QUESTION_WORD = (
    r"(?:what|which|how|who|whom|whose|where|why|do|does|did|is|are|was|were|must|should|shall|can|may|will)\b"
)
_KINDS = (
    (Kind.OPEN, r"\b(?:rules?|requirements?|measures|polic(?:y|ies)|provisions?|principles?)\b"),
    (
        Kind.DATE,
        # not "treated when a project is proposed", nor "When a project is proposed, what …"
        rf"^(?:and |since |by |until )?when\b(?!.*,\s*(?:\w+ ){{0,2}}(?:{_QUESTION_WORD}))"
        r"|\bwhen (?:will|would|do|does|did|should|must|can|is|are|was|were)\b"
        r"|\b(?:which|what) (?:year|day|month)\b|\bwhich (?:date|deadline)\b"
        rf"|{_what('date|deadline', 'date|deadline|year|day|month')}"
        r"|何时|何年|什么时[候间]|(?:哪一?|几|何)(?:[年月天日]|个月)|多久|何日|(?:截止|最晚|最迟).{0,6}(?:何|哪|几|什么)",
    ),
    (
        Kind.MONEY,
        r"\bhow (?:much (?:money|funding|investment)|many yuan)\b|\bhow much (?:will|does|do|did) .{0,60}cost\b"
        rf"|\bwhat (?:will|would|does|do|did) .{{0,60}}(?<!\bthe )(?<!\bof )(?<!\babout )cost\b{_HEAD}|"
        + _what(
            "cost|price|fee|fine|budget|salary|tariff|revenue|turnover",
            "costs?|prices?|fees?|fines?|budget|salar(?:y|ies)|tariffs?|revenues?|turnover",
        )
        + r"|多少(?:钱|元|[万亿]+元|资金|投资|经费|费用)|(?:罚款?|资金|费用|投资|预算|成本|补贴|奖金|价格|税额)"
        r"[^，。？?]{0,8}(?:多少|几何|多高|多大)|(?:罚|花|交|缴|补)多少",
    ),
    (Kind.COUNT, rf"\bhow many\b|(?:多少|(?<!哪)几){_CLASSIFIER}|(?:数量|总数|个数|家数)"),
    (
        Kind.QUANTITY,
        # "how often" and "to what extent" are answered without a figure
        r"\bhow (?:much|large|big|fast|steep|high|far|long|tall|deep|strongly)\b|\bby how\b"
        rf"|\bwhich {_BETWEEN}(?:share|proportion|percentage|percent)\b{_HEAD}|{_what(_MEASURES, _MEASURES)}"
        r"|多少|百分之几|几成|多[大高长深远快重宽厚]|(?:比重|比例|占比|率|规模|容量|总量|产量|目标值?)(?:是|为|有)?(?:$|[?？])",
    ),
    (
        Kind.BODY,
        r"\b(?:who|whom|whose)\b|\b(?:which|what) (?:body|bodies|authority|authorities|department|agency|ministry|"
        r"minister|company|companies|office|committee|organi[sz]ation|university|firm|institution)s?\b"
        r"|谁|(?:哪|什么|何)(?:一|几|些)?(?:个|家)?(?:机构|部门|单位|机关|政府|企业|公司|委员会|组织|主体)",
    ),
    (
        Kind.PLACE,
        r"\bwhere\b|\b(?:which|what)(?: \w+){0,2} (?:city|cities|place|places|region|regions|area|areas|county|"
        r"counties|district|districts|province|provinces|river|rivers|port|ports|location|site|sites|park|parks)\b"
        r"|哪里|哪儿|何处|何地|(?:哪|什么)(?:一|几|些)?(?:个|条|座)?(?:地方|地区|区域|城市|省|市|县|流域|河|港|园区)",
    ),
)
#: Begins a question around the one that follows, "do firms reveal how much", "who decides when"; unless it only asks
#: for an answer, "can you tell me how much".
_OTHER_QUESTION = re.compile(
    r"^\s*(?:do|does|did|is|are|was|were|will|would|shall|should|can|could|may|might|must|has|have|had|need)\b"
    r"(?! there\b)|\b(?:who|whom|whose|what|which|why|where|how)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"\b(?:says?|tell(?: \w+)?|states?|specify|specifies|mentions?|know)(?: about)?(?: (?:by|to|in|at|of|for|on))? $",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:.?!]\s|\b(?:and|or|but)\b", re.IGNORECASE)

#: A cheap test before figures are looked for; most sentences fail it.
_DIGIT = re.compile(r"[\d\u4e00-\u9fff]")
#: Numbers in words, except list markers like "(two)", the "one" of "one of" and "no one", and Five-Year Plans.
_NUMBER_WORDS = re.compile(
    rf"\b(?:{'|'.join(word for word in NUMBER_WORDS if word != 'one')}|dozen|{'|'.join(SCALE_WORDS)})\b"
    r"(?!\)|[- ](?-i:Year))"
    r"|(?<!\bno )\bone\b(?!\)|-| of\b| or\b| another\b)",
    re.IGNORECASE,
)
#: Quantities, but no counts.
_SHARE_WORDS = re.compile(
    rf"\b(?:{'|'.join(FRACTION_WORDS)}|double|twice|triple|zero|doubl\w+|halv\w+|fully|entirely|majority)\b",
    re.IGNORECASE,
)
#: Answers "how many" and "how much" without a figure.
_VAGUE_COUNTS = re.compile(
    r"\b(?:several|a few|few|dozens|hundreds|thousands|millions|a couple|a pair|both|single|none|zero|no more than)\b",
    re.IGNORECASE,
)
#: Things counted in Chinese: "十大行动", "三个基地".
_CHINESE_COUNTS = re.compile(rf"[\d{CHINESE_DIGITS}两十百千万亿]{_CLASSIFIER}")
#: Times without a year from 1900 on: a month, a century, an older year, the end of a period, a period before something.
_TIMES = re.compile(
    r"(?i:\b(?:\d{1,2}(?:st|nd|rd|th)|\w+(?:st|nd|rd|th)) centur(?:y|ies)\b|\b\d+ (?:BC|BCE|AD|CE)\b)"
    r"|(?i:\b(?:in|by|since|from|until|before|after|around) (?:the year )?[12]\d{3}\b(?![.,]?\d|\s?%))"
    rf"|\b(?:{MONTH})\b|\b\d{{1,2}} (?:{SHORT_MONTH})\b|\d\s?[月日天]|工作日|[本每上下]世纪|年[底初末中]|季度"
    rf"|[\d{CHINESE_DIGITS}十两]+(?:个月|周|小时|年)[之以]?内"
    r"|(?i:\bFive[- ]Year Plan\b|\bend of (?:the|this|each|every) (?:decade|year|quarter|month)\b"
    r"|\b(?:within|after|before|later than) (?:[\w-]+ ){0,3}(?:hour|day|week|month|quarter|year)s?\b)"
)
#: Currencies; those whose names have other meanings only after a number.
_MONEY = re.compile(
    r"[$€£¥￥元]|(?i:\b(?:yuan|renminbi|dollars?|euros?|sterling|yen|rupees?|francs?|free of charge)\b)"
    r"|\b(?:RMB|CNY|USD|EUR|GBP|JPY|INR|KRW|CHF|CAD|AUD|NZD|HKD|SGD|SEK|NOK|DKK|PLN|ZAR|BRL|MXN|AED|SAR)(?![a-zA-Z])"
    r"|(?i:(?:\d|hundred|thousand|[mbtr]+illion) (?:pounds?|pence|cents?|won|rand|pesos?|kron(?:er|or|a)))\b"
)
_BODY = re.compile(
    r"\b(?:committee|government|department|commission|bureau|office|ministry|council|group|agency|authorit(?:y|ies)|"
    r"enterprise|compan(?:y|ies)|universit(?:y|ies)|institut\w+|association|party|cities|municipalit\w+|organization|"
    r"unit)s?\b|政府|部门|委员会|国务院|[厅局署]|办公室|机[构关]|单位|企业|公司|党委|协会|集团|大学|领导小组|个人",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[a-z,;)] )[A-Z][a-z]+|[\u4e00-\u9fff]{2,}")


def kind_of(text: str) -> Kind:
    """The kind of thing that ``text`` asks for."""
    for kind, pattern in _KINDS:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if kind not in FIGURES or _is_asked(text[: match.start()]):
                return kind
    return Kind.OPEN


def fits_kind(kind: Kind, sentence: str) -> bool:
    """Whether ``sentence`` holds a thing of ``kind``."""
    match kind:
        case Kind.COUNT | Kind.QUANTITY:
            share = kind is Kind.QUANTITY and _SHARE_WORDS.search(sentence)
            return bool(
                share
                or _NUMBER_WORDS.search(sentence)
                or _VAGUE_COUNTS.search(sentence)
                or _CHINESE_COUNTS.search(sentence)
                or (_DIGIT.search(sentence) and find_quantities(sentence, ()))
            )
        case Kind.DATE:
            dated = _DIGIT.search(sentence) and find_years(sentence, periods=True)
            return bool(dated or _TIMES.search(sentence))
        case Kind.MONEY:
            return bool(_MONEY.search(sentence))
        case Kind.BODY:
            return bool(_BODY.search(sentence))
        case Kind.PLACE:
            return bool(_NAME.search(sentence))
        case Kind.OPEN:
            return True


def _is_asked(before: str) -> bool:
    """Whether what follows ``before`` is the question itself, not part of another one."""
    clause = _CLAUSE_END.split(before)[-1]
    return not _OTHER_QUESTION.search(clause) or bool(_POLITE.search(clause))
