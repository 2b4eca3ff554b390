"""Word embeddings at 4 bits in an exported graph, where that is what the base has: a quarter of the reader's file.

Blocks of 32 numbers share a scale, an eighth of the largest one, as in the base that was packed so (ggml calls it
Q4_0). Training leaves word embeddings as they are, so that nothing is lost.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
#: How far a packed number may lie off its own, as a share of its block's largest: what fp16 rounds away.
_EXACT = 2e-3
PACKED, SCALES = "_packed", "_scales"


def pack(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]] | None:
    """Whole numbers from -8 to 7 (rows, columns) and their scales (rows, blocks); None where these are not exact."""
    rows, columns = weights.shape
    if columns % BLOCK:
        return None
    blocks = weights.reshape(rows, -1, BLOCK)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)
    scales = np.where(largest == 0, np.float32(1), largest / np.float32(-8))
    numbers = np.clip(np.rint(blocks / scales), -8, 7)
    if np.any(np.abs(numbers * scales - blocks) > _EXACT * np.abs(largest)):
        return None
    return numbers.astype(np.int8).reshape(rows, columns), scales[..., 0]


def unpack(numbers: NDArray[Any], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """The weights (rows, columns) that ``pack`` was given."""
    rows, columns = numbers.shape
    whole = numbers.astype(np.float32).reshape(rows, -1, BLOCK) * scales[..., None]
    return np.asarray(whole.reshape(rows, columns), dtype=np.float32)


def pack_embeddings(file: Path, name: str) -> bool:
    """Pack the embeddings called ``name`` in the graph in ``file``; False, and no change, where that is not exact."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(file)
    graph = model.graph
    stored = next((tensor for tensor in graph.initializer if tensor.name == name), None)
    users = [node for node in graph.node if name in node.input]
    packed = pack(numpy_helper.to_array(stored)) if stored is not None else None
    if stored is None or packed is None or any(node.op_type != "Gather" for node in users):
        return False
    numbers, scales = packed
    graph.initializer.remove(stored)
    graph.initializer.append(helper.make_tensor(name + PACKED, TensorProto.INT4, numbers.shape, numbers.ravel()))
    graph.initializer.append(numpy_helper.from_array(scales, name + SCALES))
    for node in users:
        indexes = node.input[1]
        node.op_type, node.domain = "GatherBlockQuantized", "com.microsoft"
        del node.input[:], node.attribute[:]
        node.input.extend([name + PACKED, indexes, name + SCALES])
        options = {"block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
        node.attribute.extend(helper.make_attribute(key, value) for key, value in options.items())
    onnx.save(model, file)
    return True
