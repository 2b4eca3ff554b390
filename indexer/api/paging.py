"""A long list, a page at a time: a cursor names the last entry seen, so that what comes or goes shifts nothing."""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from indexer.api.problems import Problem

T = TypeVar("T")


def paged(
    entries: Sequence[T], key: Callable[[T], tuple[Any, ...]], cursor: str, limit: int
) -> tuple[Sequence[T], str | None]:
    """The ``limit`` entries after ``cursor``, "" for the first, and the cursor of the next page, None at the end.

    ``entries`` are in the order of ``key``, which is unique. Raises Problem.
    """
    first = 0
    if cursor:
        last = _decode(cursor)
        try:
            first = bisect_right(entries, last, key=key)
        except TypeError:
            raise _unknown() from None
    found = entries[first : first + limit]
    more = first + limit < len(entries)
    return found, _encode(key(found[-1])) if more else None


def _encode(key: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, ...]:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise _unknown() from None
    if not isinstance(key, list):
        raise _unknown()
    return tuple(key)


def _unknown() -> Problem:
    return Problem(
        422, "cursor", "`cursor` is none of this list. Take `next_cursor` of the page before, or leave it out."
    )
