"""A sentence-transformers model -> an ONNX file, int8 or fp32, checked against the model it came from.

Done once per model; the result stays in the cache folder. torch.onnx writes the graph of one text with two
outputs, the embedding and the token vectors. Attention becomes one operator, the weights become int8 per
channel, and for int8 the products of query, key and value join that operator. The check embeds fixed texts
with both models before the export is kept.
"""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from indexer.encoding import Vectors
from indexer.encoding.onnx import (
    INPUT,
    MODEL_FILE,
    RECIPE,
    TOKENIZER_FILE,
    ExportDetails,
    OnnxEncoder,
    write_details,
)
from indexer.encoding.reference import EXACT, Precision, SentenceTransformerEncoder, exported_fingerprint
from indexer.errors import ModelError

#: int8 against fp32: cosine 0.9935 on average and 0.985 at worst over 13,732 passages. A wrong export
#: (other pooling, lost mask) is far below.
LOWEST_COSINE = 0.97
MEAN_COSINE = 0.985
#: fp32 exports differ by rounding only.
SAME_COSINE = 0.99999
#: Short and long texts, digits, other scripts: they reveal a wrong mask or pooling.
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
    """Export ``encoder``'s model to ``folder``, atomically.

    Raises ModelError when the model cannot be exported or the export does not agree with it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as scratch:
        made = _try(encoder, Path(scratch) / "fused", precision, fused=True)
        if isinstance(made, ModelError):  # another kind of attention: causal, with biases, not transformers' own
            made = _try(encoder, Path(scratch) / "plain", precision, fused=False)
        if isinstance(made, ModelError):
            raise made
        with contextlib.suppress(FileNotFoundError):
            folder.rename(Path(scratch) / "replaced")
        with contextlib.suppress(OSError):  # another process has just put its own export there
            made.rename(folder)


def _try(encoder: SentenceTransformerEncoder, folder: Path, precision: Precision, *, fused: bool) -> Path | ModelError:
    """``folder`` with an export that agrees with the model, or the error."""
    folder.mkdir()
    try:
        _write(encoder, folder, precision, fused=fused)
        # a model to which all texts are alike must agree more closely for int8 to tell them apart as well
        slope = max(1.0, encoder.scales.texts.slope)
        int8 = 1 - (1 - LOWEST_COSINE) / slope, 1 - (1 - MEAN_COSINE) / slope
        bounds = int8 if precision == "int8" else (SAME_COSINE, SAME_COSINE)
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
        two_outputs(model.cpu().eval(), tuple(example)),
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
        prompts=encoder.prompts,
        scales=encoder.scales,
        files={},
    )
    write_details(folder, asdict(details))


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
    """Write ``model``, a torch module over one text, to ``file``: an optimized graph, int8 per channel or fp32.

    ``inputs`` are an example of its positional inputs by name, each (1, n) for any n of 2 or more;
    ``outputs`` name its outputs; modules whose names end with one of ``exact`` stay fp32. With ``fused``,
    transformers' attention is one operator, which attends to all tokens. The caller checks that the file
    agrees with the model. torch.onnx and onnxruntime raise many kinds of errors.
    """
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        with _quiet(), fused_attention(model, fused=fused):
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
    """Write the graph as onnxruntime optimizes it, so that opening it takes 40 ms instead of 100.

    One fusion is left out: SkipLayerNorm as one operator takes twice the time of its two parts.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(optimized)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def two_outputs(model: Any, names: tuple[str, ...]) -> Any:
    """``model`` with token ids (1, n) as its only input; ``names`` are the inputs it takes itself."""
    import torch

    class TwoOutputs(torch.nn.Module):  # type: ignore[misc]
        """The sentence embedding, of unit length, and the token embeddings."""

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
    """Silence the exporter, which prints its stages and warns about its own internals."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


# onnxruntime.transformers.optimizer (1.31.1) does not do this: it recognizes none of MiniLM's 6 attentions in
# graphs from torch.export, eager or sdpa, and leaves a QKV of 18 products.

#: The name under which transformers knows the operator; it makes no masks for names of others.
_FUSED = "plancite"
_DOMAIN = "com.microsoft"
#: Indexes into the inputs of MatMulIntegerToFloat: tokens, scale, zero point; matrix, scale, zero point, bias.
_TOKENS = (0, 2, 4)
_MATRIX = (1, 3, 5, 6)


@contextlib.contextmanager
def fused_attention(model: Any, *, fused: bool) -> Iterator[None]:
    """Within the context, attention in ``model``, a torch module, is one operator, or written out if not ``fused``.

    onnxruntime's operator attends to all tokens, which is right for a text by itself unless the model masks
    some; the caller checks. Modules that offer no choice stay as they are.
    """
    from transformers import AttentionInterface

    AttentionInterface.register(_FUSED, _attention_operator)
    switched = [(m, m.config._attn_implementation) for m in model.modules() if hasattr(m, "set_attn_implementation")]
    for transformer, _ in switched:
        transformer.set_attn_implementation(_FUSED if fused else "eager")
    try:
        yield
    finally:
        for transformer, before in switched:
            transformer.set_attn_implementation(before)


def _attention_operator(module: Any, query: Any, key: Any, value: Any, mask: Any, **options: Any) -> tuple[Any, None]:
    """An ``AttentionInterface`` over onnxruntime's MultiHeadAttention: (1, heads, n, size) each -> (1, n, heads, size).

    A text takes a tenth less time than with attention written out.
    """
    import torch

    batch, heads, tokens, size = query.shape
    flat = [part.transpose(1, 2).reshape(batch, tokens, heads * size) for part in (query, key, value)]
    attended = torch.onnx.ops.symbolic(
        f"{_DOMAIN}::MultiHeadAttention",
        flat,
        {"num_heads": heads, "scale": float(options.get("scaling") or size**-0.5)},
        dtype=query.dtype,
        shape=flat[0].shape,
        version=1,
    )
    return attended.reshape(batch, tokens, heads, size), None


def join_products(file: Path) -> None:
    """Fuse each attention of the int8 graph in ``file`` with its query, key and value products into QAttention.

    QAttention splits the work by heads, which two cores share better than three products in a row: a question
    takes a tenth less time. Vectors differ by rounding only. Attention with other inputs stays as it is.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(file)
    graph = model.graph
    makers = {output: node for node in graph.node for output in node.output}
    stored = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type != "MultiHeadAttention":
            continue
        products = [_product(name, makers) for name in node.input]
        if not _joinable(products, stored):
            continue
        tokens, scale, zero = (products[0].input[place] for place in _TOKENS)
        joint = []
        for place in _MATRIX:
            parts = [np.atleast_1d(numpy_helper.to_array(stored[p.input[place]])) for p in products]
            joint.append(f"{node.output[0]}.joint.{place}")
            graph.initializer.append(numpy_helper.from_array(np.concatenate(parts, axis=-1), joint[-1]))
        matrix, matrix_scale, matrix_zero, bias = joint
        node.op_type = "QAttention"
        del node.input[:]
        node.input.extend([tokens, matrix, bias, scale, matrix_scale, "", zero, matrix_zero])
    _drop_unused(graph)
    onnx.save(model, file)


def _product(name: str, makers: Mapping[str, Any]) -> Any:
    """The node that computes ``name``, reshapes skipped; None for an input of the graph."""
    maker = makers.get(name)
    while maker is not None and maker.op_type == "Reshape":
        maker = makers.get(maker.input[0])
    return maker


def _joinable(products: list[Any], stored: Mapping[str, Any]) -> bool:
    """Whether ``products`` are three of the same tokens with matrices of the same shape and biases."""
    if len(products) != 3 or any(p is None or p.op_type != "MatMulIntegerToFloat" for p in products):
        return False
    if any(len(p.input) <= max(_MATRIX) or any(p.input[place] not in stored for place in _MATRIX) for p in products):
        return False
    if len({tuple(p.input[place] for place in _TOKENS) for p in products}) > 1:
        return False
    return all(len({tuple(stored[p.input[place]].dims) for p in products}) == 1 for place in _MATRIX)


def _drop_unused(graph: Any) -> None:
    """Remove the nodes and tensors of ``graph`` that none of its outputs needs."""
    wanted = {output.name for output in graph.output}
    kept = []
    for node in reversed(graph.node):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    tensors = [tensor for tensor in graph.initializer if tensor.name in wanted]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(tensors)
