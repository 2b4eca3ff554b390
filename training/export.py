"""A trained reader -> an int8 ONNX file that the app can carry, checked against the model.

    python -m training.export --work WORK [--run RUN] [--out FOLDER]

Writes model.onnx, tokenizer.json and details.json to FOLDER (WORK/reader); the same files for the same
weights. The graph reads one question with one passage: input_ids and token_type_ids (1, n) give
spans (1, n, 2) and relevance (1,).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from indexer.encoding.answer_reader import (
    LONGEST,
    OUTPUTS,
    TYPES,
    Pair,
    SpanPrediction,
    load_tokenizer,
    predict_span,
    read_pairs,
)
from indexer.encoding.export import write_graph
from indexer.encoding.onnx import DETAILS_FILE, INPUT, MODEL_FILE, TOKENIZER_FILE, open_session, write_details
from indexer.encoding.reference import weights_fingerprint
from indexer.errors import ModelError
from training.examples import draw, read_split
from training.items import encode
from training.model import Reader, base_folder, load_reader, read
from training.outliers import APART, set_apart
from training.packing import pack, pack_embeddings
from training.rounding import round_weights
from training.sources import ENCODERS

LARGEST = 50 * 10**6
WORDS = "encoder.embeddings.word_embeddings"
#: What stays fp32 in int8; word embeddings are packed, or int8 where their base has them so.
EXACT = ("heads", APART)
#: int8 moves a logit a little; a wrong export (types lost, other pooling) agrees by chance alone.
SAME_SPANS, SAME_VERDICTS = 0.85, 0.93
#: Held-back examples that the file is checked on, and examples of the dev split that show what goes through its layers.
CHECKED, SHOWN = 600, 512
SEED = 7


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shares of pairs on which file and model find the same span, and agree whether the passage answers."""

    pairs: int
    same_span: float
    same_verdict: float
    relevance_apart: float  # mean difference of the relevance logits


def export_reader(
    reader: Reader, tokenizer_file: Path, folder: Path, check: Sequence[Pair], show: Sequence[Pair]
) -> Agreement:
    """Write ``reader`` to ``folder`` and check it on the pairs of ``check``.

    Those of ``show`` calibrate: which channels are large, and how weights are rounded. Raises ModelError when the
    file is too large or does not agree.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reader = reader.cpu().eval()
    example = {INPUT: torch.tensor([check[0].ids]), TYPES: torch.tensor([check[0].types])}
    packed = pack(reader.get_submodule(WORDS).weight.detach().numpy()) is not None
    exact = (*EXACT, WORDS) if packed else EXACT
    write_graph(round_weights(set_apart(reader, show), show), example, OUTPUTS, folder / MODEL_FILE, exact=exact)
    if packed and not pack_embeddings(folder / MODEL_FILE, f"{WORDS}.weight"):
        raise ModelError("The word embeddings of the exported reader cannot be packed. Export with another torch.")
    shutil.copyfile(tokenizer_file, folder / TOKENIZER_FILE)
    size = (folder / MODEL_FILE).stat().st_size
    if size > LARGEST:
        raise ModelError(f"The exported reader has {size / 10**6:.1f} MB; {LARGEST // 10**6} are the most it may have.")
    found = agreement(read(reader, check), read_exported(folder, check))
    check_agreement(found)
    return found


def read_exported(folder: Path, pairs: Sequence[Pair]) -> list[SpanPrediction]:
    """The readings of ``pairs``, in order, by the exported reader in ``folder``."""
    numbers = read_pairs(open_session(folder / MODEL_FILE), pairs)
    return [predict_span(pair, *of_pair) for pair, of_pair in zip(pairs, numbers, strict=True)]


def agreement(reference: Sequence[SpanPrediction], exported: Sequence[SpanPrediction]) -> Agreement:
    """How far two readers agree on the same pairs. Spans count only where both find that the passage answers."""
    both = list(zip(reference, exported, strict=True))
    spans = [(a.span, b.span) for a, b in both if a.score >= 0 and b.score >= 0]
    return Agreement(
        pairs=len(both),
        same_span=sum(a == b for a, b in spans) / len(spans) if spans else 1.0,
        same_verdict=sum((a.score >= 0) == (b.score >= 0) for a, b in both) / len(both),
        relevance_apart=sum(abs(a.relevance - b.relevance) for a, b in both) / len(both),
    )


def check_agreement(found: Agreement) -> None:
    """Raise ModelError unless file and model agree as int8 lets them."""
    if not (found.same_span >= SAME_SPANS and found.same_verdict >= SAME_VERDICTS):
        raise ModelError(
            f"The exported reader does not agree with the model: the same span in {found.same_span:.0%} of "
            f"{found.pairs} pairs, the same verdict in {found.same_verdict:.0%}. Train longer, or do not use the file."
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the work folder")
    parser.add_argument("--base", type=Path, help="folder of the encoder; the default model's")
    parser.add_argument("--run", type=Path, help="the run's folder; WORK/run")
    parser.add_argument("--out", type=Path, help="where the reader is written; WORK/reader")
    arguments = parser.parse_args()
    run, out = arguments.run or arguments.work / "run", arguments.out or arguments.work / "reader"
    base = arguments.base or base_folder()
    tokenizer, encoder = load_tokenizer(base), weights_fingerprint(base)
    if encoder not in ENCODERS:
        parser.error(f"{base} ({encoder}) is not known. Add its name and licence to training/sources.py.")

    def drawn(split: str, number: int) -> list[Pair]:
        some = sorted(read_split(arguments.work, split), key=lambda e: draw(SEED, e.question, e.passage))[:number]
        return encode(tokenizer, some)

    check, show = drawn("held", CHECKED), drawn("dev", SHOWN)
    found = export_reader(load_reader(run, base), base / TOKENIZER_FILE, out, check, show)
    details: dict[str, Any] = {
        "fingerprint": hashlib.sha256((out / MODEL_FILE).read_bytes()).hexdigest()[:16],
        "base": encoder,
        "max_tokens": LONGEST,
        "agreement": asdict(found),
        "training": json.loads((run / DETAILS_FILE).read_text("utf-8")),
    }
    print(json.dumps(write_details(out, details), indent=1))


if __name__ == "__main__":
    main()
