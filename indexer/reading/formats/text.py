"""Plain text in any encoding: bytes -> canonical text, form feeds as page breaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from indexer.errors import SourceError
from indexer.reading.hyphens import drop_soft_hyphens
from indexer.reading.loading import CONTROLS, Content
from indexer.types import Page

ENDINGS = (".txt", ".text")

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),  # before UTF-16, whose mark is a prefix
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: Share of control characters above which bytes are no text.
_MOST_CONTROLS = 0.01
_CONTROL = re.compile(f"[{CONTROLS}]")
#: Combining marks in a row, more than which no writing system has (UAX #15, Stream-Safe Text Format); normalising takes
#: the square of their number.
_MOST_MARKS = 30
_MARKS_RUN = re.compile(rf"[^\x00-\u02ff\w\s]{{{_MOST_MARKS + 1},}}")
#: Bytes from which an encoding is guessed.
_SAMPLE = 200_000
_WIDE_SAMPLE = 4_000
#: Of guesses about as likely as the best of charset-normalizer the commoner encoding is taken.
_AS_LIKELY = 0.03
_COMMONER = ("cp1252", "cp1251")
#: Of the letters of a Western European text, those with accents are fewer than this share.
_MOST_ACCENTS = 0.3
#: The commonest characters of Chinese prose and plans, simplified and traditional. In Chinese text
#: decoded correctly they are a fifth and more, in wrongly decoded text a hundredth. This distinguishes the two-byte
#: encodings, in which the same bytes are valid.
_COMMON = frozenset(
    "的一是不了在人有我他这中大来上个国到说们为和地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起"
    "成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理力业发展"
    "建设能源碳排放推加强化重点企部门市政府省规划施目标准制全生态环境工程产品技术管第条应及其等万亿吨节水电煤气新型低绿色"
    "這個國來說們為時會過對後沒於當開經頭從動兩長樣現將與進實業發設強點門劃標準環產術條應萬億噸節電氣綠"
    "，。、：；（）《》「」"
)
_COMMON_SHARE = 0.12
_PLAIN = re.compile(r"[\n\r\t -~\u00c0-\u00ff\u0370-\u045f\u3041-\u30fe]")
_PLAIN_SHARE = 0.2
_KANA = re.compile(r"[\u3041-\u30fe]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_SIGN_IN_WORD = re.compile(r"[A-Za-z][¡¢£¤¥¦§¨©«¬®¯°±²³´µ¶¸¹»¼½¾¿×÷†‡‰‹›•][a-z]")


def load(path: Path, data: bytes) -> Content:
    """Read a text file. Raises SourceError for bytes that are no text in any encoding."""
    text = decode(path, data)
    return Content(text, pages=_pages(text))


def decode(path: Path, data: bytes, declared: str | None = None) -> str:
    """``data`` as text with "\\n" line ends, composed characters (NFC) and no control characters; soft hyphens
    stand at line ends alone.

    ``declared`` is the encoding that the file names itself, used when the bytes are valid in
    it. Raises SourceError when ``data`` is not text.
    """
    text = _decoded(data, declared)
    if text is None:
        raise _not_text(path)
    sample = text[:100_000]
    controls = len(_CONTROL.findall(sample)) - sample.count("\r")
    if controls > _MOST_CONTROLS * len(sample):
        raise _not_text(path)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = drop_soft_hyphens(_CONTROL.sub("", text))
    return unicodedata.normalize("NFC", _MARKS_RUN.sub(_bounded_marks, text))


def _bounded_marks(run: re.Match[str]) -> str:
    """The characters of ``run``, of combining marks in a row only the first ``_MOST_MARKS``."""
    kept, marks = [], 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _decoded(data: bytes, declared: str | None) -> str | None:
    for name in _candidates(data, declared):
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    return None


def _candidates(data: bytes, declared: str | None) -> Iterator[str]:
    """Encodings to try in turn; later ones are costlier to guess."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked:
        yield marked
        return
    # without a mark, UTF-16 of few scripts is valid UTF-8, full of zeros
    if b"\0" in data[:_WIDE_SAMPLE] and (wide := _without_mark(data)):
        yield wide
    yield "utf-8"
    if declared:
        yield declared
    yield from _guess(data)


