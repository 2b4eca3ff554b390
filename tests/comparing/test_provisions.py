"""What a change does, and what plans do differently, in sentences of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.comparing.provisions import classes_of, gravest_first, say_difference
from indexer.types import Change, ChangeClass, ChangedSentence
from indexer.wording import difference_text

W, S, D, F = ChangeClass.WEAKENED, ChangeClass.STRENGTHENED, ChangeClass.DEADLINE, ChangeClass.FIGURE


@pytest.mark.parametrize(
    ("old", "new", "classes"),
    [
        ("Ferries must switch to hydrogen.", "Ferries are encouraged to switch to hydrogen.", (W,)),
        ("Towns should plant reed.", "Towns must plant reed.", (S,)),
        ("New kilns are prohibited.", "New kilns should be replaced by old ones.", (W,)),
        ("Kilns must close.", "In principle kilns must close.", (W,)),
        ("Peat use will not exceed 7 million tons.", "Peat use will not exceed 8 million tons.", (W, F)),
        ("At least 30% of boats will be electric.", "At least 40% of boats will be electric.", (S, F)),
        ("Emissions will be cut by 20% by 2030.", "Emissions will be cut by 25% by 2030.", (S, F)),
        ("Kilns will close by 2028.", "Kilns will close by 2031.", (W, D)),
        ("The fleet will have 30 boats.", "The fleet will have 40 boats.", (F,)),
        ("The Harbour Bureau will report.", "The Finance Bureau will report.", (ChangeClass.AUTHORITY,)),
        ("Reeds will grow well.", "Reeds will grow nicely.", (ChangeClass.WORDING,)),
        ("严禁新增水泥产能。", "应减少水泥产能。", (W,)),
        ("Kilns will close.", "Kilns will close, excluding those on islands.", (ChangeClass.SCOPE,)),
        ("The rule applies to cities.", "The rule applies to cities and towns.", (ChangeClass.SCOPE,)),
        ("新建项目停止审批。", "新建项目停止审批，不含技改项目。", (ChangeClass.SCOPE,)),
        (None, "Reeds will grow.", (ChangeClass.ADDED,)),
        ("Reeds will grow.", None, (ChangeClass.REMOVED,)),
    ],
)
def test_classes_of_a_change(old: str | None, new: str | None, classes: tuple[ChangeClass, ...]) -> None:
    assert classes_of(old, new) == classes


MIRROR = {ChangeClass.WEAKENED: S, ChangeClass.STRENGTHENED: W, ChangeClass.ADDED: ChangeClass.REMOVED}
SENTENCES = st.sampled_from(
    [
        "Ferries must cut peat use by 20% by 2030.",
        "Ferries should cut peat use by 30% by 2028.",
        "Towns are encouraged to plant at least 30 hectares.",
        "Towns must not burn more than 9 tons.",
        "",
    ]
)


@given(SENTENCES, SENTENCES)
def test_the_way_back_is_the_opposite(old: str, new: str) -> None:
    there, back = classes_of(old, new), classes_of(new, old)
    assert {MIRROR.get(each, each) for each in there} == set(back)
    assert classes_of(old, old) == (ChangeClass.WORDING,)


def test_weakened_and_strengthened_come_first_and_moved_last() -> None:
    kinds = [(), (ChangeClass.ADDED,), (S, D), (W, F)]
    changes = [ChangedSentence(Change.CHANGED, None, None, each) for each in kinds]
    assert [change.classes for change in gravest_first(changes)] == [(W, F), (S, D), (ChangeClass.ADDED,), ()]


def test_a_difference_is_said_in_slices_of_the_quotes() -> None:
    quotes = {
        "anhui": "From 2026 the province strictly prohibits new kiln capacity in the delta.",
        "wuhu": "Kiln owners must replace old capacity, and report it each year.",
    }
    parts = say_difference(quotes, {"anhui": "Anhui", "wuhu": "Wuhu"})
    assert [part.verb for part in parts] == ["prohibits", "requires"]
    assert all(quotes[part.plan][slice(*part.span)] == part.text for part in parts)
    said = difference_text(parts)
    assert (
        said
        == "Anhui prohibits “new kiln capacity in the delta”; Wuhu requires “Kiln owners must replace old capacity”."
    )


def test_what_is_prohibited_is_named_without_the_prohibition() -> None:
    quotes = {"a": "From 2027, new kilns are strictly prohibited.", "b": "New kilns should be small."}
    assert [part.text for part in say_difference(quotes, {})] == ["new kilns", "New kilns should be small"]


def test_what_plans_do_alike_is_not_said() -> None:
    assert say_difference({"a": "Towns must plant reed.", "b": "Towns must plant reed."}, {}) == ()
    assert say_difference({"a": "Towns must plant reed."}, {}) == ()
