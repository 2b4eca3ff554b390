"""What int8 would blur is multiplied apart: the same reader, nearer to fp32 where few channels are large."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from indexer.encoding.answer_reader import Pair, read_pairs
from indexer.encoding.onnx import open_session
from training import export, outliers
from training.export import export_reader
from training.model import Reader, load_reader, run_model
from training.outliers import OutlierLinear, largest_inputs, set_apart
from training.rounding import round_weights

CHANNEL, LARGER = 5, 60.0


@pytest.fixture
def uneven(reader: Reader) -> Reader:
    """``reader`` with one channel of each layer's middle made large, and its weights small by as much: as a ReLU,
    which commutes with that, it reads as before. No two of its vectors are alike, as in a trained one."""
    with torch.no_grad():
        for parameter in reader.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.02 * torch.randn_like(parameter))
    for layer in reader.encoder.encoder.layer:
        layer.intermediate.intermediate_act_fn = torch.nn.ReLU()
        with torch.no_grad():
            layer.intermediate.dense.weight.normal_(std=0.2)
            layer.output.dense.weight.normal_(std=0.2)
            layer.intermediate.dense.weight[CHANNEL] *= LARGER
            layer.intermediate.dense.bias[CHANNEL] = LARGER
            layer.output.dense.weight[:, CHANNEL] /= LARGER
    return reader.eval()


def far(reader: Reader, file: Path, pairs: list[Pair]) -> float:
    """The mean difference of span logits between ``reader`` and its export."""
    both = zip(run_model(reader, pairs), read_pairs(open_session(file), pairs), strict=True)
    return float(np.mean([np.abs(one[0] - other[0]).mean() for one, other in both]))


def test_the_large_channel_is_found_and_the_reader_reads_as_before(uneven: Reader, pairs: list[Pair]) -> None:
    apart = set_apart(uneven, pairs)
    for layer in apart.encoder.encoder.layer:
        assert isinstance(layer.output.dense, OutlierLinear)
        assert layer.output.dense.large.tolist() == [CHANNEL]
    assert not isinstance(uneven.encoder.encoder.layer[0].output.dense, OutlierLinear)  # a copy was changed
    for one, other in zip(run_model(uneven, pairs), run_model(apart, pairs), strict=True):
        assert one[0] == pytest.approx(other[0], abs=1e-4)
        assert one[1] == pytest.approx(other[1], abs=1e-4)


def test_the_largest_numbers_are_those_of_any_token(reader: Reader, pairs: list[Pair]) -> None:
    name = "encoder.encoder.layer.1.intermediate.dense"
    seen: list[Any] = []
    hook = reader.get_submodule(name).register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    reader.eval()
    found = largest_inputs(reader, pairs[:3])
    hook.remove()
    assert torch.equal(found[name], torch.cat([of_pair[0] for of_pair in seen]).abs().amax(dim=0))
    assert set(found) == {n for n, m in reader.named_modules() if isinstance(m, torch.nn.Linear)} - {"heads"}


def test_int8_is_nearer_and_gives_its_weights_back(
    uneven: Reader, base: Path, pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "check_agreement", lambda found: None)
    export_reader(copy.deepcopy(uneven), base / "tokenizer.json", tmp_path / "apart", pairs, pairs)
    rounded = round_weights(set_apart(uneven, pairs), pairs).state_dict()
    monkeypatch.setattr(outliers, "LARGE", float("inf"))
    export_reader(copy.deepcopy(uneven), base / "tokenizer.json", tmp_path / "plain", pairs, pairs)
    apart, plain = (far(uneven, tmp_path / name / "model.onnx", pairs) for name in ("apart", "plain"))
    assert apart < plain / 2
    back = load_reader(tmp_path / "apart", base).state_dict()
    assert set(back) == set(uneven.state_dict())
    for name, value in uneven.state_dict().items():
        near = value.abs().max() / 127 if value.ndim == 2 else 0
        assert torch.allclose(back[name], rounded[name], rtol=0, atol=float(near) * 1.01 + 1e-7), name
        assert (back[name] - value).abs().mean() <= 0.5 * float(near) + 1e-7, name  # and that is near what it was
