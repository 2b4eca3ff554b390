"""What may name a figure: a noun phrase with a word of content.

No lone preposition, adverb, unit, abbreviation of reasoning, bracket or noun of purpose ("goal", "minimum") names
anything; where a clause gives no more than that, ``indicators`` looks around it.
"""

from __future__ import annotations

import re

from indexer.language.dates import WRITTEN_YEAR
from indexer.language.sentences import fold_space
from indexer.language.stopwords import FUNCTION_WORDS
from indexer.language.units import unit_at
from indexer.targets.clauses import FINITE, VERB

YEARS = (
    r"(?:[\"“'‘]?\d{1,2}(?:st|nd|rd|th) Five[- ]Year Plan\b[\"”'’]?(?: period)?"
    rf"|(?:(?:19|20)\d\d|{WRITTEN_YEAR})(?:\s?年)?"
    r"|(?:this |the )?decade)"
)
COMPARISON = (
    r"(?:about|around|approximately|roughly|some|nearly|almost|(?:no |not )?(?:more|less|fewer|greater"
    r"|larger|higher|lower) than|over|above"
    r"|below|under|at least|at most|up to|exceed(?:s|ing|ed)?|a further|another|between|within|basically"
    r"|only|just|the|a|an)"
)
_TIME_ANYWHERE = re.compile(
    rf"\s*\b(?:by|in|during|before|until|from)\s+(?:the\s+)?(?:end of\s+)?(?:the\s+)?{YEARS}(?:\s+levels?)?\s*",
    re.IGNORECASE,
)
#: Atomic, since "up to" may be read as one word of the list or as two, which would be tried in all combinations.
TAIL = re.compile(
    rf"(?>\s+(?:in order to|to (?:make|account|supply|cover|exceed|represent)|i\.e\.?|e\.g\.?"
    rf"|(?:of|at|to|for|by) (?:a |the )?(?:maximum|minimum|total|average)|{COMPARISON}|by|to|at|of|is|are|be|from|down"
    rf"|up|lower|higher|reach(?:es|ing|ed)?|with|for|and|or|than|in|on|into|onto|towards?|per|as|via|through|that|which|who"
    rf"|whose|whom|where|could|may|can|worth|total(?:l?ing)?)(?=\s|$))+\s*$"
    r"|[，,:：\s(（|>≥≤<~+=/-]+$",
    re.IGNORECASE,
)
_MODIFIER = re.compile(
    r"\s+(?:basically|gradually|steadily|further|strive to|not|also|then|fully|only)\s*$", re.IGNORECASE
)
#: Prepositions and conjunctions that open what is left of a clause, and signs.
_OPENING = re.compile(
    r"[(（]?[a-zA-Z\d]{1,3}[)）]\s+|(?:table|figure|chart|section|chapter|annex|appendix)\s[\dA-Z]{1,3}[.:]?\s+"
    r"|(?:and|or|of|to|for|on|in|at|by|with|from|as|than|per|via|into|towards?|under|within|that|which|i\.e\.|e\.g\.)"
    r"[\s,]+|[\s+|)>≥≤<~=/•·-]+",
    re.IGNORECASE,
)
_INCLUDING = re.compile(
    r",\s*(?:including|such as|for example)\b.*$|\s*[(（](?:excluding|including|不含)[^)）]*[)）]",
    re.IGNORECASE | re.DOTALL,
)
_EXTRA = re.compile(
    r"^(?:(?:the )?(?:province|city|county|country|state)['’]s|the|a|an|its|our|all the)\s+"
    r"|\s+(?:in|of|throughout|across) (?:the|our|this) (?:whole )?(?:province|city|county|country|state)\b(?!['’])",
    re.I,
)
#: A longer indicator is a sentence, not a name.
_LONGEST = 160
#: A figure that the phrase ends with: "a goal of 37", whose unit is cut off before.
_FIGURE = re.compile(rf"\s+(?:of|at|to|is)(?:\s+{COMPARISON})*\s+[$€£¥]?\d[\d,.]*\s*$", re.I)
_WORD = re.compile(r"[^\W\d_]+\d?(?:[-'’][^\W\d_]+)*")
#: Words that say how much or what for, but not of what.
_EMPTY = FUNCTION_WORDS | frozenset(
    """goal goals target targets objective objectives requirement requirements commitment commitments ambition ambitions
    minimum maximum limit limits level levels amount amounts number numbers figure figures value values total totals sum
    average mean share proportion percentage rate original new current previous annual yearly additional further overall
    least approximately around nearly roughly almost basically between among across against during before after above
    below over per via etc respectively thereof hundred thousand million billion trillion range factor yes none
    majority minority vast spent section chapter annex appendix table subject today then another today's it's e g ie eg
    viz cf including such example""".split()
)
#: Nouns of change name something only with more words: "annual reduction of noise", but not "reductions".
_CHANGE = frozenset("reduction reductions decrease decreases increase increases cut cuts growth decline rise".split())
#: Units that figures are not converted to, and so are left after them.
_UNIT = (
    r"(?:(?:square|cubic|nautical|lane|acre)[- ])?(?:feet|foot|inch(?:es)?|yards?"
    r"|miles?|knots?|gallons?|acres?|pounds?"
    r"|lbs?|barrels?|mph|cfs|therms?|BTU|[MGk]?t|(?:M|Mt|Gt|kt|t|MT|million )CO2(?:[- ]?eq?\b)?|CO2[- ]?eq?)"
)
_ANY_UNIT = re.compile(rf"(?<!\w){_UNIT}(?!\w)", re.IGNORECASE)
_UNIT_OF = re.compile(rf"{_UNIT}\s+(?:of|in)\s+", re.IGNORECASE)
#: A lone participle or gerund is the verb of its clause, except for these nouns.
_PARTICIPLE = re.compile(
    r"(?!(?:housing|lighting|heating|cooling|parking|training|recycling|composting|cycling|shipping|farming|mining|fishing"
    r"|funding|building|walking|charging|metering|staffing|planting|logging|savings?|spending|warming|flooding"
    r"|landing|packaging|dredging|watershed|seabed|riverbed)$)[a-z-]{3,}(?:ing|[^e]ed)$",
    re.IGNORECASE,
)
_WIDE = re.compile(r"[\u4e00-\u9fff]")
_WIDE_YEAR = (
    rf"[到至在于]?(?:(?:19|20)\d\d|{WRITTEN_YEAR})年?[底末初]?(?:前|以前)?"
    rf"|[到至在]?[“\"]?十.五[”\"]?(?:期间|时期|末|规划期)?"
)
_WIDE_OPENING = re.compile(
    rf"(?:{_WIDE_YEAR}|力争|争取|努力|确保|保证(?!金)|实现|完成|建成|建设(?!用地|投资|规模|项目|工程|面积|强度)|培育|打造|力求|进一步|逐步|全面"
    r"|其中|同时|并且|并(?![网购联轨])|且|使(?!用)|将(?!来)|把|[全我本][省市县区](?=\S{2})|每年|年均|预计|累计|合计|约(?!束)|再增|新增(?=[\W]|$)"
    r"|个(?![人体税])|座(?!位)|台(?![风账湾])|套(?!餐)|[辆艘株棵]|处(?![理置罚方])|户(?![籍外均用])|所(?![有得在属])|家(?![庭电具政禽畜])|项(?!目)|条(?![件例])|种(?![植子业]))+"
)
_WIDE_TAIL = re.compile(
    rf"(?>{_WIDE_YEAR}|原则上|不得|不应|不能|不|应当?|必须|须|将|力争|争取|确保|基本|大体|总体|预计|有望|年均|每年|平均|累计|合计|总计"
    r"|共计|新增|再增|再|逐步|进一步|全部|全面|稳步|继续|分别|保持在?|稳定在?|维持在?|控制在?|提升|提高|上升|降低|下降|减少|增加|增长|达到?|超过?"
    r"|[到至也的，、：\s]|(?<![规原法准细])则|(?<![存所])在|(?<![主重需必纲摘概])要|(?<![社员协议工年])会|(?<![许认])可|(?<![行作])为|(?<!公)共|(?<![人])均"
    r"|(?<![节契公合条制预])约)+$"
)
#: A long name ends before what only goes on about it.
_GOES_ON = re.compile(
    r",|\s(?:that|which|who|whose|where|at the|in exchange|associated|pursuant|so that|in order|if|when|unless|because"
    r"|as|during|ending|while|through)\s"
)
_LONG = 80
#: What opens with a finite verb is a predicate.
_PREDICATE = re.compile(rf"(?:{FINITE}|could|can|may|might|will|would|shall|should|must|be|been|not)\b", re.IGNORECASE)


