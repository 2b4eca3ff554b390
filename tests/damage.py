"""Ways in which a file is damaged: by a person, a program that died, a bad block on the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np


def delete(path: Path) -> None:
    path.unlink()


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(max(64, path.stat().st_size)))


def noise_inside(path: Path) -> None:
    """As a bad block on a disk does it: the ends of the file stay as they were."""
    data = bytearray(path.read_bytes())
    third = len(data) // 3
    data[third : 2 * third] = np.random.default_rng(1).bytes(third)
    path.write_bytes(bytes(data))


DAMAGES: tuple[Callable[[Path], None], ...] = (delete, halve, empty, noise, noise_inside)


def derived_files(folder: Path) -> list[Path]:
    """The files of a library that follow from its database; tantivy's locks hold nothing."""
    words = [p for p in (folder / "words").iterdir() if not p.name.startswith(".tantivy")]
    return sorted(p for p in [folder / "vectors.faiss", folder / "vectors.json", *words] if p.is_file())
