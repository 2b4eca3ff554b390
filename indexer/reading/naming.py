"""File names, however hostile -> plan ids that can be typed, shown and stored anywhere."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

#: Longer ids do not fit a citation. What is cut leaves a hash behind, so that two stay apart.
LONGEST_ID = 100
# control and format characters (right-to-left marks among them), lone surrogates, private use
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")


def plan_id_of(name: str) -> str:
    """The plan id for a file called ``name``: its stem, for ordinary names exactly that.

    Folders, control and format characters, angle brackets and leading dots and dashes go; a name with
    nothing left becomes "plan". At most ``LONGEST_ID`` characters.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(
        " " if c.isspace() else c for c in last if c.isspace() or unicodedata.category(c) not in _INVISIBLE
    )
    stem = PurePosixPath(unicodedata.normalize("NFC", visible).strip() or "plan").stem
    bare = re.sub(r"\s+", " ", re.sub(r"[<>]+", " ", stem)).strip().lstrip(".-").strip() or "plan"
    if len(bare) <= LONGEST_ID:
        return bare
    digest = hashlib.sha256(bare.encode()).hexdigest()[:8]
    return f"{bare[: LONGEST_ID - 9].rstrip()}-{digest}"
