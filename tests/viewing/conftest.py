"""Lets the tests of viewing use the documents that are made up for reading."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "reading"))
