"""Libraries to try both backends with: a few plans, and what searches of them find."""

from __future__ import annotations

from pathlib import Path

from fakes import FakeEncoder, make_content

from indexer.storage import Backend, PlanContent, Scope, ScoredKey, open_backend

MODEL = ("fake", "fake@1")
ENCODER = FakeEncoder(2048)
TEXTS = {
    "anhui": ["cement kilns close by 2025", "steel output falls", "wind farms grow to 13.7 GW"],
    "henan": ["cement quota of each city", "forests cover a fifth"],
    "hubei": ["coal boilers close", "cement kilns move out of cities", "solar roofs", "kilns of brick and tile"],
}
QUERIES = ["cement kilns", "wind", "coal boilers close", "forests"]
SCOPES = [Scope(), Scope(("hubei",)), Scope(("anhui", "henan"))]


def content(plan_id: str, texts: list[str] | None = None) -> PlanContent:
    return make_content(plan_id, texts or TEXTS[plan_id], ENCODER, names=(plan_id.title(),))


class Opened:
    """Opens backends on one place, keeps their notices, closes them."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.lines: list[str] = []
        self.backends: list[Backend] = []

    def __call__(self, place: Path | None = None) -> Backend:
        self.backends.append(open_backend(place or self.place, create=True, notify=self.lines.append))
        return self.backends[-1]

    def close(self) -> None:
        for backend in self.backends:
            backend.close()


def shown(backend: Backend, found: list[ScoredKey]) -> list[tuple[str, float]]:
    """What a search found, by text: keys differ between libraries of one content."""
    passages = backend.passages([f.key for f in found])
    return [(passages[f.key].text, round(f.score, 5)) for f in found if f.key in passages]


def results(backend: Backend) -> list[list[tuple[str, float]]]:
    """All that the searches of ``QUERIES`` say."""
    held = {plan.id for plan in backend.plans()}
    scopes = [s for s in SCOPES if held.issuperset(s.plans or ())]
    dense = [backend.search_dense(ENCODER.embed([q])[0], 20, s) for q in QUERIES for s in scopes]
    words = [backend.search_words(q, 20, s) for q in QUERIES for s in scopes]
    return [shown(backend, found) for found in dense + words]


def texts_of(backend: Backend, scope: Scope | None = None) -> list[str]:
    keys = backend.keys(scope or Scope())
    passages = backend.passages(keys)
    return [passages[key].text for key in keys]


def fill(backend: Backend) -> Backend:
    """``backend`` with the plans of ``TEXTS``."""
    for plan_id in TEXTS:
        backend.add(content(plan_id), MODEL)
    return backend
