"""Chinese pairs: their words, and traditional characters made simplified."""

from __future__ import annotations

import re
from typing import Any

from indexer.language.chinese import simplify


def folded_words(text: str) -> list[str]:
    """The words of ``text`` in lower case, a Chinese character being one."""
    return re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", text.lower())


def simplified(row: dict[str, Any]) -> dict[str, Any]:
    """``row``, a question with its passage, in simplified characters, with the same answer."""
    passage, answer, start = row["passage"], row.get("answer_text") or "", row.get("answer_start")
    found = row | {"question": simplify(row["question"])}
    if start is None:
        return found | {"passage": simplify(passage)}
    # part by part, since a conversion may change how many characters a text has
    before, inner, after = map(simplify, (passage[:start], answer, passage[start + len(answer) :]))
    return found | {"passage": before + inner + after, "answer_text": inner, "answer_start": len(before)}
