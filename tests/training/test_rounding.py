"""Weights rounded so that a layer's sums move least: int8 numbers, nearer to fp32, and what the quantizer leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from indexer.encoding.answer_reader import Pair
from training import export
from training.export import export_reader
from training.model import Reader, load_reader
from training.outliers import set_apart
from training.rounding import STEPS, inputs_together, round_weights, rounded


def drawn(*shape: int, seed: int) -> Any:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


def nearest(weights: Any) -> Any:
    scale = weights.abs().amax(dim=1, keepdim=True) / STEPS
    return (weights / scale).round() * scale


def test_sums_over_inputs_that_go_together_move_less() -> None:
    weights, inputs = drawn(24, 32, seed=1), drawn(500, 6, seed=2) @ drawn(6, 32, seed=3) + 0.1 * drawn(500, 32, seed=4)
    by_itself = (inputs @ (nearest(weights) - weights).T).square().mean()
    together = (inputs @ (rounded(weights, inputs.T @ inputs) - weights).T).square().mean()
    assert together < by_itself / 5


def test_inputs_that_do_not_go_together_leave_each_weight_at_its_nearest() -> None:
    weights = drawn(24, 32, seed=1)
    assert torch.allclose(rounded(weights, torch.diag(torch.arange(1.0, 33.0)).double()), nearest(weights))


def test_every_weight_is_a_whole_number_of_steps_and_the_largest_stays() -> None:
    weights, inputs = drawn(24, 32, seed=5), drawn(500, 3, seed=6) @ drawn(3, 32, seed=7)
    weights[3] = 0  # a channel that says nothing
    found = rounded(weights, inputs.T @ inputs)
    scale = weights.abs().amax(dim=1, keepdim=True) / STEPS
    steps = found / scale.clamp(min=1e-30)
    assert torch.allclose(steps, steps.round(), atol=1e-9)
    assert torch.equal(found.abs().amax(dim=1), weights.abs().amax(dim=1))


def test_inputs_that_are_never_there_do_no_harm() -> None:
    weights = drawn(4, 8, seed=8)
    assert torch.allclose(rounded(weights, torch.zeros(8, 8).double()), nearest(weights))


def test_what_goes_into_the_layers_is_counted_over_all_tokens(reader: Reader, pairs: list[Pair]) -> None:
    name = "encoder.encoder.layer.1.intermediate.dense"
    seen: list[Any] = []
    hook = reader.get_submodule(name).register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0].detach()))
    reader.eval()
    found = inputs_together(reader, pairs[:3])
    hook.remove()
    every = torch.cat(seen).double()
    assert torch.allclose(found[name], every.T @ every, rtol=1e-4, atol=1e-4)


def test_the_quantizer_moves_no_weight_further(
    reader: Reader, base: Path, pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with torch.no_grad():
        for parameter in reader.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))  # no two vectors alike, as in a trained one
    monkeypatch.setattr(export, "check_agreement", lambda found: None)
    export_reader(reader, base / "tokenizer.json", tmp_path / "int8", pairs, pairs)
    by_hand = round_weights(set_apart(reader.eval(), pairs), pairs).state_dict()
    back = load_reader(tmp_path / "int8", base).state_dict()
    layers = [name for name, value in back.items() if "encoder.layer" in name and value.ndim == 2]
    assert len(layers) == 12  # six in each of two
    for name in layers:
        torch.testing.assert_close(back[name], by_hand[name], rtol=1e-5, atol=0)
    assert any(not torch.equal(by_hand[name], reader.state_dict()[name]) for name in layers)
