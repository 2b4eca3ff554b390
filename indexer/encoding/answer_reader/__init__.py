"""The answer reader: a model that reads a question with a passage and predicts the answer's span, or none.

Callers see an ``AnswerReader``; ``open_reader`` opens the one in the package, which ``training`` makes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from indexer.encoding.onnx import (
    DETAILS_FILE,
    INPUT,
    MODEL_FILE,
    SPACE,
    TOKENIZER_FILE,
    WORKERS,
    checked_details,
    open_session,
)
from indexer.errors import ModelError
from indexer.types import Span

#: Where the package keeps the reader's files, and its model card.
WEIGHTS = Path(__file__).with_name("weights")


@dataclass(frozen=True, slots=True)
class SpanPrediction:
    """What the reader predicts for a passage, or for one part of it.

    ``span`` is the likeliest answer, None where there is no token to choose. ``margin`` is its logits minus those of no
    answer; ``relevance`` is the logit that the whole passage answers.
    """

    span: Span | None
    margin: float
    relevance: float

    @property
    def score(self) -> float:
        """The evidence that the passage answers: relevance plus the mean of the span's two logits over no answer's."""
        return self.margin / 2 + self.relevance


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """A passage to read: ``text``, the ``context`` before it, and the ``parts`` of the text that are judged."""

    context: str
    text: str
    parts: Sequence[Span]


class AnswerReader(Protocol):
    """A model that reads a question with a passage. ``fingerprint`` identifies its weights."""

    @property
    def fingerprint(self) -> str: ...

    def read(self, question: str, inputs: Sequence[ReaderInput]) -> list[list[SpanPrediction]]:
        """For each of ``inputs`` the prediction for each of its parts; spans are offsets into its text."""
        ...


#: Tokens of a pair, at most: the app's passages with their context are half as long.
LONGEST = 224
#: Tokens of a question, at most, so that there is room for the passage.
LONGEST_QUESTION = 96
#: Tokens of an answer, at most; 98 of 100 in the sets are shorter.
LONGEST_ANSWER = 40
#: The margin where there is no token to choose: lower than what logits come to.
NO_SPAN = -50.0
Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """``ids`` and ``types`` of the tokens (0 question, 1 passage); ``spans`` of each in the passage.

    ``spans`` are None for tokens that cannot be part of an answer: question, context, special tokens.
    """

    ids: tuple[int, ...]
    types: tuple[int, ...]
    spans: tuple[Span | None, ...]

    def tokens_of(self, span: Span) -> Span | None:
        """The first and the last token that touch ``span``; None where it was cut off."""
        touching = [i for i, s in enumerate(self.spans) if s and s[0] < span[1] and span[0] < s[1]]
        if not touching or (self.spans[touching[-1]] or span)[1] < span[1]:
            return None
        return touching[0], touching[-1]


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of the model in ``folder``, without truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode_pairs(
    tokenizer: Any, questions: Sequence[str], contexts: Sequence[str], passages: Sequence[str]
) -> list[Pair]:
    """The tokens of each question with its passage, the context before the passage.

    Questions are cut at ``LONGEST_QUESTION`` tokens, and passages where the pair has ``LONGEST``.
    """
    before = [f"{context}. " if context else "" for context in contexts]
    texts = [(cut, b + p) for cut, b, p in zip(_cut(tokenizer, questions), before, passages, strict=True)]
    pairs = []
    for encoding, lead, (_, text) in zip(tokenizer.encode_batch(texts), map(len, before), texts, strict=True):
        spans = []
        for side, (start, end), token in zip(encoding.sequence_ids, encoding.offsets, encoding.tokens, strict=True):
            while start < end and text[start : start + 1].isspace():  # a SentencePiece token owns the space before it
                start += 1  # noqa: PLW2901
            own = side == 1 and lead <= start < end and token != SPACE
            spans.append((start - lead, end - lead) if own else None)
        kept = [*range(min(len(spans), LONGEST) - 1), len(spans) - 1]  # the last token is the end mark
        ids, types = encoding.ids, encoding.type_ids
        pairs.append(Pair(tuple(ids[i] for i in kept), tuple(types[i] for i in kept), tuple(spans[i] for i in kept)))
    return pairs


def _cut(tokenizer: Any, questions: Sequence[str]) -> list[str]:
    """``questions`` without what is past ``LONGEST_QUESTION`` tokens."""
    cut = list(questions)
    for i, question in enumerate(cut):
        if len(question) > LONGEST_QUESTION:  # a token has a character at least
            offsets = tokenizer.encode(question, add_special_tokens=False).offsets
            cut[i] = question[: offsets[LONGEST_QUESTION - 1][1]] if len(offsets) > LONGEST_QUESTION else question
    return cut


def read_inputs(
    tokenizer: Any,
    question: str,
    inputs: Sequence[ReaderInput],
    run_model: Callable[[Sequence[Pair]], Sequence[tuple[Logits, float]]],
) -> list[list[SpanPrediction]]:
    """What ``AnswerReader.read`` returns; ``run_model`` gives span logits (tokens, 2) and relevance of each pair."""
    pairs = encode_pairs(tokenizer, [question] * len(inputs), [i.context for i in inputs], [i.text for i in inputs])
    return [
        [predict_span(pair, spans, relevance, part) for part in passage.parts]
        for passage, pair, (spans, relevance) in zip(inputs, pairs, run_model(pairs), strict=True)
    ]


def predict_span(pair: Pair, spans: Logits, relevance: float, part: Span | None = None) -> SpanPrediction:
    """The prediction from the model's ``spans`` (tokens, 2) and ``relevance`` logits for a pair.

    The answer is the span with the highest sum of start and end logits, as in BERT for SQuAD 2.0 (Devlin et al. 2019);
    no answer has those of the first token. With ``part`` only tokens within this part of the passage count.
    """
    low, high = part or (0, sys.maxsize)
    inside = [i for i, span in enumerate(pair.spans) if span and low <= span[0] and span[1] <= high]
    if not inside:
        return SpanPrediction(None, NO_SPAN, float(relevance))
    first, last = inside[0], inside[-1] + 1
    sums = spans[first:last, 0][:, None] + spans[first:last, 1][None, :]
    near = np.tril(np.triu(np.ones_like(sums, dtype=bool)), LONGEST_ANSWER - 1)
    best = int(np.argmax(np.where(near, sums, -np.inf)))
    start, end = divmod(best, sums.shape[1])
    one, other = pair.spans[first + start], pair.spans[first + end]
    margin = float(sums[start, end] - spans[0].sum())
    return SpanPrediction((one[0], other[1]) if one and other else None, margin, float(relevance))


TYPES = "token_type_ids"
OUTPUTS = ("spans", "relevance")


class OnnxReader:
    """An ``AnswerReader`` over a folder that ``training.export`` wrote."""

    def __init__(self, folder: Path) -> None:
        """Open ``folder``; its files are checked and the model loads in threads, which ``read`` waits for.

        Raises ModelError when a file is missing.
        """
        self._folder = folder
        try:
            for name in (MODEL_FILE, TOKENIZER_FILE):
                (folder / name).stat()
            self._details = json.loads((folder / DETAILS_FILE).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise _unreadable(self._folder, error) from error
        loader = ThreadPoolExecutor(2)
        self._checking = loader.submit(check_reader, folder)
        self._loading = loader.submit(self._load)
        loader.shutdown(wait=False)

    @property
    def fingerprint(self) -> str:
        return str(self._details["fingerprint"])

    def read(self, question: str, inputs: Sequence[ReaderInput]) -> list[list[SpanPrediction]]:
        self._checking.result()
        return read_inputs(self._tokenizer, question, inputs, lambda pairs: read_pairs(self._loading.result(), pairs))

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            return load_tokenizer(self._folder)
        except Exception as error:  # tokenizers raises bare ones
            raise _unreadable(self._folder, error) from error

    def _load(self) -> Any:
        try:
            return open_session(self._folder / MODEL_FILE)
        except Exception as error:  # onnxruntime has no exception base of its own
            raise _unreadable(self._folder, error) from error


def read_pairs(session: Any, pairs: Sequence[Pair]) -> list[tuple[Logits, float]]:
    """Span logits (tokens, 2) and relevance of each pair, each run by itself: int8 scales depend on nothing else."""

    def run(pair: Pair) -> tuple[Logits, float]:
        inputs = {INPUT: np.array([pair.ids], dtype=np.int64), TYPES: np.array([pair.types], dtype=np.int64)}
        spans, relevance = session.run(list(OUTPUTS), inputs)
        return spans[0], float(relevance[0])

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, pairs))


def open_reader(folder: Path = WEIGHTS) -> AnswerReader | None:
    """The reader in ``folder``; None where no weights are installed. Raises ModelError when they are damaged."""
    if not folder.is_dir():
        return None
    return OnnxReader(folder)


def check_reader(folder: Path = WEIGHTS) -> None:
    """Raise ModelError when the reader in ``folder`` is there and a file of it has changed."""
    try:
        if folder.is_dir():
            checked_details(folder)
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(folder, error) from error


def _unreadable(folder: Path, error: Exception) -> ModelError:
    return ModelError(
        f"The reader in {folder} cannot be read ({error}). Install Plancite again; without that folder "
        "it works with less certainty."
    )
