"""What every backend does, the same in a folder and on Milvus."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from backends import ENCODER, MODEL, TEXTS, Opened, content, fill, results, shown, texts_of
from fakes import FakeEncoder, full_plan, make_content

from indexer.errors import LibraryBusyError, LibraryError, ModelError, UnknownPlanError
from indexer.library.copying import copy_library
from indexer.storage import Backend, PlanContent, Scope, open_backend
from indexer.storage.local import LocalBackend
from indexer.types import Comparator, Metadata, SavedQuestion, Target, TargetKind


@pytest.fixture(params=["library", "library.db"], ids=["folder", "milvus"])
def opens(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    opened = Opened(tmp_path / request.param)
    yield opened
    opened.close()


@pytest.fixture
def backend(opens: Opened) -> Backend:
    return opens()


@pytest.fixture
def filled(backend: Backend) -> Backend:
    return fill(backend)


def test_searches_find_what_was_added(filled: Backend) -> None:
    found = filled.search_dense(ENCODER.embed(["cement kilns"])[0], 2, Scope())
    # cosine of word counts: two words shared with a text of five and with one of six
    assert shown(filled, found) == [
        ("cement kilns close by 2025", pytest.approx(2 / (2 * 5) ** 0.5, abs=1e-3)),
        ("cement kilns move out of cities", pytest.approx(2 / (2 * 6) ** 0.5, abs=1e-3)),
    ]
    words = filled.search_words("wind 13.7", 5, Scope())
    assert [text for text, _ in shown(filled, words)] == ["wind farms grow to 13.7 GW"]


def test_a_scope_narrows_both_searches(filled: Backend) -> None:
    scope = Scope(("hubei",))
    query = ENCODER.embed(["cement"])[0]
    assert [t for t, _ in shown(filled, filled.search_dense(query, 1, scope))] == ["cement kilns move out of cities"]
    assert [t for t, _ in shown(filled, filled.search_words("cement", 9, scope))] == ["cement kilns move out of cities"]
    assert filled.count(scope) == 4
    assert texts_of(filled, scope) == TEXTS["hubei"]
    for search in (
        lambda: filled.search_words("cement", 1, Scope(("x",))),
        lambda: filled.search_dense(query, 1, Scope(("x",))),
    ):
        with pytest.raises(UnknownPlanError, match="anhui, henan, hubei"):
            search()


def test_a_plan_comes_back_whole(filled: Backend) -> None:
    plan, passages = full_plan()
    texts = [p.text for p in passages]
    filled.add(PlanContent(plan, passages, texts, ENCODER.embed(texts), ("Full",)), MODEL)
    assert filled.plan("full") == plan
    assert tuple(filled.passages(filled.keys(Scope(("full",)))).values()) == passages
    assert filled.names()["full"] == ("Full",)


def test_each_change_is_one_generation(opens: Opened) -> None:
    backend = opens()
    seen = [backend.generation]
    for change in (
        lambda: backend.add(content("anhui"), MODEL),
        lambda: backend.add(content("henan"), MODEL),
        lambda: backend.add(content("anhui", ["cement again"]), MODEL),
        lambda: backend.remove(["anhui", "henan"]),
        lambda: backend.replace_all([content("hubei"), content("anhui")], MODEL),
    ):
        change()
        seen.append(backend.generation)
    assert seen == [0, 1, 2, 3, 4, 5]


def test_chinese_is_found_by_pairs_and_in_either_characters(filled: Backend) -> None:
    said = ["地下水的储备", "下地的水", "國務院主管部門"]
    filled.add(content("fujian", said), MODEL)
    assert [t for t, _ in shown(filled, filled.search_words("地下水", 9, Scope()))] == said[:2]
    assert [t for t, _ in shown(filled, filled.search_words("国务院", 9, Scope()))] == said[2:]
    assert [t for t, _ in shown(filled, filled.search_words("儲備", 9, Scope()))] == said[:1]


def test_a_plan_with_the_same_id_takes_the_place_of_the_first(filled: Backend) -> None:
    filled.add(content("anhui", ["hydrogen trucks", "cement standards"]), MODEL)
    assert texts_of(filled, Scope(("anhui",))) == ["hydrogen trucks", "cement standards"]
    assert len(filled.plans()) == 3
    for found in (filled.search_words("2025", 9, Scope()), filled.search_words("farms", 9, Scope())):
        assert found == []
    dense = filled.search_dense(ENCODER.embed(["cement kilns close by 2025"])[0], 20, Scope())
    assert "cement kilns close by 2025" not in [t for t, _ in shown(filled, dense)]
    assert len(dense) == filled.count(Scope()) == 8
    assert filled.check() == []


def test_a_removed_plan_is_gone_from_everything(filled: Backend) -> None:
    filled.remove(["anhui", "hubei", "anhui"])
    assert [plan.id for plan in filled.plans()] == ["henan"]
    assert [t for t, _ in shown(filled, filled.search_words("cement kilns coal", 9, Scope()))] == [
        "cement quota of each city"
    ]
    assert len(filled.search_dense(ENCODER.embed(["coal"])[0], 9, Scope())) == 2
    assert filled.check() == []


def test_a_removal_is_all_or_nothing(filled: Backend) -> None:
    before = results(filled)
    with pytest.raises(UnknownPlanError, match="'x'"):
        filled.remove(["anhui", "x"])
    assert (len(filled.plans()), filled.generation) == (3, 3)
    assert results(filled) == before
    assert filled.check() == []


def test_replacing_everything_is_one_change_that_brings_its_model(filled: Backend) -> None:
    other = FakeEncoder(64, "other@1", "other")
    filled.replace_all([make_content("hunan", ["rice and cement"], other)], ("other", "other@1"))
    assert [plan.id for plan in filled.plans()] == ["hunan"]
    assert filled.model == ("other", "other@1")
    assert filled.generation == 4
    assert [t for t, _ in shown(filled, filled.search_dense(other.embed(["rice"])[0], 5, Scope()))] == [
        "rice and cement"
    ]
    assert [t for t, _ in shown(filled, filled.search_words("cement", 5, Scope()))] == ["rice and cement"]
    assert filled.check() == []


def test_an_emptied_library_takes_plans_and_models_again(filled: Backend, opens: Opened) -> None:
    filled.remove(list(TEXTS))
    query = ENCODER.embed(["cement"])[0]
    assert (filled.plans(), filled.count(Scope()), filled.check()) == ([], 0, [])
    assert filled.search_dense(query, 5, Scope()) == filled.search_words("cement", 5, Scope()) == []
    other = FakeEncoder(16, "other@1", "other")
    filled.add(make_content("hunan", ["rice"], other), ("other", "other@1"))
    assert [t for t, _ in shown(filled, filled.search_dense(other.embed(["rice"])[0], 5, Scope()))] == ["rice"]
    assert filled.check() == []
    assert opens().check() == []
    assert opens.lines == []


def test_another_model_is_refused_and_nothing_is_changed(filled: Backend) -> None:
    before = results(filled)
    with pytest.raises(ModelError, match=r"fake@1, not other@1.*`rebuild`"):
        filled.add(content("hunan", ["rice"]), ("other", "other@1"))
    with pytest.raises(ModelError):
        filled.add(content("anhui", ["rice"]), ("other", "other@1"))
    assert (filled.model, filled.generation) == (MODEL, 3)
    assert results(filled) == before
    assert filled.check() == []


def test_another_process_sees_a_change_without_opening_again(opens: Opened) -> None:
    writer, reader = opens(), opens()
    for change in (
        lambda: writer.add(content("anhui"), MODEL),
        lambda: writer.add(content("henan"), MODEL),
        lambda: writer.add(content("hubei"), MODEL),
        lambda: writer.add(content("anhui", ["kilns again", "cement"]), MODEL),
        lambda: writer.remove(["henan"]),
        lambda: reader.add(content("henan", ["wind over henan"]), MODEL),
    ):
        change()
        assert results(reader) == results(writer)
        assert [p.id for p in reader.plans()] == [p.id for p in writer.plans()]
    assert reader.check() == writer.check() == opens().check() == []
    assert opens.lines == []


def test_what_was_removed_stays_away_for_those_who_look_on(opens: Opened) -> None:
    writer, reader = opens(), opens()
    for plan_id in TEXTS:
        writer.add(content(plan_id), MODEL)
    for change in (
        lambda: writer.remove(["henan"]),
        lambda: writer.add(content("gansu", ["cement of gansu"]), MODEL),
        lambda: writer.remove(["gansu"], purge=True),
        lambda: writer.remove(["hubei"]),
        lambda: writer.add(content("hunan", ["rice"]), MODEL),
    ):
        change()
        assert [p.id for p in reader.plans()] == [p.id for p in writer.plans()]
        assert reader.removed() == writer.removed()
        assert results(reader) == results(writer)
    assert [p.id for p in reader.plans()] == ["anhui", "hunan"]


def test_the_history_of_a_library_does_not_show(opens: Opened) -> None:
    one, other = opens(), opens(opens.place.with_stem("other"))
    one.add(content("henan", ["to be replaced", "and gone"]), MODEL)
    one.add(content("anhui"), MODEL)
    one.add(content("henan"), MODEL)
    one.add(content("gansu", ["for a while only"]), MODEL)
    one.remove(["gansu"])
    one.add(content("hubei"), MODEL)
    for plan_id in TEXTS:
        other.add(content(plan_id), MODEL)
    ranked = [[sorted(found) for found in results(backend)] for backend in (one, other, opens())]
    assert ranked[0] == ranked[1] == ranked[2]


def test_many_threads_of_one_backend(filled: Backend) -> None:
    expected = results(filled)
    failures: list[object] = []

    def read() -> None:
        for _ in range(5):
            if results(filled) != expected:
                failures.append("differs")

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def assert_consecutive(backend: Backend) -> None:
    """Keys of each plan count up by one in reading order, and no two plans share any."""
    seen: set[int] = set()
    for info in backend.plans():
        keys = backend.keys(Scope((info.id,)))
        passages = backend.passages(keys)
        starts = [passages[key].start for key in keys]
        assert keys == list(range(keys[0], keys[0] + info.passages)), info.id
        assert starts == sorted(starts), info.id
        assert [p.text for p in backend.content(info.id).passages] == [passages[key].text for key in keys], info.id
        assert seen.isdisjoint(keys)
        seen.update(keys)
    assert backend.keys(Scope()) == sorted(seen)


def test_keys_of_a_plan_are_consecutive_in_reading_order(filled: Backend, opens: Opened) -> None:
    assert_consecutive(filled)
    used = set(filled.keys(Scope()))
    filled.add(content("anhui", [f"sentence {n}" for n in range(30)]), MODEL)
    assert_consecutive(filled)
    assert used.isdisjoint(filled.keys(Scope(("anhui",))))  # no key is used again
    filled.amend("henan", replace(filled.plan("henan"), id="zhongyuan", metadata=Metadata(date="2022")), ())
    assert_consecutive(filled)
    filled.remove(["hubei"])
    filled.add(content("hubei"), MODEL)
    assert_consecutive(filled)
    filled.replace_all([content("hubei", ["all", "new"]), content("anhui")], MODEL)
    assert_consecutive(filled)
    target = opens(opens.place.with_stem("copy"))
    copy_library(filled, target)
    assert_consecutive(target)
    assert_consecutive(opens())


def test_a_snapshot_is_of_one_generation(opens: Opened) -> None:
    reader, writer = opens(), opens()
    writer.add(content("anhui"), MODEL)
    reads = 0

    def read() -> tuple[list[str], list[str]]:
        nonlocal reads
        reads += 1
        before = texts_of(reader)
        if reads == 1:  # between two reads another process replaces the plan
            writer.add(content("anhui", ["hydrogen trucks"]), MODEL)
        return before, [text for text, _ in shown(reader, reader.search_words("hydrogen cement", 9, Scope()))]

    assert reader.snapshot(read) == (["hydrogen trucks"], ["hydrogen trucks"])
    assert reads == 2


def test_a_snapshot_raises_what_is_wrong_at_one_generation(opens: Opened) -> None:
    reader, writer = opens(), opens()
    writer.add(content("anhui"), MODEL)
    reads = 0

    def read() -> str:
        nonlocal reads
        reads += 1
        if reads == 1:
            writer.add(content("henan"), MODEL)
            raise UnknownPlanError("henan")  # it was not there yet
        return reader.plan("henan").text if reads == 2 else reader.plan("hubei").text

    assert reader.snapshot(read) == "\n".join(TEXTS["henan"])
    with pytest.raises(UnknownPlanError, match="'hubei'"):
        reader.snapshot(read)
    assert reads == 3


# -- what is kept of the past ------------------------------------------------------------------


def given(plan_id: str, *texts: str) -> PlanContent:
    return make_content(plan_id, texts, ENCODER)


def found(backend: Backend, words: str) -> list[str]:
    """Texts that a search by words and one by meaning find alike."""
    by_words = {f.key for f in backend.search_words(words, 99, Scope())}
    by_meaning = {f.key for f in backend.search_dense(ENCODER.embed([words])[0], 99, Scope()) if f.score > 0.1}
    passages = backend.passages(sorted(by_words | by_meaning))
    return sorted(p.text for p in passages.values())


def test_what_is_replaced_stays_as_a_version(backend: Backend) -> None:
    plan, passages = full_plan()
    vectors = ENCODER.embed([p.text for p in passages])
    backend.add(PlanContent(plan, passages, ["a", "b", "c"], vectors), MODEL)
    backend.add(given("full", "wind farms", "solar roofs"), MODEL)
    backend.add(given("full", "coal"), MODEL)
    versions = backend.versions("full")
    assert [(v.plan, v.n, v.title, v.words) for v in versions] == [
        ("full", 1, plan.title, len(plan.text.split())), ("full", 2, "Full", 4), ("full", 3, "Full", 1),
    ]  # fmt: skip
    assert [bool(v.until) for v in versions] == [True, True, False]
    assert versions[0].until == versions[1].since
    # every part of it, not the text alone
    assert backend.version("full", 1) == plan
    assert backend.version("full", 2).text == "wind farms\nsolar roofs"
    assert backend.version("full", 3) == backend.plan("full")
    for n in (0, 4, -1):
        with pytest.raises(UnknownPlanError, match=f"versions 1 to 3, not {n}"):
            backend.version("full", n)
    # and no search sees the past
    assert found(backend, "wind farms") == []
    assert found(backend, "coal") == ["coal"]
    assert backend.check() == []


def test_the_same_text_again_is_no_version(backend: Backend) -> None:
    backend.add(given("anhui", "wind"), MODEL)
    (first,) = backend.versions("anhui")
    backend.add(given("anhui", "wind"), MODEL)
    assert backend.replace_all([given("anhui", "wind")], MODEL)
    assert backend.versions("anhui") == [first]


def test_what_is_removed_can_come_back(backend: Backend) -> None:
    for plan_id in ("anhui", "henan"):
        backend.add(given(plan_id, f"cement of {plan_id}"), MODEL)
    assert backend.removed() == []
    before = backend.versions("anhui")
    backend.remove(["anhui"])
    backend.remove(["henan"])
    assert {v.plan for v in backend.removed()} == {"anhui", "henan"}
    assert found(backend, "cement") == []
    with pytest.raises(UnknownPlanError):
        backend.plan("anhui")
    assert backend.version("anhui", 1).text == "cement of anhui"
    # with the text it had it is the same version as before; with another, a second one
    backend.add(given("anhui", "cement of anhui"), MODEL)
    assert backend.versions("anhui") == before
    backend.add(given("henan", "steel"), MODEL)
    assert [v.n for v in backend.versions("henan")] == [1, 2]
    assert backend.removed() == []
    assert backend.check() == []


def test_what_is_known_of_a_plan_is_stored_anew(backend: Backend) -> None:
    backend.add(given("anhui", "wind"), MODEL)
    backend.add(given("anhui", "wind farms"), MODEL)
    saved = SavedQuestion(0, "wind?", ("anhui", "henan"), None, "2026-01-01", (("anhui", "wind farms"),))
    backend.save_question(saved)
    metadata = Metadata("Anhui Province", "2022-08", "zh", True)
    plan = replace(backend.plan("anhui"), id="安徽", metadata=metadata, edited=("date", "issuer"))
    generation = backend.generation
    backend.amend("anhui", plan, ("Anhui",))
    assert backend.plan("安徽") == plan
    assert [(i.id, i.metadata) for i in backend.plans()] == [("安徽", metadata)]
    assert backend.names() == {"安徽": ("Anhui",)}
    assert backend.generation == generation + 1
    assert [v.plan for v in backend.versions("安徽")] == ["安徽"] * 2
    assert (backend.saved()[0].plans, backend.saved()[0].quotes) == (("安徽", "henan"), (("安徽", "wind farms"),))
    keys = [f.key for f in backend.search_words("wind", 9, Scope(("安徽",)))]
    assert [p.plan for p in backend.passages(keys).values()] == ["安徽"]
    assert backend.check() == []


def test_a_name_that_is_taken_is_refused(backend: Backend) -> None:
    for plan_id in ("anhui", "henan", "gansu"):
        backend.add(given(plan_id, "wind"), MODEL)
    backend.remove(["gansu"])
    for taken, said in (("henan", "already"), ("gansu", "--purge")):
        with pytest.raises(LibraryError, match=said):
            backend.amend("anhui", replace(backend.plan("anhui"), id=taken), ())
    with pytest.raises(UnknownPlanError):
        backend.amend("hubei", replace(backend.plan("anhui"), id="hubei"), ())
    assert [p.id for p in backend.plans()] == ["anhui", "henan"]


def test_what_another_changed_meanwhile_is_not_overwritten(backend: Backend) -> None:
    backend.add(given("anhui", "wind"), MODEL)
    seen = backend.generation
    backend.add(given("henan", "coal"), MODEL)
    # another plan is no matter for this one, but for a change of all
    backend.add(given("anhui", "wind farms"), MODEL, seen=seen)
    assert not backend.replace_all([given("anhui", "hydrogen")], MODEL, seen=seen)
    with pytest.raises(LibraryBusyError, match="'anhui' was changed meanwhile"):
        backend.add(given("anhui", "solar"), MODEL, seen=seen)
    with pytest.raises(LibraryBusyError, match="'anhui' was changed meanwhile"):
        backend.amend("anhui", backend.plan("anhui"), (), seen=seen)
    assert backend.plan("anhui").text == "wind farms"
    assert found(backend, "hydrogen") == found(backend, "solar") == []
    assert backend.replace_all([given("anhui", "hydrogen")], MODEL, seen=backend.generation)
    assert [v.plan for v in backend.removed()] == ["henan"]


@pytest.mark.parametrize("purge", [False, True])
def test_what_another_removed_meanwhile_does_not_come_back(backend: Backend, purge: bool) -> None:
    backend.add(given("anhui", "wind"), MODEL)
    seen = backend.generation
    backend.remove(["anhui"], purge=purge)
    with pytest.raises(LibraryBusyError, match="'anhui' was changed meanwhile"):
        backend.add(given("anhui", "wind farms"), MODEL, seen=seen, there=True)
    assert backend.plans() == []
    backend.add(given("anhui", "solar"), MODEL, seen=seen)  # of a file that had no plan yet
    assert found(backend, "solar") != []


def test_saved_questions(backend: Backend) -> None:
    quotes = (("anhui", 'The "quote" 引'), ("henan", "b"))
    one = SavedQuestion(0, "wind?", None, None, "2026-01-01T00:00:00+00:00", quotes)
    two = SavedQuestion(0, "wind?", ("anhui",), "Energy", "2026-01-02T00:00:00+00:00")
    ids = [backend.save_question(question) for question in (one, two)]
    assert backend.saved() == [replace(one, id=ids[0]), replace(two, id=ids[1])]
    # saved again it takes the new answer; in another scope it is another question
    again = replace(one, at="2026-01-03T00:00:00+00:00", quotes=())
    backend.save_question(again)
    assert [(s.question, s.plans, s.quotes) for s in backend.saved()] == [
        ("wind?", ("anhui",), ()),
        ("wind?", None, ()),
    ]
    assert backend.forget_question(ids[1])
    assert not backend.forget_question(ids[1])
    assert [s.plans for s in backend.saved()] == [None]


# -- what is searched --------------------------------------------------------------------------

LABELS = [
    ("1. Industry",),
    ("1. Industry", "(1) Cement, 50%"),
    ('2. The "dual_control" of output',),
    ("水泥 Énergie",),
    (),
]
SENTENCES = ["kilns", "cement one", "cement two", "wind", "closing words"]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("industry", [0, 1]), ("(1) Cem", [1]), ("50%", [1]), ("5%", []), ("%", [1]), ("_", [2]), ("dual.control", []),
        ('"dual_control" of', [2]), ("水泥", [3]), ("nergie", [3]), ("1. Industry(", []), ("\\", []), ("'", []), ("[", []),
    ],
)  # fmt: skip
def test_a_section_is_found_by_any_part_of_its_label(backend: Backend, asked: str, wanted: list[int]) -> None:
    for plan_id in ("a", "b"):
        backend.add(make_content(plan_id, SENTENCES, ENCODER, sections=LABELS), MODEL)
    scope = Scope(("b",), asked)
    texts = [SENTENCES[i] for i in wanted]
    assert texts_of(backend, scope) == texts
    assert texts_of(backend, Scope(None, asked)) == texts * 2
    assert (backend.count(scope), backend.count(Scope(None, asked))) == (len(wanted), 2 * len(wanted))
    dense = backend.search_dense(ENCODER.embed(["cement"])[0], 9, scope)
    assert sorted(t for t, _ in shown(backend, dense)) == sorted(texts)
    words = backend.search_words("kilns cement wind closing", 9, scope)
    assert sorted(t for t, _ in shown(backend, words)) == sorted(texts)


def test_many_plans_are_described_in_one_change(opens: Opened, filled: Backend) -> None:
    before, found = filled.generation, sorted(map(sorted, results(filled)))
    target = Target(
        TargetKind.TARGET, "anhui", "kilns", Comparator.EQUAL, 5.0, None, "", "5", "5", (), None, 0, 1, (0, 1)
    )
    plans = [
        replace(info, metadata=replace(info.metadata, place="China", tags=("a", "B")), edited=("place", "tags"))
        for info in filled.plans()
        if info.id != "henan"
    ]
    filled.describe(plans, {"anhui": [target]})
    assert filled.generation == before + 1
    for backend in (filled, opens()) if isinstance(filled, LocalBackend) else (filled,):
        assert [info for info in backend.plans() if info.id != "henan"] == plans
        assert [(p.metadata, p.edited) for p in map(backend.plan, ("anhui", "henan"))] == [
            (plans[0].metadata, plans[0].edited), (Metadata(), ()),
        ]  # fmt: skip
        assert (backend.targets("anhui"), backend.targets("hubei")) == ([target], None)
        assert sorted(map(sorted, results(backend))) == found
        assert len(backend.versions("anhui")) == 1
        assert backend.check() == []
    with pytest.raises(LibraryBusyError, match="'anhui'"):
        filled.describe(plans, {}, seen=before)
    with pytest.raises(UnknownPlanError, match="'x'"):
        filled.describe([plans[0], replace(plans[1], id="x")], {})
    assert filled.generation == before + 1


def test_collections_are_kept_follow_a_renamed_plan_and_forget_a_purged_one(opens: Opened, filled: Backend) -> None:
    assert filled.collections() == {}
    wanted = {"Erste «Reihe»": ("henan", "anhui"), "省": ("hubei", "anhui"), "empty": ()}
    filled.change_collections(lambda held: {**held, **wanted})
    assert filled.collections() == wanted
    filled.remove(["anhui"])  # it may come back
    assert filled.collections() == wanted
    filled.amend("henan", replace(filled.plan("henan"), id="河南"), ())
    filled.remove(["anhui"], purge=True)
    assert filled.collections() == {"Erste «Reihe»": ("河南",), "省": ("hubei",), "empty": ()}
    filled.change_collections(lambda held: {"second": held["省"]})
    for backend in (filled, opens()):
        assert backend.collections() == {"second": ("hubei",)}
    with pytest.raises(ZeroDivisionError):
        filled.change_collections(lambda held: {"x": (str(1 // 0),)})
    assert filled.collections() == {"second": ("hubei",)}
    assert filled.check() == []


def test_ties_fall_by_key_wherever_the_cut_is(backend: Backend) -> None:
    backend.add(content("a", ["wind"] * 7 + ["coal"]), MODEL)
    backend.add(content("b", ["wind"] * 7), MODEL)
    keys = [key for key, text in zip(backend.keys(Scope()), texts_of(backend), strict=True) if text == "wind"]
    for k in (1, 3, 7, 10, 14):
        assert [f.key for f in backend.search_words("wind", k, Scope())] == keys[:k]
        assert [f.key for f in backend.search_dense(ENCODER.embed(["wind"])[0], k, Scope())] == keys[:k]


def test_words_are_the_same_terms_in_every_backend(backend: Backend) -> None:
    texts = [
        "Kilns, closing: 13.7 GW",
        "水泥窑 closes",
        "the café of the",
        "ﬁre 13,7",
        "co-operation_x",
        "ÉNERGIE «verte»",
    ]
    backend.add(content("a", texts), MODEL)
    for asked, wanted in (
        ("kiln", [0]), ("13.7", [0]), ("13,7", [3]), ("13", []), ("close", [0, 1]), ("水", [1]), ("泥水", [1]),
        ("cafe", [2]), ("the of", []), ("fire", [3]), ("operation_x", [4]), ("energie", [5]), ("?!", []),
    ):  # fmt: skip
        hits = backend.search_words(asked, 9, Scope())
        assert sorted(t for t, _ in shown(backend, hits)) == sorted(texts[i] for i in wanted), asked


def test_idf_and_scores_are_those_of_bm25(filled: Backend) -> None:
    def idf(n: int) -> float:
        return math.log(1 + (9 - n + 0.5) / (n + 0.5))

    rare = filled.idf(["cement", "kilns", "wind", "13.7", "the", "zebra", "wind farms"])
    assert rare == pytest.approx([idf(3), idf(3), idf(1), idf(1), 0.0, idf(0), idf(1)], abs=1e-4)
    (_, score), *_ = shown(filled, filled.search_words("wind", 1, Scope()))
    # k1 = 1.2, b = 0.75; the text has five terms without "to", all nine have 38 without stop words
    lengths = [
        len([w for w in text.split() if w not in ("by", "to", "of", "a", "and")])
        for some in TEXTS.values()
        for text in some
    ]
    assert score == pytest.approx(idf(1) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 5 / (sum(lengths) / 9))), abs=1e-3)


def test_vectors_come_back_as_they_are_compared(backend: Backend) -> None:
    plan, passages = full_plan()
    vectors = ENCODER.embed([p.text for p in passages])
    given = PlanContent(
        plan, passages, ["a", passages[1].text, f"x. {passages[2].text}. y"], vectors, ("Full", "计划"), ()
    )
    backend.add(given, MODEL)
    back = backend.content("full")
    assert (back.plan, tuple(back.passages), list(back.indexed)) == (plan, passages, list(given.indexed))
    assert (tuple(back.names), list(back.targets or ())) == (("Full", "计划"), [])
    assert np.array_equal(back.vectors, vectors.astype(np.float16).astype(np.float32))
    assert back.since == backend.versions("full")[0].since
    with pytest.raises(UnknownPlanError, match=r"'x'.*full"):
        backend.content("x")


def test_word_vectors_come_back_from_a_folder_and_are_not_sent_to_milvus(filled: Backend) -> None:
    plan, passages = full_plan()
    vectors = ENCODER.embed([p.text for p in passages])
    packed = [b"one", b"", b"\0three"]
    given = PlanContent(plan, passages, ["a", "b", "c"], vectors, word_vectors=packed)
    filled.add(given, MODEL)
    keys = filled.keys(Scope(("full",)))
    kept = isinstance(filled, LocalBackend)
    assert filled.word_vectors(filled.keys(Scope())) == (dict(zip(keys, packed, strict=True)) if kept else {})
    assert list(filled.content("full").word_vectors) == (packed if kept else [])
    filled.add(replace(given, word_vectors=()), MODEL)
    assert filled.word_vectors(filled.keys(Scope())) == {}
    with_them = replace(given, word_vectors=[b"anew"] * 3)
    filled.replace_all([with_them], MODEL)
    assert list(filled.word_vectors(filled.keys(Scope())).values()) == ([b"anew"] * 3 if kept else [])
    filled.remove(["full"], purge=True)
    assert filled.word_vectors(keys) == {}
    assert filled.check() == []


def test_a_version_that_is_brought_along_is_one_of_the_past(backend: Backend) -> None:
    old = content("anhui", ["peat"]).plan
    backend.keep_version(old, "2020-01-01T00:00:00+00:00", "2021-01-01T00:00:00+00:00")
    assert [(v.plan, v.since, v.until) for v in backend.removed()] == [
        ("anhui", "2020-01-01T00:00:00+00:00", "2021-01-01T00:00:00+00:00")
    ]
    backend.add(replace(content("anhui"), since="2021-01-01T00:00:00+00:00"), MODEL)
    assert [(v.n, v.since, bool(v.until)) for v in backend.versions("anhui")] == [
        (1, "2020-01-01T00:00:00+00:00", True),
        (2, "2021-01-01T00:00:00+00:00", False),
    ]
    assert backend.version("anhui", 1) == old
    assert found(backend, "peat") == []
    assert backend.removed() == backend.check() == []
    assert backend.generation == 2


def test_no_library(opens: Opened) -> None:
    with pytest.raises(LibraryError, match=r"There is no library in .*plancite index FOLDER"):
        open_backend(opens.place)
    assert not opens.place.exists()