def name_in(phrase: str) -> str:
    """The name that ``phrase`` gives, without years, determiners, what opens or ends it; "" where it names nothing."""
    name = trimmed(phrase)
    if len(name) > _LONG and (cut := _GOES_ON.search(name, _LONG // 4)):
        name = trimmed(name[: cut.start()])
    return name if names_something(name) and not _PREDICATE.match(name) else ""


def names_something(phrase: str) -> bool:
    """Whether ``phrase`` has a word of content: more than units, numbers, words of grammar and nouns of purpose."""
    if _WIDE.search(phrase):
        return True
    every = [w for w in _WORD.findall(_ANY_UNIT.sub(" ", phrase)) if len(w) > 1 and unit_at(w, 0)[1] < len(w)]
    words = [w for w in every if w.lower() not in _EMPTY and w.lower() not in _CHANGE]
    if not words:
        return len(every) > 2 and any(w.lower() in _CHANGE for w in every)
    return len(words) > 1 or not _PARTICIPLE.fullmatch(words[0])


def trimmed(phrase: str) -> str:
    """``phrase`` without years, determiners and what opens or ends it, on one line and at most 160 characters long."""
    phrase = fold_space(_TIME_ANYWHERE.sub(" ", _INCLUDING.sub("", phrase)))
    last = ""
    while phrase != last:
        last = phrase
        phrase = phrase.strip(' ,;:"“”*-#')
        opening = _OPENING.match(phrase) or _UNIT_OF.match(phrase)
        phrase = phrase[opening.end() :] if opening else phrase
        phrase = _FIGURE.sub("", _MODIFIER.sub("", TAIL.sub("", _within_brackets(phrase))))
        phrase = _EXTRA.sub("", phrase).strip()
        if _WIDE.search(phrase):
            phrase = _WIDE_TAIL.sub(
                "", _WIDE_OPENING.sub("", phrase, count=1) if _WIDE_OPENING.match(phrase) else phrase
            )
    if VERB.fullmatch(phrase):
        return ""
    return phrase if len(phrase) <= _LONGEST else phrase[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"


def _within_brackets(phrase: str) -> str:
    """``phrase`` without the bracket that the clause's edge cuts off, and what belongs to it."""
    depth = opened = 0
    start, end = 0, len(phrase)
    for i, character in enumerate(phrase):
        if character in "(（":
            opened = opened if depth else i
            depth += 1
        elif character in ")）":
            if not depth:
                start = i + 1
            depth = max(0, depth - 1)
    return phrase[start : opened if depth else end]