def _guess(data: bytes) -> tuple[str, ...]:
    """Names of encodings that ``data`` is likely in, the likeliest first."""
    if wide := _without_mark(data):
        return (wide,)
    # cut after a line: half a character at the end would exclude the right encoding
    sample = data if len(data) <= _SAMPLE else data[: data.rfind(b"\n", 0, _SAMPLE) + 1] or data[:_SAMPLE]
    if east_asian := _east_asian(sample):
        return east_asian
    if _western(sample):
        return ("cp1252",)
    from charset_normalizer import from_bytes

    matches = [m for m in from_bytes(sample) if not _rare_chinese(str(m))]
    if not matches:
        return ()
    likely = {m.encoding: m for m in matches if m.chaos <= matches[0].chaos + _AS_LIKELY}
    return (next((name for name in _COMMONER if name in likely), matches[0].encoding),)


def _western(sample: bytes) -> bool:
    """Whether ``sample`` is plausible in Windows-1252: few accented letters and no sign within a word."""
    try:
        text = sample.decode("cp1252")
    except UnicodeError:
        return False
    letters = sum(c.isalpha() for c in text)
    accented = sum(c > "\x7f" and c.isalpha() for c in text)
    return accented < _MOST_ACCENTS * letters and not _SIGN_IN_WORD.search(text)


def _without_mark(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without its mark: Latin text has zeros at fixed places, Chinese its commonest characters."""
    sample = data[:_WIDE_SAMPLE]
    zeros = [sample[i::4].count(0) / max(1, len(sample[i::4])) for i in range(4)]
    if len(data) % 4 == 0 and min(zeros[2:]) > 0.9 and zeros[0] < 0.1:
        return "utf-32-le"
    if len(data) % 4 == 0 and min(zeros[:2]) > 0.9 and zeros[3] < 0.1:
        return "utf-32-be"
    if len(data) % 2:
        return None
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if odd > 0.7 and even < 0.1:
        return "utf-16-le"
    if even > 0.7 and odd < 0.1:
        return "utf-16-be"
    shares = {name: _plain_share(sample, name) for name in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _PLAIN_SHARE else None


def _plain_share(sample: bytes, encoding: str) -> float:
    """Share of characters of everyday scripts that are few, among all of ``sample`` read in ``encoding``."""
    text = sample[: len(sample) // 2 * 2].decode(encoding, errors="replace")
    return len(_PLAIN.findall(text)) / max(1, len(text)) + sum(c in _COMMON for c in text) / max(1, len(text))


def _east_asian(sample: bytes) -> tuple[str, ...]:
    shares = {name: _common_share(sample, name) for name in ("gb18030", "big5", "big5hkscs")}
    likely = sorted((name for name, share in shares.items() if share >= _COMMON_SHARE), key=lambda n: -shares[n])
    # kana have the same bytes in both: a text full of them is Japanese
    if likely[:1] == ["gb18030"] and len(_KANA.findall(sample.decode("gb18030"))) > 0.1 * len(sample) / 2:
        return ("euc_jp", *likely)
    return tuple(likely)


def _common_share(sample: bytes, encoding: str) -> float:
    """Share of the commonest Chinese characters among all that are not ASCII, read in ``encoding``."""
    try:
        text = sample.decode(encoding)
    except UnicodeError:
        return 0.0
    wide = [c for c in text if c > "\x7f"]
    return sum(c in _COMMON for c in wide) / len(wide) if wide else 0.0


def _rare_chinese(text: str) -> bool:
    """Whether ``text`` is Chinese characters without kana or Hangul: such rare ones mean a wrong guess."""
    return any(c > "\u2e7f" for c in text) and not _KANA.search(text) and not _HANGUL.search(text)


def _pages(text: str) -> tuple[Page, ...]:
    if "\f" not in text.strip("\f"):
        return ()
    pages = []
    start = 0
    for number, part in enumerate(text.split("\f"), 1):
        pages.append(Page(number, start, start + len(part) + 1))
        start += len(part) + 1
    return tuple(pages)


def _not_text(path: Path) -> SourceError:
    return SourceError(
        f"{path} is not text, though its name says so. Save it as text (UTF-8) or give the original document."
    )
