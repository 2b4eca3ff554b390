"""Pages that read badly, as a plan's warnings name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from typing import TypeAlias

from indexer.types import PlanInfo

#: The pages that read badly, each by the id of its plan and its number.
Doubtful: TypeAlias = Set[tuple[str, int | None]]

_REMEDY = "open the page image to check a quote"
_WARNING = re.compile(rf" on pages? (\d[\d, ]*); {_REMEDY}$")


def doubt_warning(what: str, pages: Iterable[int]) -> str:
    """The warning that ``what`` is wrong with ``pages``, numbers from 1."""
    numbers = [str(page) for page in pages]
    if len(numbers) == 1:
        return f"{what} on page {numbers[0]}; {_REMEDY}"
    return f"{what} on pages {', '.join(numbers)}; {_REMEDY}"


def doubtful_pages(warnings: Iterable[str]) -> frozenset[int]:
    """The numbers of the pages that ``warnings`` of a plan say read badly."""
    named = (found[1] for warning in warnings if (found := _WARNING.search(warning)))
    return frozenset(int(number) for pages in named for number in pages.split(","))


def doubtful_places(plans: Iterable[PlanInfo]) -> Doubtful:
    """(plan id, page) of each page of ``plans`` that reads badly."""
    return frozenset((plan.id, page) for plan in plans for page in doubtful_pages(plan.warnings))
