"""What a plan tells of itself: who issued it, when, in which language. Empty rather than wrong."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from indexer.language.dates import MONTH, MONTHS, SHORT_MONTH
from indexer.types import Metadata

#: What a file tells that tells nothing.
UNKNOWN = Metadata()
#: Characters of the opening, where a plan says who issued it and when, and of the end, where it is signed.
_OPENING = 2_500
_ENDING = 600
#: Characters from which the language is told.
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
_LEAST_SHARE = 0.12  # of all words; prose has a quarter to a half
_LEAST_LEAD = 1.5  # times the next language

_DATE = re.compile(
    rf"""(?<![\d.])(?:
        (?P<cy>(?:19|20)\d\d)\s?年(?:\s?(?P<cm>\d{{1,2}})\s?月(?:\s?(?P<cd>\d{{1,2}})\s?日)?)?
      | (?P<iy>(?:19|20)\d\d)-(?P<im>\d\d)(?:-(?P<id>\d\d))?
      | (?P<bd>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<bm>{MONTH}|{SHORT_MONTH})\.?,?\s+(?P<by>(?:19|20)\d\d)
      | (?P<am>{MONTH}|{SHORT_MONTH})\.?\s+(?P<ad>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<ay>(?:19|20)\d\d)
      | (?P<mm>{MONTH}|{SHORT_MONTH})\.?,?\s+(?P<my>(?:19|20)\d\d)
    )(?![\d])""",
    re.VERBOSE | re.IGNORECASE,
)
#: Words that make the date beside them the plan's own.
_ISSUED = re.compile(
    r"\b(?:issued|promulgated|published|released|adopted|dated|date of (?:issue|publication)|publication date)\b"
    r"|发布日期|成文日期|印发日期|发文日期|發布日期|(?:发布|印发|公布|發布)(?=$|\W)",
    re.IGNORECASE,
)
_BESIDE = 40  # characters between such a word and its date
_ISSUER_LABEL = re.compile(
    r"^\W*(?:(?:issued|promulgated|published) by|issuer|issuing (?:body|authority|agency)|publisher"
    r"|发文机关|发布机构|发文单位|制定机关|印发机关)\s*[:：]?\s*(?P<name>[^\n:：]{2,80}?)[\s.。;；]*$",
    re.IGNORECASE | re.MULTILINE,
)
_NOTICE = re.compile(r"^\W*(?P<name>[\u4e00-\u9fff]{2,24}?)关于印发", re.MULTILINE)
_REGION = re.compile(
    r"^\W*(?:the\s+)?(?P<name>(?:[A-Z][\w'-]+\s+){1,3}?"
    r"(?:Province|Municipality|Autonomous Region|City|County|Prefecture))\b"
)
_CJK_REGION = re.compile(r"^\W*(?P<name>[\u4e00-\u9fff]{2,7}?(?:自治区|自治州|特别行政区|省|市|县))(?=\S{2})")
_BODY = re.compile(
    r"(?:政府|办公厅|办公室|委员会|国务院|部|厅|局|院)$"
    r"|\b(?:Government|Council|Commission|Ministry|Department|Office|Agency|Authority|Parliament|Committee|Bureau)\b"
)
_MACHINE = re.compile(r"machine[- ]translat|translated by (?:google|deepl|a machine)|机器翻译|机翻", re.IGNORECASE)


def find_metadata(text: str, own: Metadata = UNKNOWN, title: str = "") -> Metadata:
    """Metadata of a plan from its ``text`` and ``title``, completed by what the file says (``own``).

    The text is believed first: what a file says of itself is often its editor's default. A date is the
    plan's own only beside a word such as "issued", or alone on a line at the beginning or the end.
    """
    ends = (text[:_OPENING], text[-_ENDING:] if len(text) > _OPENING else "")
    return Metadata(
        issuer=_issuer(*ends, title) or own.issuer,
        date=_date(*ends) or own.date,
        language=find_language(text) or own.language,
        machine_translated=own.machine_translated or any(_MACHINE.search(end) for end in ends),
    )


def find_language(text: str) -> str:
    """ISO 639-1 code of the language of ``text``, "" where the opening does not tell."""
    sample = text[:_SAMPLE]
    letters = sum(c.isalpha() for c in sample)
    kana = len(re.findall(r"[\u3041-\u30fe]", sample))
    hangul = len(re.findall(r"[\uac00-\ud7a3]", sample))
    han = len(re.findall(r"[\u4e00-\u9fff]", sample))
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


def iso_date(text: str) -> str:
    """The first date in ``text`` as ISO 8601, to the precision it has; "" for none or an impossible one."""
    found = _DATE.search(text)
    return _iso(found) if found else ""


def _iso(found: re.Match[str]) -> str:
    groups = {key: value for key, value in found.groupdict().items() if value}
    part = {key[1]: value for key, value in groups.items()}
    year = int(part["y"])
    month = part.get("m", "")
    number = MONTHS.get(month.lower(), 0) or (int(month) if month.isdigit() else 0)
    if not month:
        return f"{year}"
    try:
        day = date(year, number, int(part.get("d", 1)))
    except ValueError:
        return ""
    return day.isoformat() if "d" in part else f"{year}-{number:02}"


def _date(opening: str, ending: str) -> str:
    for line in [*opening.split("\n")[:20], *reversed(ending.split("\n")[-6:])]:
        alone = line.strip(" \t(（)）#*_|.")
        if (found := _DATE.fullmatch(alone)) and found["cy"] != alone.strip("年"):
            return _iso(found)
    for found in _DATE.finditer(opening):
        before = opening[max(0, found.start() - _BESIDE) : found.start()]
        after = opening[found.end() : found.end() + _BESIDE // 2]
        word = next(reversed(list(_ISSUED.finditer(before))), None)
        between = before[word.end() :] if word else ""
        if (word and not re.search(r"[.。;；\n]", between)) or re.match(r"\s*(?:发布|印发|公布|發布)", after):
            return _iso(found)
    return ""


def _issuer(opening: str, ending: str, title: str) -> str:
    if found := _ISSUER_LABEL.search(opening) or _NOTICE.search(opening):
        return found["name"].strip()
    # the signature: a body alone on a line above the date
    lines = [line.strip() for line in ending.split("\n") if line.strip()]
    for above, below in pairwise(lines):
        if _DATE.fullmatch(below) and len(above) <= 60 and _BODY.search(above):
            return "" if re.search(r"[.,;:，。；：]", above) else above
    region = _REGION.match(title) or _CJK_REGION.match(title)
    return region["name"].strip() if region else ""
