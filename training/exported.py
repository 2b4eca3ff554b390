"""The weights of an exported reader, to train it further without its run.

int8 weights come back dequantized, in steps of a 127th of their column's largest weight; what the export keeps exact
comes back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError
from training.packing import PACKED, SCALES, unpack

#: Matrix products, as onnxruntime fuses them and plain: which inputs are the scale and the zero of their weights.
_SCALING: dict[str, tuple[int, ...]] = {"DynamicQuantizeMatMul": (2, 3), "MatMulIntegerToFloat": (3, 5), "MatMul": ()}


def exported_weights(file: Path) -> dict[str, NDArray[np.float32]]:
    """The weights in ``file``, as ``training.export`` wrote it, by torch's names and in torch's shapes, fp32.

    Raises ModelError when it cannot be read.
    """
    import onnx
    from onnx import numpy_helper

    try:
        graph = onnx.load(file).graph
    except Exception as error:  # onnx raises its protobuf's own kinds
        raise ModelError(f"The exported reader {file} cannot be read ({error}).") from error
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found = {name: held[name] for name in held if name.endswith((".weight", ".bias"))}
    for name in [name for name in held if name.endswith(".weight_quantized")]:
        whole = name.removesuffix("_quantized")
        found[whole] = _exact(held[name], held[f"{whole}_scale"], held[f"{whole}_zero_point"])
    for name in [name for name in held if name.endswith(PACKED)]:
        whole = name.removesuffix(PACKED)
        found[whole] = unpack(held[name], held[whole + SCALES])
    found.update(_products(graph, held))
    return found


def _products(graph: Any, held: dict[str, NDArray[Any]]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The weights of matrix products, which the graph names by number; their layer is that of the bias added."""
    added = {name: node for node in graph.node if node.op_type == "Add" for name in node.input}
    for node in graph.node:
        if node.op_type not in _SCALING:
            continue
        weights, scaling = held[node.input[1]], [held[node.input[i]] for i in _SCALING[node.op_type]]
        near = [*node.input, *added[node.output[0]].input] if node.output[0] in added else node.input
        bias = next((name for name in near if name.endswith(".bias")), None)
        if bias:  # without one are the channels that training.outliers set apart; the others' weights hold theirs, too
            exact = _exact(weights, *scaling) if scaling else weights
            yield bias.removesuffix("bias") + "weight", np.ascontiguousarray(exact.T)


def _exact(weights: Any, scale: Any, zero: Any) -> NDArray[np.float32]:
    """``weights`` dequantized; scale and zero are one for all, or one a column."""
    return np.asarray((weights.astype(np.float32) - zero.astype(np.float32)) * scale, dtype=np.float32)
