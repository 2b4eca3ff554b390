"""What a plan tells of itself: who issued it, when, in which language. Empty rather than wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise

from indexer.language.dates import MONTH, MONTHS, SHORT_MONTH, WRITTEN_YEAR, written_year
from indexer.language.numerals import CHINESE_DIGITS, ordinal_number
from indexer.language.sentences import fold_space
from indexer.types import Metadata

#: What a file tells that tells nothing.
UNKNOWN = Metadata()
#: Something found, and where (``types.Found``).
_Placed = tuple[str, str]
_NOWHERE: _Placed = ("", "")
#: Characters of the opening, where a plan says who issued it and when, and of the end, where it is signed.
_OPENING = 2_500
_ENDING = 600
#: Characters from which the language is decided.
_SAMPLE = 20_000

#: Small words that a language cannot do without; few of them are words of another.
_SMALL_WORDS = {
    "en": "the of and to in is that for with by be are will shall on as from this which",
    "fr": "le la les des et du une est dans pour par que sur avec aux au qui sont ce",
    "de": "der die das und den von zu mit ist im des für auf ein eine nicht werden sich dem",
    "es": "el la los las de y en que del para por con una se es al como su más",
    "pt": "o os as de e do da em que para com uma no na dos das ao por não",
    "it": "il la di che e del della per in con una dei le nel sono gli al si più",
    "nl": "de het een van en in is dat op te voor met zijn aan die niet worden door",
    "pl": "i w na z do się nie jest oraz od dla przez że o po za jako są ze",
}
_LEAST_WORDS = 20
_PERSIAN = 0.01  # share of the letters that Arabic does not have
_LEAST_SHARE = 0.12  # of all words; prose has a quarter to a half
_LEAST_LEAD = 1.5  # times the next language

_TENS = f"[{CHINESE_DIGITS}十]{{1,3}}"
_DATE = re.compile(
    rf"""(?<![\d.])(?:
        (?P<cy>(?:19|20)\d\d)\s?年(?:\s?(?P<cm>\d{{1,2}})\s?月(?:\s?(?P<cd>\d{{1,2}})\s?日)?)?
      | (?P<zy>{WRITTEN_YEAR})\s?年(?:\s?(?P<zm>{_TENS})\s?月(?:\s?(?P<zd>{_TENS})\s?日)?)?
      | (?P<iy>(?:19|20)\d\d)-(?P<im>\d\d)(?:-(?P<id>\d\d))?
      | (?P<bd>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<bm>{MONTH}|{SHORT_MONTH})\.?,?\s+(?P<by>(?:19|20)\d\d)
      | (?P<am>{MONTH}|{SHORT_MONTH})\.?\s+(?P<ad>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<ay>(?:19|20)\d\d)
      | (?P<mm>{MONTH}|{SHORT_MONTH})\.?,?\s+(?P<my>(?:19|20)\d\d)
    )(?![\d])""",
    re.VERBOSE | re.IGNORECASE,
)
#: Words that make the date beside them the plan's own.
_ISSUED = re.compile(
    r"\b(?:for (?:immediate )?release|issued|promulgated|published|released|adopted|dated"
    r"|date of (?:issue|publication)|publication date)\b"
    r"|发布日期|成文日期|印发日期|发文日期|發布日期|(?:发布|印发|公布|發布)(?=$|\W)",
    re.IGNORECASE,
)
#: A title's year, unless it is that of a goal or one of a span.
_IN_FORCE = re.compile(r"自\s?(?:19|20)\d\d\s?年[^。\n]{2,8}起(?:施行|实施|生效)")
_YEAR = re.compile(r"(?<![\d–-])(?<!by )(?<!to )20[012]\d(?![\d–-])(?!\s*[–-]|年?[—至到])")
_BESIDE = 40  # characters between such a word and its date
_ISSUER_LABEL = re.compile(
    r"^\W*(?:(?:issued|promulgated|published) by|issuer|issuing (?:body|authority|agency)|publisher"
    r"|发文机关|发布机构|发文单位|制定机关|印发机关)\s*[:：]?\s*(?P<name>[^\n:：]{2,80}?)[\s.。;；]*$",
    re.IGNORECASE | re.MULTILINE,
)
#: The first line of a notice in an official journal.
_AGENCY = re.compile(r"^AGENCY:\s*(?P<name>[^.:;]{2,160})[.;]", re.MULTILINE)
_JOURNAL_OPENING = 20_000  # characters: a notice may begin anywhere on the journal's page
_NOTICE = re.compile(r"^\W*(?P<name>[\u4e00-\u9fff]{2,24}?)关于印发", re.MULTILINE)
_REGION = re.compile(
    r"^\W*(?:[Tt]he\s+)?(?P<name>(?:(?!The\b)[A-Z][\w'-]+\s+){1,3}?"
    r"(?:Province|Municipality|Autonomous Region|City|County|Prefecture))\b"
)
_CJK_REGION = re.compile(r"^\W*(?P<name>[\u4e00-\u9fff]{2,7}?(?:自治区|自治州|特别行政区|省|市|县))(?=\S{2})")
_BODY = re.compile(
    r"(?:政府|办公厅|办公室|委员会|国务院|部|厅|局|院)$"
    r"|\b(?:Government|Council|Commission|Ministry|Department|Office|Agency|Authority|Parliament|Committee|Bureau)\b"
)
#: A body alone on a line of the cover, or in front of the title.
_COVER = 600
_PLAN_WORDS = "plan|programme|program|strategy|act|report|policy|framework|charter|roadmap|agenda|rules?"
_LONGEST_NAME = 70
_NAME = r"[A-Z][\w'’.-]*"
_KINDS = (
    "City|Town|County|State|Commonwealth|Province|Government|Ministry|Department|Office|Bureau|Agency|Council|Board"
    "|University"
)
_BODIES = "Government|Council|Commission|Ministry|Department|Agency|Authority|Bureau|Utilities|Committee"
_OFFICE = re.compile(
    rf"(?:[Tt]he\s+)?(?:(?:U\.?S\.?|{_NAME})\s+)?(?:{_KINDS}|{_KINDS.upper()})\s+(?:of|OF|for|FOR)(?:\s+(?:the|THE))?"
    rf"\s+{_NAME}(?:,?\s+(?:(?:and|AND|&|of|OF|for|the|THE)\s+)*{_NAME}){{0,6}}"
    rf"|(?:{_NAME}\s+){{1,5}}(?:{_BODIES}|{_BODIES.upper()})"
)
_OFFICE_NAMED = re.compile(rf"(?P<name>{_OFFICE.pattern})\s+\([A-Z]{{2,8}}\)")
#: A company in its imprint.
_COMPANY = re.compile(
    rf"^(?P<name>(?:{_NAME}\s+){{1,5}}(?:Limited|Ltd|plc|PLC|Plc|Inc|Corporation|AG|SE|GmbH|N\.V\.|S\.A\.))\b",
    re.MULTILINE,
)
#: Kinds of documents by the words of their titles.
_TYPES = {
    "regulation": r"regulations?|rules?|ordinance|directive|decree|条例|办法|规定|规则",
    "law": r"act|law|statute|法$",
    "strategy": r"strategy|roadmap|vision|agenda|战略|路线图",
    "report": r"report|review|assessment|inventory|statistics|disclosure|报告|公报|白皮书",
    "notice": r"notices?|circular|announcement|press release|通知|公告|通告",
    "policy": r"policy|policies|opinions?|measures|framework|guidelines?|guidance|意见|措施|指南",
    "plan": r"plans?|programmes?|programs?|scheme|outline|contributions?|规划|计划|方案|纲要",
}
_TYPE = re.compile(
    "|".join(rf"(?P<{name}>(?<![a-z])(?:{words})(?![a-z]))" for name, words in _TYPES.items()), re.IGNORECASE
)
_DRAFT = re.compile(r"\bdrafts?\b|\bfor (?:public )?consultation\b|征求意见稿|草案", re.IGNORECASE)
#: A place by the word for what it is, in an issuer or a title.
_PLACE = re.compile(
    r"(?:City|Town|County|State|Commonwealth|Province|Government|Republic|Kingdom) of (?:the )?"
    rf"(?P<of>{_NAME}(?: {_NAME}){{0,2}})(?=$|[^\w ]|\s\W)"
    rf"|(?P<named>(?:{_NAME} ){{1,2}}?(?:Province|Municipality|Autonomous Region|City|County|Prefecture))\b"
)
_MACHINE = re.compile(r"machine[- ]translat|translated by (?:google|deepl|a machine)|机器翻译|机翻", re.IGNORECASE)


def find_metadata(text: str, own: Metadata = UNKNOWN, title: str = "") -> Metadata:
    """Metadata of a plan from its ``text`` and ``title``, completed by what the file says (``own``).

    The text is believed first: what a file says of itself is often its editor's default. A date is the
    plan's own only beside a word such as "issued", or alone on a line at the beginning or the end.
    """
    ends = (text[:_OPENING], text[-_ENDING:] if len(text) > _OPENING else "")
    year = _YEAR.search(title)
    issuers = (_issuer(*ends, title, text[:_JOURNAL_OPENING]), (own.issuer, own.found.issuer or "metadata"))
    dates = (_date(*ends), (own.date, own.found.date or "metadata"), (year[0] if year else "", "title"))
    issuer, issuer_place = next((known for known in issuers if known[0]), _NOWHERE)
    day, date_place = next((known for known in dates if known[0]), _NOWHERE)
    return Metadata(
        issuer=issuer,
        date=day,
        language=find_language(text) or own.language,
        machine_translated=own.machine_translated or any(_MACHINE.search(end) for end in ends),
        place=_place(issuer) or _place(title),
        type=type_of(_DRAFT.sub("", title)),
        status="draft" if _DRAFT.search(title) else "",
        found=replace(own.found, issuer=issuer_place, date=date_place),
    )


def _place(name: str) -> str:
    """The place that an issuer or a title names by the word for what it is; "" for none."""
    if found := _CJK_REGION.match(f"{name}__"):
        return found["name"]
    found = _PLACE.search(name)
    return found["of"] or found["named"] if found else ""


def type_of(title: str) -> str:
    """What kind of document a title names; "" for none. The noun before "of", "on" or "for" is its head."""
    head = re.split(r"(?<=\w)[\s,:]+(?:of|on|for|to|in|under)\s", title, maxsplit=1)[0]
    for part in (head, title):
        if kinds := [found.lastgroup for found in _TYPE.finditer(part)]:
            return str(kinds[-1])
    return ""


def find_language(text: str) -> str:
    """ISO 639-1 code of the language of ``text``, "" where the opening does not tell."""
    sample = text[:_SAMPLE]
    letters = sum(c.isalpha() for c in sample)
    kana = len(re.findall(r"[\u3041-\u30fe]", sample))
    hangul = len(re.findall(r"[\uac00-\ud7a3]", sample))
    han = len(re.findall(r"[\u4e00-\u9fff]", sample))
    arabic = len(re.findall(r"[\u0620-\u06d3\ufb50-\ufefc]", sample))
    if arabic > 0.3 * letters:
        return "fa" if len(re.findall("[\u067e\u0686\u0698\u06af]", sample)) > _PERSIAN * arabic else "ar"
    if len(re.findall(r"[\u05d0-\u05ea]", sample)) > 0.3 * letters:
        return "he"
    if hangul > 0.3 * letters:
        return "ko"
    if han + kana > 0.3 * letters:
        return "ja" if kana > 0.1 * (han + kana) else "zh"
    words = re.findall(r"[^\W\d_]+", sample.lower())
    if len(words) < _LEAST_WORDS:
        return ""
    counts = {name: sum(map(words.count, small.split())) for name, small in _SMALL_WORDS.items()}
    (best, most), (_, next_most) = sorted(counts.items(), key=lambda item: -item[1])[:2]
    return best if most >= _LEAST_SHARE * len(words) and most >= _LEAST_LEAD * next_most else ""


def header_date(headers: Iterable[str]) -> str:
    """The date that running ``headers`` give: the first that is whole, else the first year; "" for none."""
    known = list(headers)
    years = (found[0] for text in known if (found := _YEAR.search(text)))
    return next(filter(None, map(iso_date, known)), "") or next(years, "")


def iso_date(text: str) -> str:
    """The first date in ``text`` as ISO 8601, to the precision it has; "" for none or an impossible one."""
    found = _DATE.search(text)
    return _iso(found) if found else ""


def _iso(found: re.Match[str]) -> str:
    groups = {key: value for key, value in found.groupdict().items() if value}
    part = {key[1]: value for key, value in groups.items()}
    year = int(part["y"]) if part["y"].isdigit() else written_year(part["y"])
    month = part.get("m", "")
    number = MONTHS.get(month.lower(), 0) or ordinal_number(month) or 0
    if not month:
        return f"{year}"
    try:
        day = date(year, number, ordinal_number(part.get("d", "1")) or 0)
    except ValueError:
        return ""
    return day.isoformat() if "d" in part else f"{year}-{number:02}"


def _date(opening: str, ending: str) -> _Placed:
    first, last = opening.split("\n")[:20], [*reversed(ending.split("\n")[-6:])]
    for line, place in [*((line, "cover") for line in first), *((line, "signature") for line in last)]:
        alone = re.sub(r"\s+version\s[\d.]+$", "", line.strip(" \t(（)）#*_|."), flags=re.IGNORECASE)
        if (found := _DATE.fullmatch(alone)) and (found["cy"] or found["zy"]) != alone.strip("年"):
            return _iso(found), place
    for found in _DATE.finditer(opening):
        before = opening[max(0, found.start() - _BESIDE) : found.start()]
        after = opening[found.end() : found.end() + _BESIDE // 2]
        word = next(reversed(list(_ISSUED.finditer(before))), None)
        between = before[word.end() :] if word else ""
        if (word and not re.search(r"[.。;；\n]", between)) or re.match(r"\s*(?:发布|印发|公布|發布)", after):
            return _iso(found), "release line"
    in_force = _IN_FORCE.search(ending)
    return (iso_date(in_force[0]), "signature") if in_force else _NOWHERE


def _issuer(opening: str, ending: str, title: str, journal: str) -> _Placed:
    if found := _ISSUER_LABEL.search(opening):
        return fold_space(found["name"]), "label"
    if found := _AGENCY.search(journal) or _NOTICE.search(opening):
        return fold_space(found["name"]), "notice"
    parts = [(part, "title") for part in re.split(r":|\s[-–—]\s", title)]
    for line, place in [*parts, *((line, "cover") for line in opening[:_COVER].split("\n"))]:
        name = line.strip(" \t#*_|.")
        if name != title and title.startswith(f"{name} "):
            continue  # the first line of a longer title
        if len(name) <= _LONGEST_NAME and _OFFICE.fullmatch(name) and not re.search(rf"(?:{_PLAN_WORDS})$", name, re.I):
            return name, place
        if named := _OFFICE_NAMED.match(name):
            return named["name"], place
    if found := _COMPANY.search(opening):
        return fold_space(found["name"]), "imprint"
    return _signed(ending) or _region(title)


def _signed(ending: str) -> _Placed | None:
    """The body alone on a line above the date at the end."""
    lines = [line.strip() for line in ending.split("\n") if line.strip()]
    for above, below in pairwise(lines):
        if _DATE.fullmatch(below) and len(above) <= 60 and _BODY.search(above):
            return _NOWHERE if re.search(r"[.,;:，。；：]", above) else (above, "signature")
    return None


def _region(title: str) -> _Placed:
    """The region that ``title`` begins with."""
    region = _REGION.match(title) or _CJK_REGION.match(title)
    return (region["name"].strip(), "title") if region else _NOWHERE
