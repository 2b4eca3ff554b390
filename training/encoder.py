"""A sentence encoder -> the int8 ONNX file that the package carries, its word embeddings at 4 bits where they are so.

    python -m training.encoder --base FOLDER [--out FOLDER] [--check FILE …]

Nothing is trained: the reader's way into int8 (``outliers``, ``rounding``, ``packing``) for a model that embeds. The
sample plans, English and Chinese, show which channels are large and how they go together. Writes model.onnx,
tokenizer.json and details.json to FOLDER (build/encoder), and prints how far int8 agrees with the model on passages of
the plans given with --check, in cosines as the default model has them.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from indexer.encoding import for_questions
from indexer.encoding.adapting import PAIRS
from indexer.encoding.answer_reader import Pair
from indexer.encoding.export import two_outputs, write_graph
from indexer.encoding.loading import DEFAULT_MODEL
from indexer.encoding.onnx import (
    INPUT,
    MODEL_FILE,
    RECIPE,
    TOKENIZER_FILE,
    ExportDetails,
    OnnxEncoder,
    write_details,
)
from indexer.encoding.reference import SentenceTransformerEncoder, load_sentence_transformer
from indexer.errors import ModelError
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan, indexed_text
from training.model import Reader
from training.outliers import APART, set_apart
from training.packing import pack, pack_embeddings
from training.rounding import round_weights

CORPUS = Path(__file__).parent.parent / "corpus"
WORDS = "embeddings.word_embeddings"
#: Scaled cosines of int8 to the model itself, on average and at worst over the passages of --check.
MEAN, LOWEST = 0.97, 0.9


def export_encoder(encoder: SentenceTransformerEncoder, folder: Path, texts: Sequence[str]) -> OnnxEncoder:
    """Write ``encoder`` to ``folder``; ``texts``, with their prompts, show which channels are large and go together."""
    folder.mkdir(parents=True, exist_ok=True)
    model = encoder.model.cpu().eval()
    transformer = model[0]
    tokenizer = transformer.tokenizer
    ids = [tuple(tokenizer(text, truncation=True, max_length=model.max_seq_length)["input_ids"]) for text in texts]
    pairs = [Pair(each, (0,) * len(each), ()) for each in ids]
    reader = Reader(transformer.auto_model)
    own = next(name for name, module in transformer.named_children() if module is transformer.auto_model)
    setattr(transformer, own, round_weights(set_apart(reader, pairs), pairs).encoder)
    packed = (
        pack(transformer.auto_model.get_submodule("embeddings.word_embeddings").weight.detach().numpy()) is not None
    )
    file = folder / MODEL_FILE
    write_graph(
        two_outputs(model, ("input_ids", "attention_mask")),
        {INPUT: torch.tensor([ids[0]])},
        ("sentence_embedding", "token_embeddings"),
        file,
        exact=(APART, *([WORDS] if packed else ())),
    )
    if packed and not pack_embeddings(file, _embeddings(file)):
        raise ModelError("The word embeddings of the exported encoder cannot be packed. Export with another torch.")
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE), pretty=False)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    details = ExportDetails(
        fingerprint=f"{DEFAULT_MODEL}@{digest}",
        source=DEFAULT_MODEL,
        dimension=encoder.dimension,
        max_tokens=int(model.max_seq_length),
        runtime=onnxruntime.__version__,
        recipe=RECIPE,
        prompts=encoder.prompts,
        scales=encoder.scales,
        files={},
    )
    write_details(folder, asdict(details))
    return OnnxEncoder(folder)


def _embeddings(file: Path) -> str:
    """The name of the word embeddings in the graph in ``file``: its largest tensor."""
    import onnx

    return str(max(onnx.load(file).graph.initializer, key=lambda tensor: int(np.prod(tensor.dims))).name)


def texts_of(plans: Sequence[Path]) -> list[str]:
    """The passages of ``plans`` as they are indexed."""
    return [indexed_text(passage) for plan in plans for passage in chunk_plan(load_plan(plan))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="folder of the model")
    parser.add_argument("--out", type=Path, default=Path("build/encoder"))
    parser.add_argument("--check", type=Path, nargs="*", default=[], help="plans that agreement is measured on")
    arguments = parser.parse_args()
    reference = load_sentence_transformer(str(arguments.base))
    slope = reference.scales.texts.slope  # of the model itself, before it is changed
    plans = sorted(p for p in CORPUS.rglob("*") if p.suffix in {".md", ".pdf", ".txt"})
    passages = texts_of(plans)[::2]
    asked = [question for question, _ in PAIRS]
    show = [f"{reference.prompts.passage}{t}" for t in passages] + [f"{reference.prompts.question}{t}" for t in asked]
    check = texts_of(arguments.check)[:150] or texts_of(plans)[1::4]
    wanted = {False: reference.embed(check), True: for_questions(reference).embed(asked)}
    shutil.rmtree(arguments.out, ignore_errors=True)
    exported = export_encoder(reference, arguments.out, show)
    for questions, vectors in wanted.items():
        own = for_questions(exported).embed(asked) if questions else exported.embed(check)
        apart = (1 - np.sum(own * vectors, axis=1)) * slope
        of = "questions" if questions else "passages"
        print(f"{of}: {1 - apart.mean():.4f} on average, {1 - apart.max():.4f} at worst")
        if 1 - apart.mean() < MEAN or 1 - apart.max() < LOWEST:
            raise ModelError("The exported encoder does not agree with the model. Do not use the file.")
    print(replace(exported.details, files={}), f"{(arguments.out / MODEL_FILE).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
