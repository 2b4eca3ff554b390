"""Filters and facets, against counting by hand; edits of many plans and their undoing; collections."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from backends import content
from commands import Run
from fakes import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import LibraryError, QuestionError, UnknownPlanError
from indexer.library import Library
from indexer.library.filtering import choose_plans, count_facets
from indexer.types import NOT_GIVEN, Facet, Filter, Metadata, PlanInfo

NAMES = ("Anhui", "anhui", "Hubei", "")
TAGS = ("coal", "Coal", "wind")
COLLECTIONS = ("first", "second")


@st.composite
def described(draw: st.DrawFn) -> list[PlanInfo]:
    plans = []
    for n in range(draw(st.integers(0, 8))):
        metadata = Metadata(
            issuer=draw(st.sampled_from(NAMES)),
            date=draw(st.sampled_from(("", "2019", "2021-04", "2022-12-31", "2025"))),
            type=draw(st.sampled_from(("", "plan", "report"))),
            tags=tuple(draw(st.lists(st.sampled_from(TAGS), max_size=2, unique=True))),
        )
        plans.append(PlanInfo(f"p{n}", "Title", "source", None, 1, 1, "0", (), metadata))
    return plans


def values(options: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from((*options, NOT_GIVEN)), max_size=2, unique=True).map(tuple)


filters = st.builds(
    Filter,
    issuer=values(("ANHUI", "Hubei", "Gansu")),
    year=values(("2021", "2019..2021", "2022..", "..2020")),
    type=values(("plan",)),
    tag=values(("coal", "wind")),
    collection=values(COLLECTIONS),
)
memberships = st.dictionaries(
    st.sampled_from(COLLECTIONS), st.lists(st.sampled_from([f"p{n}" for n in range(8)]), max_size=5, unique=True)
)


def meant(info: PlanInfo, held: dict[str, list[str]], wanted: Filter) -> bool:
    """Whether the filter means a plan, written out facet by facet."""

    def dated(span: str) -> bool:
        if span == NOT_GIVEN or not info.metadata.year:
            return span == NOT_GIVEN and not info.metadata.year
        first, _, last = span.partition("..")
        return int(first or 0) <= info.metadata.year <= int((last or "9999") if ".." in span else first)

    def among(own: Sequence[str], chosen: Sequence[str]) -> bool:
        folded = {each.lower() for each in own if each} or {NOT_GIVEN}
        return not chosen or bool(folded & {each.lower() for each in chosen})

    return (
        among([info.metadata.issuer], wanted.issuer)
        and among([info.metadata.type], wanted.type)
        and among(info.metadata.tags, wanted.tag)
        and among([name for name, plans in held.items() if info.id in plans], wanted.collection)
        and (not wanted.year or any(map(dated, wanted.year)))
    )


@given(described(), memberships, filters)
def test_a_filter_means_the_plans_that_have_one_value_of_each_facet(
    plans: list[PlanInfo], held: dict[str, list[str]], wanted: Filter
) -> None:
    assert choose_plans(plans, held, wanted) == [info for info in plans if meant(info, held, wanted)]


@given(described(), memberships, filters)
def test_a_count_is_how_many_plans_that_value_alone_would_list(
    plans: list[PlanInfo], held: dict[str, list[str]], wanted: Filter
) -> None:
    found = count_facets(plans, held, wanted)
    for facet in Facet:
        folded = [entry.value.casefold() for entry in found[facet]]
        assert len(set(folded)) == len(folded)
        for entry in found[facet]:
            alone = replace(wanted, **{facet: (entry.value,)})
            assert entry.plans == sum(meant(info, held, alone) for info in plans) > 0
        # no plan that the other facets let through is missing
        others = [info for info in plans if meant(info, held, replace(wanted, **{facet: ()}))]
        every = replace(wanted, **{facet: tuple(entry.value for entry in found[facet])})
        assert choose_plans(plans, held, every) == others or not others


@pytest.fixture
def shelf(library: Library) -> Library:
    """Six plans with issuers and dates."""
    for n, (name, year) in enumerate([("anhui", 2019), ("henan", 2021), ("hubei", 2021)] * 2):
        plan_id = f"{name}{n}"
        made = content(plan_id, [f"cement kilns of {plan_id} close", "wind farms grow to 13.7 GW by 2030"])
        metadata = Metadata(issuer=name.title(), date=f"{year}-05")
        backend, encoder = library.backend, library.encoder
        vectors = encoder.embed(made.indexed)
        whole = replace(made, plan=replace(made.plan, metadata=metadata), vectors=vectors)
        backend.add(whole, (encoder.source, encoder.fingerprint))
    return library


def test_a_filter_narrows_all_that_asks(shelf: Library) -> None:
    wanted, ids = Filter(issuer=("Hubei",), year=("2021..",)), {"hubei2", "hubei5"}
    assert {info.id for info in shelf.plans(wanted)} == ids
    assert {hit.passage.plan for hit in shelf.search("cement kilns", filter=wanted)} == ids
    assert {hit.passage.plan for hit in shelf.ask("Which cement kilns close?", filter=wanted).hits} == ids
    assert {hit.passage.plan for hit in shelf.ask("cement kilns", filter=wanted, every=True).hits} <= ids
    assert {cell.plan for cell in shelf.compare("cement kilns", filter=wanted).cells} == ids
    assert {target.plan for target in shelf.targets(filter=wanted)} <= ids
    assert shelf.ask("cement", filter=wanted).searched == 4
    assert {hit.passage.plan for hit in shelf.search("cement", year=2019)} == {"anhui0", "anhui3"}
    # with plans that are named, both hold
    assert {hit.passage.plan for hit in shelf.search("cement", plans=["henan1", "hubei2"], filter=wanted)} == {"hubei2"}


def test_a_filter_that_means_no_plan_says_so(shelf: Library) -> None:
    with pytest.raises(QuestionError, match=r"No plan has the issuer 'Hubai'. There are: Hubei, "):
        shelf.ask("cement", filter=Filter(issuer=("Hubai",)))
    with pytest.raises(QuestionError, match=r"No plan meets the filter: issuer Anhui; year 2021. Take a part"):
        shelf.search("cement", filter=Filter(issuer=("Anhui",), year=("2021",)))
    for year in ("soon", "21", "2021-2025", "..", "20212025", ""):
        with pytest.raises(QuestionError, match="is no year"):
            shelf.facets(Filter(year=(year,)))
    with pytest.raises(UnknownPlanError, match="'x'"):
        shelf.search("cement", plans=["x"], filter=Filter(issuer=("Anhui",)))


def test_a_plan_named_in_a_question_is_looked_for_inside_the_filter(shelf: Library) -> None:
    shelf.rename("hubei2", "ruritania")
    inside = shelf.ask("Which cement kilns close in the ruritania plan?", filter=Filter(issuer=("Hubei",)))
    assert (inside.named, {hit.passage.plan for hit in inside.hits}) == (("ruritania",), {"ruritania"})
    outside = shelf.ask("Which cement kilns close in the ruritania plan?", filter=Filter(issuer=("Henan",)))
    assert (outside.found, outside.searched, outside.hits) == (False, 0, ())


def test_two_hundred_plans_are_filtered_in_little_time() -> None:
    plans = [
        PlanInfo(f"p{n}", "Title", "s", None, 1, 1, "0", (), Metadata(f"issuer {n % 40}", f"{2000 + n % 20}"))
        for n in range(200)
    ]
    held = {f"c{n}": [f"p{m}" for m in range(0, 200, n + 1)] for n in range(20)}
    began = time.perf_counter()
    for n in range(10):
        count_facets(plans, held, Filter(issuer=(f"issuer {n}",), year=("2001..2019",), collection=("c0", "c3")))
    assert (time.perf_counter() - began) / 10 < 0.1


# -- edits -----------------------------------------------------------------------------------------


def test_many_plans_are_edited_at_once_and_back(shelf: Library) -> None:
    before, generation = shelf.plans(), shelf.backend.generation
    ids = ["anhui0", "henan1"]
    shelf.edit("anhui0", add_tags=["Old"])
    edit = shelf.edit(ids, place="China", status="in force", add_tags=[" coal ", "old"], join="First lot")
    assert edit.changed == ids
    assert shelf.backend.generation == generation + 3  # two edits, and the collection
    assert [(i.metadata.place, i.metadata.status, i.metadata.tags) for i in shelf.plans()[:3]] == [
        ("China", "in force", ("Old", "coal")), ("", "", ()), ("China", "in force", ("coal", "old")),
    ]  # fmt: skip
    assert shelf.collections() == {"First lot": ("anhui0", "henan1")}
    shelf.edit("henan1", status="draft")  # by somebody else
    assert shelf.undo_edit(edit) == ["henan1"]
    anhui, _, henan = shelf.plans()[:3]
    assert (anhui.metadata.tags, anhui.metadata.place, henan.metadata.status) == (("Old",), "", "draft")
    assert shelf.collections() == {"First lot": ()}
    shelf.edit("anhui0", remove_tags="old")
    assert shelf.plans()[0].metadata == before[0].metadata


def test_an_edit_is_all_or_none(shelf: Library) -> None:
    before = shelf.plans()
    for wrong in ({"status": "x" * 301}, {"date": "soon"}, {"tags": ["a\nb"]}, {"join": " "}):
        with pytest.raises(LibraryError):
            shelf.edit("anhui0", **wrong)  # type: ignore[arg-type]
    with pytest.raises(UnknownPlanError):
        shelf.edit(["anhui0", "x"], place="China")
    assert shelf.plans() == before


def test_a_new_date_makes_new_targets_and_a_new_version_keeps_edits(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "anhui.txt"
    file.write_text("Anhui Plan\n\n1. Industry\nNon-fossil energy will reach 25% in 2025.\n")
    library.add(file)
    assert [target.year for target in library.targets()] == [2025]
    edit = library.edit("anhui", date="2027", tags=["steel"], type="law")
    assert library.targets() == []  # what lies before its date is no aim
    library.undo_edit(edit)
    assert [target.year for target in library.targets()] == [2025]
    library.edit("anhui", date="2020", tags=["steel"], type="law")
    file.write_text(file.read_text() + "Cement kilns close.\n")
    library.add(file)
    (info,) = library.plans()
    assert (info.metadata.tags, info.metadata.type, info.metadata.date) == (("steel",), "law", "2020")


# -- collections -----------------------------------------------------------------------------------


def test_collections_are_made_renamed_and_deleted(shelf: Library) -> None:
    shelf.set_collection("First lot", ["henan1", "anhui0"])
    shelf.edit("hubei2", join="first  LOT")
    assert shelf.collections() == {"First lot": ("anhui0", "henan1", "hubei2")}
    assert [info.id for info in shelf.plans(Filter(collection=("first lot",)))] == ["anhui0", "henan1", "hubei2"]
    shelf.rename("henan1", "zhongyuan")
    shelf.remove("anhui0")
    assert shelf.collections() == {"First lot": ("hubei2", "zhongyuan")}
    shelf.restore("anhui0")
    shelf.rename_collection("First lot", "Erste")
    assert shelf.delete_collection("erste") == ("zhongyuan", "anhui0", "hubei2")
    assert shelf.collections() == {}
    shelf.set_collection("a")
    shelf.set_collection("b")
    for call in (
        lambda: shelf.rename_collection("a", "B"),
        lambda: shelf.rename_collection("x", "y"),
        lambda: shelf.delete_collection("x"),
        lambda: shelf.edit("hubei2", leave="x"),
    ):
        with pytest.raises(LibraryError, match=r"There is (a|no) collection .*\. (Give|There are: a, b)"):
            call()
    with pytest.raises(UnknownPlanError):
        shelf.set_collection("a", ["x"])


# -- commands --------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, fake: FakeEncoder) -> Path:
    with Library.open(tmp_path / "library", create=True) as library:
        for name, year in (("anhui", 2019), ("henan", 2021), ("hubei", 2021)):
            file = tmp_path / f"{name}.txt"
            file.write_text(
                f"{name.title()} Carbon Plan\n\nIssued by: {name.title()} Council\n{year}-05-01\n\nKilns close.\n"
            )
            library.add(file)
    return tmp_path / "library"


def test_commands_filter_edit_undo_and_collect(run: Run, folder: Path) -> None:
    def ids(*options: str) -> list[str]:
        return [plan["plan"] for plan in run("list", "--json", "--library", folder, *options).objects]

    assert ids("--year", "2020..2022") == ["henan", "hubei"]
    assert ids("--issuer", "anhui council", "--issuer", "Hubei Council", "--year", "..2020") == ["anhui"]
    assert run("edit", "henan", "hubei", "--tag", "coal", "--collection", "Lot", "--library", folder).code == 0
    assert ids("--tag", "coal") == ids("--collection", "lot") == ["henan", "hubei"]
    (facets,) = run("facets", "--json", "--library", folder, "--tag", "coal").objects
    assert facets["year"] == [{"value": "2021", "plans": 2}]
    assert facets["tag"] == [{"value": "coal", "plans": 2}, {"value": "not given", "plans": 1}]
    (asked,) = run("ask", "Which kilns close?", "--json", "--library", folder, "--collection", "Lot").objects
    assert {passage["plan"] for passage in asked["passages"]} == {"henan", "hubei"}
    (compared,) = run("compare", "kilns", "--json", "--library", folder, "--type", "plan", "--tag", "coal").objects
    assert [cell["plan"] for cell in compared["cells"]] == ["henan", "hubei"]
    assert (
        run("collections", "Lot", "--add", "anhui", "--remove", "hubei", "--rename", "Set", "--library", folder).code
        == 0
    )
    assert run("collections", "--json", "--library", folder).objects == [
        {"collection": "Set", "plans": ["anhui", "henan"]}
    ]
    run("edit", "henan", "--status", "draft", "--library", folder)
    assert run("edit", "--undo", "--library", folder).code == 0
    assert ids("--status", "draft") == []
    assert run("edit", "--undo", "--library", folder).code == 0
    assert run("collections", "Set", "--delete", "--library", folder).code == 0
    assert run("collections", "--json", "--library", folder).objects == []
    assert run("ask", "kilns", "--tag", "cole", "--library", folder).err.strip() == (
        "plancite: No plan has the tag 'cole'. There are: coal."
    )
