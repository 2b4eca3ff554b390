"""Attention as one operator in an exported graph: first by itself, then with the products of int8 before it.

What onnxruntime has for it attends to all tokens, which is what a text by itself asks for; whether it is what
the model means is for the exporter to check.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

#: transformers' name for attention as one operator; it makes no masks for names that it does not know.
_FUSED = "plancite"
_DOMAIN = "com.microsoft"
#: Places of a product's inputs: its tokens and their scale and zero point; the matrix and its, and what is added.
_TOKENS = (0, 2, 4)
_MATRIX = (1, 3, 5, 6)


@contextlib.contextmanager
def attending(model: Any, *, fused: bool) -> Iterator[None]:
    """The transformers in ``model``, a torch module, attend by one operator, or where not ``fused`` written out.

    Those that cannot be told attend as before.
    """
    from transformers import AttentionInterface

    AttentionInterface.register(_FUSED, _fused_attention)
    switched = [(m, m.config._attn_implementation) for m in model.modules() if hasattr(m, "set_attn_implementation")]
    for transformer, _ in switched:
        transformer.set_attn_implementation(_FUSED if fused else "eager")
    try:
        yield
    finally:
        for transformer, before in switched:
            transformer.set_attn_implementation(before)


def _fused_attention(module: Any, query: Any, key: Any, value: Any, mask: Any, **options: Any) -> tuple[Any, None]:
    """transformers' attention as onnxruntime's operator, which is a tenth of the whole time faster.

    Takes (1, heads, n, size) each and gives (1, n, heads, size), as an ``AttentionInterface`` does.
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
    """Make one operator of each attention in the int8 graph in ``file`` and of the three products that it takes.

    Query, key and value are products of the same tokens, added to a bias. The joint operator parts them by heads, which
    two cores share better than three products in a row: a tenth of a question's time. Numbers differ by
    rounding alone. Attention that takes anything else stays as it is.
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
    """What makes ``name``, but for the shape; None for an input of the graph."""
    maker = makers.get(name)
    while maker is not None and maker.op_type == "Reshape":
        maker = makers.get(maker.input[0])
    return maker


def _joinable(products: list[Any], stored: Mapping[str, Any]) -> bool:
    """Whether these are three products of the same tokens with matrices of the same shape, each with a bias."""
    if len(products) != 3 or any(p is None or p.op_type != "MatMulIntegerToFloat" for p in products):
        return False
    if any(len(p.input) <= max(_MATRIX) or any(p.input[place] not in stored for place in _MATRIX) for p in products):
        return False
    if len({tuple(p.input[place] for place in _TOKENS) for p in products}) > 1:
        return False
    return all(len({tuple(stored[p.input[place]].dims) for p in products}) == 1 for place in _MATRIX)


def _drop_unused(graph: Any) -> None:
    """Take out of ``graph`` what leads to none of its outputs, the last first."""
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
