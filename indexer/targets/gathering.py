"""The targets of a library's plans: as stored when a plan was added, else found now."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.storage import Backend
from indexer.targets.extracting import find_targets
from indexer.types import Target


def gather_targets(backend: Backend, plans: Sequence[str] | None = None) -> list[Target]:
    """Targets and thresholds of ``plans`` (all when None), in their order, then in reading order.

    Raises UnknownPlanError.
    """
    chosen = plans if plans is not None else [info.id for info in backend.plans()]
    stored = {plan: backend.targets(plan) for plan in dict.fromkeys(chosen)}
    # a plan added before targets were kept has none stored
    return [t for plan, kept in stored.items() for t in (find_targets(backend.plan(plan)) if kept is None else kept)]
