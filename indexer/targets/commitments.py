"""Whether a figure is committed to or only reported, by the grammar of its clause.

What governs a figure is the last verb before it, else the first one after it: a modal, an infinitive or an imperative
commits; a verb in the past or the present reports. Nouns of purpose ("a target of") and a year that is still to come
decide where no verb does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from indexer.targets.clauses import REACH, Figure
from indexer.targets.timing import Moment

#: Verbs of bringing something about, in their base form: an imperative, or an infinitive after "to".
_BASE = (
    r"(?:reduce|cut|lower|decrease|halve|shrink|limit|cap|restrict|keep|hold|maintain|stabili[sz]e|raise"
    r"|increase|double"
    r"|triple|expand|extend|grow|boost|lift|improve|enhance|strengthen|upgrade|build|construct|install|erect|deploy|add"
    r"|create|develop|establish|set up|open|plant|restore|protect|conserve|save|recycle|treat|store|capture|produce"
    r"|generate|supply|provide|deliver|purchase|procure|source|use|replace|retrofit|renovate|convert|electrify"
    r"|switch|shift"
    r"|move|eliminate|phase out|phase down|retire|close|end|achieve|reach|attain|meet|hit|exceed|realize"
    r"|complete|finish"
    r"|ensure|guarantee|secure|support|promote|advance|accelerate|implement|carry out|introduce|cover|train"
    r"|hire|recruit"
    r"|invest|spend|allocate|mobili[sz]e|fund|contribute|pay|receive|offer|connect|equip|make|bring|get|strive"
    r"|aim|seek|control"
    r"|be|become|have|cultivate|form|optimi[sz]e|arrange|transform|exploit|explore|put|take|drive)"
)
#: Verbs that bind their subject: what follows is still to be done.
_PROMISED = (
    r"(?:commit(?:s|ted|ting)|pledg(?:es?|ed|ing)|promis(?:es?|ed)|undertak(?:es?|en)|undertook|vow(?:s|ed)"
    r"|agree(?:s|d)"
    r"|guarantee(?:s|d)|earmark(?:s|ed)|plann(?:ed|ing)|plans|set(?:s|ting)? aside|allocat(?:es?|ed)|budget(?:s"
    r"|ed)|approv(?:es|ed)|reserv(?:es|ed)|intend(?:s|ed)?|aim(?:s|ed|ing)|resolv(?:es|ed)"
    r"|requir(?:es?|ing)|mandat(?:es?|ed|ing)|stipulat(?:es?|ed)|oblig(?:es?|ed))"
)
_GOAL = (
    r"(?:targets?|goals?|objectives?|commitments?|pledges?|quotas?|requirements?|mandates?|milestones?|ambitions?"
    r"|ceilings?|(?:limits?|caps?) (?:of|at|on)|(?:minimum|maximum)(?: \w+)?(?: of)?(?=\s*$))"
)
_FUTURE = (
    r"(?:will|shall|should|must|ought|needs? to|(?:has|have) to|(?:is|are|be) (?:expected|planned|required|scheduled"
    rf"|due|set|obliged) to|(?:is|are) to (?:be )?(?:{_BASE}|run|rely|remain|stay|come|go|account)"
    r"|on (?:track|course) (?:to|for)|strive(?:s)? (?:to|for)"
    r"|(?:is|are|be) (?:planned|sought|proposed|intended|envisaged|foreseen|targeted|kept|held|limited|capped"
    r"|controlled|stable)"
    r"|seeks? to|(?:may|can|shall|must|should|is|are) not(?: be)?|cannot|not to exceed|(?:is|are|be|becomes?) due)"
)
#: What may only come to pass is no commitment.
_SUPPOSED = (
    r"(?:would|could|might|(?-i:may|can)|(?:necessary|needed|enough|(?<!be )able) to|project(?:s|ed)|forecasts?"
    r"|estimat(?:es?|ed|ing)|assum(?:es?|ed|ing)|if)"
)
_REPORTED = (
    r"(?:is|are|was|were|has|have(?: \w+)? (?!{_PROMISED}|{_SUPPOSED})(?:\w+(?:ed|en|wn)|set|put|met|made|cut)"
    r"|had|been|represent(?:s|ed)?|account(?:s|ed)? for|amount(?:s|ed)? to|rank(?:s|ed)|total(?:s|led|ed)"
    r"|compris(?:es|ed|ing)|contain(?:s|ed)|equal(?:s|led)|ma(?:kes?|de) up|st(?:ands|ood)|came|comes|emit(?:s"
    r"|ted)|rose"
    r"|rises|grew|grows|fell|falls|dropped|drops|increased|decreased|declined|reached|reaches|achieved|exceeded|exceeds"
    r"|remain(?:s|ed)|spent|saved|used|sold|bought|built|met|surpassed|delivered|reported|found|said|shows?|showed"
    r"|currently|presently|today|at present|to date|(?:un)?likely|tends?|(?:that|which|who) \w+s|contribut(?:es"
    r"|ed)|consum(?:es?|ed)|produc(?:es|ed)|generat(?:es|ed)|receiv(?:es?|ed)|provid(?:es|ed)|sought|tried"
    r"|helped|managed|began|resulted|caused|(?-i:led)|completed|installed in)"
)
_GOVERNOR = re.compile(
    rf"\b(?:(?P<future>{_FUTURE}|{_PROMISED}|to (?:be |further |also |then |help )?{_BASE})|(?P<goal>{_GOAL})"
    rf"|(?P<supposed>{_SUPPOSED})|(?P<reported>{_REPORTED}))\b",
    re.IGNORECASE,
)
#: A target that was met, or missed, is history.
_MET = re.compile(r"(?:met|achieved|exceeded|surpassed|reached|missed|was|were|had|been)", re.IGNORECASE)
_WAS_MET = re.compile(r"[^,;.]{0,60}?\b(?:was|were|has been|have been)\s+\w+(?:ed|et)\b", re.IGNORECASE)
_THEN = re.compile(r"(?:was|were|had|has|have .*|been|stood|came|met|used)", re.IGNORECASE)
#: "The goal is", "the target has been raised to": the goal's own figure.
_OF_GOAL = re.compile(r"(?:is|are|has|have|been|stands|remains|increased)", re.IGNORECASE)
#: "Sought to reduce", "helped to save": what was begun, not what is promised.
_ATTEMPTED = re.compile(
    r"(?:was|were|sought|tried|helped|managed|began|used|led|caused|found|said|have \w+|have been (?!set)\w+)",
    re.IGNORECASE,
)
_INCLINED = re.compile(r"(?:un)?likely|tends?", re.IGNORECASE)
_IMPERATIVE = re.compile(
    rf"(?:^|[;:：；•\n])[\s\"“'(*•\-–—>\uf000-\uf8ff]*(?:[(]?\w{{1,3}}[.)]\s+)?(?:(?:also|then|further|gradually|fully"
    rf"|vigorously|actively|steadily|and) )?(?:{_BASE}|continue to)\b(?!\s+(?:of|is|are|was|were|has|will)\b)",
    re.IGNORECASE,
)
_GOAL_HEADING = re.compile(rf"\b{_GOAL}\b|目标|任务|指标", re.IGNORECASE)
_SUPPOSED_BEFORE = re.compile(
    r"\b(?:scenarios?|projections?|modell?ed|modell?ing|likely|hypothetical|for example)\b", re.IGNORECASE
)
_EXAMPLE = re.compile(r"[\W\d]*(?:for\s+(?:example|instance)|e\.g\.|suppose)\b", re.IGNORECASE)
#: A warming that names a scenario is no figure of the plan's own.
_SCENARIO = re.compile(
    r"[\s-]*(?:\([^)]{0,60}\)\s*)?(?:\S{1,20}[- ]aligned )?"
    r"(?:world|(?:global )?warming|scenarios?|pathways?|trajector\w+|(?:carbon )?budgets?|models?)\b",
    re.IGNORECASE,
)
_WARMING = re.compile(
    r"\bwarming\s+(?:\w+\s+){0,3}$|\bwarming levels? of [^.;]*$|\bovershoot\w*\s*$"
    r"|\b(?:pathways|scenarios|carbon budgets?)\b[^.;]*$",
    re.IGNORECASE,
)
#: "The Paris Agreement seeks to hold warming below": its own goal, which the sentence only recalls.
_OF_AGREEMENT = re.compile(
    r"\b(?:Agreement|Protocol|Convention|Treaty|Accord)\s+(?:\w+ly\s+)?(?:aims?|sets?|seeks?|calls?|commits?|requires?"
    r"|limits?|aimed|sought|called|committed|required)\b[^.;]*$"
    r"|(?:协定|公约|议定书)[^，。；]{0,8}(?:提出|要求|规定|确定|设定|目标)[^。；]*$",
    re.IGNORECASE,
)
#: A share that says how sure a statement is.
_CHANCE = re.compile(r"\s*(?:likelihood|probability|chance|confidence|percentiles?|range|interval)\b", re.IGNORECASE)
_OF_WARMING = re.compile(r"(?:°\s?C|degrees celsius|℃|摄氏度)\s*[(（]\s*[>≥<≤~]?\s*$", re.IGNORECASE)

#: Characters between a figure and the noun of purpose that it belongs to, "a 50 % reduction target".
_NEAR_GOAL = 25

_WIDE = re.compile(r"[\u4e00-\u9fff]")
_WIDE_PAST = re.compile(r"已|了(?!解)|同比|截至|去年|上年|以来|现有|共有|累计")
_WIDE_SANCTION = re.compile(r"处(?!理|置|于|在|级|长)|罚款|罚金|没收|赔偿")
_WIDE_FUTURE = re.compile(
    r"应|须|不得|禁止|将|要|力争|争取|确保|努力|计划|目标|达到|提高|提升|升至|降至|降低|下降|减少|控制|不低于|不少于|不超过"
    r"|不高于|新增|增加|建成|建设|完成|实现|推进|推动|建立|培育|改造|淘汰|发展|保持|超过"
)


class _Governor(StrEnum):
    FUTURE = "future"
    GOAL = "goal"
    SUPPOSED = "supposed"
    REPORTED = "reported"


#: "2030: 50 GW", a year that heads what is due then.
_LABEL = re.compile(r"\**\s?:")
#: After these a perfect infinitive reports.
_UNPROMISED = (_Governor.REPORTED, _Governor.SUPPOSED)


def commits(figure: Figure, moment: Moment | None, written: int | None, heading: str) -> bool:
    """Whether the sentence commits to ``figure`` rather than reports, supposes or merely mentions it.

    ``moment`` is the year that it is due at, ``written`` the plan's own year, ``heading`` that of its section.
    """
    past = moment is not None and written is not None and moment.year < written
    if names_a_level(figure) or _EXAMPLE.match(figure.sentence) or _OF_AGREEMENT.search(_before(figure)):
        return False
    if _is_wide(figure.sentence):
        return not past and _commits_wide(figure, moment)
    governed = _governed(figure)
    kind = governed[0] if governed else None
    if kind in (_Governor.FUTURE, _Governor.GOAL):
        # "in 2020 we pledged": the year of the pledge, not of the figure
        return not past or (moment is not None and moment.leads)
    due = moment is not None and not past and (moment.period or (written is not None and moment.year > written))
    if not governed and written is None and moment is not None and moment.leads:
        due = bool(_LABEL.match(figure.sentence, moment.span[1]))
    if past or kind is _Governor.SUPPOSED or _SUPPOSED_BEFORE.search(_before(figure)):
        return False
    if governed and kind is _Governor.REPORTED:
        within = moment is not None and (
            moment.leads or moment.period or figure.clause[0] <= moment.span[0] < figure.clause[1]
        )
        return due and within and not _THEN.fullmatch(governed[1])
    return due or bool(re.search(r"[a-z]{4}", figure.before + figure.after) and _GOAL_HEADING.search(heading))


def names_a_level(figure: Figure) -> bool:
    """Whether the figure names a scenario, "a 1.5 °C pathway", or a likelihood, "2 °C (>67%)", and no amount."""
    if _CHANCE.match(figure.sentence, figure.span[1]):
        return True
    if figure.unit == "percent" and _OF_WARMING.search(_before(figure)):
        return True
    return figure.unit == "degC" and bool(
        _SCENARIO.match(figure.sentence, figure.span[1]) or _WARMING.search(_before(figure))
    )


def _before(figure: Figure) -> str:
    """The last ``REACH`` characters of the sentence before ``figure``, on one line."""
    return _one_line(figure.sentence)[max(0, figure.span[0] - REACH) : figure.span[0]]


def _governed(figure: Figure) -> tuple[_Governor, str] | None:
    """What governs ``figure``, and its words: the last before it in its clause, the first after it, the last of all."""
    sentence, (start, end) = _one_line(figure.sentence), figure.clause
    before = list(_GOVERNOR.finditer(sentence, max(start, figure.span[0] - REACH), figure.span[0]))
    if before:
        return _last(before, figure)
    if _IMPERATIVE.search(figure.before):
        return _Governor.FUTURE, ""
    after = _GOVERNOR.search(sentence, figure.span[1], min(end, figure.span[1] + REACH))
    if after and (after.lastgroup != _Governor.GOAL or after.start() - figure.span[1] <= _NEAR_GOAL):
        return _Governor(str(after.lastgroup)), after.group()
    before = list(_GOVERNOR.finditer(sentence, max(0, figure.span[0] - REACH), figure.span[0]))
    return _last(before, figure) if before else None


def _last(before: Sequence[re.Match[str]], figure: Figure) -> tuple[_Governor, str]:
    """The last of the governors ``before`` a figure, as those before it make it be read."""
    last, earlier = before[-1], [(m.lastgroup, m.group()) for m in before[:-1]]
    kind, verb = _Governor(str(last.lastgroup)), last.group()
    group, word = earlier[-1] if earlier else (None, "")
    adjacent = bool(earlier) and before[-2].end() >= last.start() - 1
    if kind is _Governor.GOAL:
        met = _MET.fullmatch(word) or _WAS_MET.match(_one_line(figure.sentence), figure.span[1])
        return (_Governor.REPORTED, "was") if met else (kind, verb)
    if adjacent and word.lower() == "to have" and len(earlier) > 1 and earlier[-2][0] in _UNPROMISED:
        kind = _Governor.REPORTED  # "are likely to have used"
    elif group == _Governor.FUTURE and adjacent:  # "will have dropped"
        kind = _Governor.FUTURE
    elif group == _Governor.SUPPOSED:  # "is projected to reduce"
        kind = _Governor.SUPPOSED
    elif _INCLINED.fullmatch(word) or (adjacent and verb.lower().startswith("to ") and _ATTEMPTED.fullmatch(word)):
        kind, verb = _Governor.REPORTED, "was"
    elif kind is _Governor.REPORTED and _OF_GOAL.fullmatch(verb):
        subject = next((m for m in reversed(before) if not _OF_GOAL.fullmatch(m.group())), None)
        if subject and subject.lastgroup == _Governor.GOAL and "," not in subject.string[subject.end() : last.start()]:
            kind = _Governor.GOAL
    return kind, verb


@lru_cache(maxsize=1)  # asked for each figure of a sentence
def _one_line(sentence: str) -> str:
    """``sentence`` with a space for each white space; offsets stay."""
    return re.sub(r"\s", " ", sentence)


@lru_cache(maxsize=1)
def _is_wide(sentence: str) -> bool:
    return _WIDE.search(sentence) is not None


def _commits_wide(figure: Figure, moment: Moment | None) -> bool:
    """The same for Chinese, whose verbs have no tense: words of the past and of sanctions speak against it."""
    words = figure.before + figure.after
    if _WIDE_PAST.search(words) or _WIDE_SANCTION.search(words):
        return False
    return moment is not None or bool(_WIDE_FUTURE.search(words))
