"""A sentence-transformers model -> an ONNX file, int8 or as it is, checked against the model it came from.

Done once for a model and kept in the cache folder. torch.onnx writes the graph of one text (embedding
and token outputs in one), onnxruntime quantizes the weights per channel for int8; the check embeds fixed
texts both ways before the result is kept.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from indexer.encoding import Vectors
from indexer.encoding.attention import attending, join_products
from indexer.encoding.onnx import DETAILS_FILE, INPUT, MODEL_FILE, RECIPE, TOKENIZER_FILE, ExportDetails, OnnxEncoder
from indexer.encoding.reference import EXACT, Precision, SentenceTransformerEncoder, exported_fingerprint
from indexer.errors import ModelError

#: int8 differs a little from fp32: 0.9935 mean and 0.985 lowest cosine over 13,732 passages. A wrong
#: export (other pooling, lost mask) falls far below.
LOWEST_COSINE = 0.97
MEAN_COSINE = 0.985
#: fp32 differs by rounding alone.
SAME_COSINE = 0.99999
#: Short and long, digits, other scripts: what a wrong mask or pooling would show.
CHECK_TEXTS = (
    "cement",
    "What are the capacity rules for cement clinker?",
    "By 2025 the share of non-fossil energy reaches 20 percent; by 2030 it reaches 25 percent.",
    "Wind and solar power, 1.2 billion kW installed. " * 12,
    "Forests cover two fifths of the province, and farmland on slopes above 25 degrees goes back to trees. " * 4,
    "到2025年，非化石能源消费比重达到20%左右。",
    "?",
    "Ports use shore power, trucks use hydrogen, and buses are electric in every city of the region.",
)


def export_onnx(encoder: SentenceTransformerEncoder, folder: Path, precision: Precision = "int8") -> None:
    """Export ``encoder``'s model to ``folder``, which appears whole or not at all.

    Raises ModelError when the model cannot be exported or the export does not agree with it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as scratch:
        made = _try(encoder, Path(scratch) / "fused", precision, fused=True)
        if isinstance(made, ModelError):  # attention of another kind: causal, with biases, not transformers' own
            made = _try(encoder, Path(scratch) / "plain", precision, fused=False)
        if isinstance(made, ModelError):
            raise made
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)


def _try(encoder: SentenceTransformerEncoder, folder: Path, precision: Precision, *, fused: bool) -> Path | ModelError:
    """``folder`` with an export in it that agrees with the model, or why there is none."""
    folder.mkdir()
    try:
        _write(encoder, folder, precision, fused=fused)
        bounds = (LOWEST_COSINE, MEAN_COSINE) if precision == "int8" else (SAME_COSINE, SAME_COSINE)
        check_agreement(encoder.embed(CHECK_TEXTS), OnnxEncoder(folder).embed(CHECK_TEXTS), *bounds)
    except ModelError as error:
        return error
    except Exception as error:  # torch.onnx and onnxruntime raise many kinds
        return ModelError(f"{encoder.source} cannot be exported to ONNX ({str(error).splitlines()[0][:160]}).")
    return folder


def check_agreement(
    reference: Vectors, exported: Vectors, lowest: float = LOWEST_COSINE, mean: float = MEAN_COSINE
) -> None:
    """Raise ModelError unless the exported vectors (n, dim) match the reference's, row by row."""
    if reference.shape != exported.shape:
        raise ModelError(f"The export gives vectors {exported.shape}, the model {reference.shape}.")
    cosines = np.sum(reference * exported, axis=1)
    if not (cosines.min() >= lowest and cosines.mean() >= mean):
        raise ModelError(
            f"The export does not agree with the model: cosine {cosines.min():.3f} at worst, "
            f"{cosines.mean():.3f} on average."
        )


def _write(encoder: SentenceTransformerEncoder, folder: Path, precision: Precision, *, fused: bool) -> None:
    import onnxruntime

    model = encoder.model
    tokenizer = model.tokenizer
    if not getattr(tokenizer, "is_fast", False):
        raise ModelError(f"{encoder.source} has no fast tokenizer.")
    example = tokenizer(CHECK_TEXTS[1], return_tensors="pt")
    write_graph(
        _two_outputs(model.cpu().eval(), tuple(example)),
        {INPUT: example[INPUT]},
        ("sentence_embedding", "token_embeddings"),
        folder / MODEL_FILE,
        precision,
        fused=fused,
    )
    if precision == "int8":
        join_products(folder / MODEL_FILE)
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE))
    details = ExportDetails(
        fingerprint=exported_fingerprint(encoder.fingerprint, precision),
        source=encoder.source if precision == "int8" else f"{encoder.source}{EXACT}",
        dimension=encoder.dimension,
        max_tokens=int(model.max_seq_length),
        runtime=onnxruntime.__version__,
        recipe=RECIPE,
    )
    (folder / DETAILS_FILE).write_text(json.dumps(asdict(details), indent=1), "utf-8")


def write_graph(
    model: Any,
    inputs: dict[str, Any],
    outputs: Sequence[str],
    file: Path,
    precision: Precision = "int8",
    *,
    fused: bool = True,
    exact: Sequence[str] = (),
) -> None:
    """Write ``model``, a torch module, to ``file`` as it reads one text: the graph fused, int8 per channel or as it is.

    ``inputs`` are an example of its positional inputs by name, each (1, n) for any n of 2 or more;
    ``outputs`` name what it returns; modules whose names end with one of ``exact`` stay fp32. With
    ``fused``, transformers' attention is one operator, which attends to all tokens. Whether the file
    agrees with the model is for the caller to check; torch.onnx and onnxruntime raise many kinds of errors.
    """
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        with _quiet(), attending(model, fused=fused):
            torch.onnx.export(
                model,
                tuple(inputs.values()),
                fp32,
                input_names=list(inputs),
                output_names=list(outputs),
                dynamic_shapes=tuple({1: torch.export.Dim("tokens", min=2)} for _ in inputs),
                dynamo=True,
                external_data=False,
                verbose=False,
            )
            if precision == "fp32":
                _optimize(fp32, file)
                return
            kept = _nodes_of(fp32, exact)
            quantize_dynamic(fp32, int8, per_channel=True, weight_type=QuantType.QInt8, nodes_to_exclude=kept)
            _optimize(int8, file)


def _nodes_of(model: Path, modules: Sequence[str]) -> list[str]:
    """The operators in the graph that torch wrote for ``modules``."""
    import onnx

    found = []
    for node in onnx.load(model).graph.node:
        origin = next((entry.value for entry in node.metadata_props if entry.key == "namespace"), "")
        if any(f"{module}:" in origin for module in modules):
            found.append(node.name)
    return found


def _optimize(model: Path, optimized: Path) -> None:
    """Write the graph as onnxruntime fuses it, so that opening it later takes 40 ms and not 100.

    All but one fusion: adding and normalizing as two operators takes half the time of the fused one.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(optimized)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def _two_outputs(model: Any, names: tuple[str, ...]) -> Any:
    """``model`` with its text's tokens (1, n) as only input; ``names`` are the inputs it is used to."""
    import torch

    class TwoOutputs(torch.nn.Module):  # type: ignore[misc]
        """The sentence embedding, of unit length, and the token embeddings, by position."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any) -> tuple[Any, Any]:
            known = {INPUT: ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}
            out = self.model({name: known[name] for name in names})
            unit = torch.nn.functional.normalize(out["sentence_embedding"], dim=1)
            return unit, out["token_embeddings"]

    return TwoOutputs().eval()


@contextlib.contextmanager
def _quiet() -> Any:
    """The exporter prints its stages, warns of its own internals and logs; none of it helps here."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
