"""Arguments of the Python API -> what the package takes, or an error that names the argument."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from pathlib import Path

from indexer.errors import QuestionError
from indexer.types import Filter

#: No library counts further, in years, versions, offsets or passages.
LARGEST = 2**53
#: Passages of one list.
MOST = 1_000_000


def file_paths(paths: object) -> list[Path]:
    """A path, as str or Path, or several of them, as a list. Raises TypeError."""
    given = [paths] if isinstance(paths, str | Path) else paths
    if not isinstance(given, Iterable) or isinstance(given, bytes | bytearray):
        raise _wrong("paths", "a path (str or Path) or several of them", paths)
    found = []
    for path in given:
        if not isinstance(path, str | Path):
            raise _wrong("paths", "a path (str or Path) or several of them", path)
        found.append(Path(path))
    return found


def plan_ids(plans: object) -> tuple[str, ...]:
    """The ids of plans, each once; one id alone is one plan. Raises TypeError."""
    given = [plans] if isinstance(plans, str) else plans
    if not isinstance(given, Iterable) or isinstance(given, bytes | bytearray):
        raise _wrong("plans", "the id of a plan or several of them", plans)
    return tuple(dict.fromkeys(text(plan, "plans") for plan in given))


def texts(values: object, name: str) -> tuple[str, ...]:
    """Several str, or one alone. Raises TypeError."""
    given = [values] if isinstance(values, str) else values
    if not isinstance(given, Iterable) or isinstance(given, bytes | bytearray):
        raise _wrong(name, "a str or several of them", values)
    return tuple(text(value, name) for value in given)


def plan_filter(value: object) -> Filter:
    """A Filter, each of its facets with texts, of which one alone may be given by itself. Raises TypeError."""
    if value is None:
        return Filter()
    if not isinstance(value, Filter):
        raise _wrong("filter", "a Filter", value)
    return Filter(**{facet: texts(given, f"filter.{facet}") for facet, given in value.chosen.items()})


def text(value: object, name: str) -> str:
    """A str. Raises TypeError."""
    if not isinstance(value, str):
        raise _wrong(name, "a str", value)
    return value


def optional_text(value: object, name: str) -> str | None:
    """A str, None for "". Raises TypeError."""
    return None if value is None else text(value, name) or None


def yes_or_no(value: object, name: str) -> bool:
    """A bool. Raises TypeError."""
    if not isinstance(value, bool):
        raise _wrong(name, "True or False", value)
    return value


def whole_number(value: object, name: str) -> int:
    """An int, also one of numpy's, but no bool. Raises TypeError, and QuestionError past 64 bits."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise _wrong(name, "an int", value)
    number = operator.index(value)
    if abs(number) > LARGEST:
        raise QuestionError(f"`{name}` is too large a number: {number}.")
    return number


def count(value: object, name: str) -> int:
    """An int from 1 to ``MOST``. Raises TypeError, and QuestionError for others."""
    number = whole_number(value, name)
    if not 1 <= number <= MOST:
        raise QuestionError(f"`{name}` must be {'1 or more' if number < 1 else f'{MOST:,} or less'}, not {number}.")
    return number


def _wrong(name: str, expected: str, given: object) -> TypeError:
    return TypeError(f"{name} must be {expected}, not {type(given).__name__}: {given!r:.80}")
