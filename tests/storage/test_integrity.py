"""What changes on disk is noticed: by `check`, and by whoever reads it, in one sentence that names the plan."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from backends import MODEL, QUERIES, TEXTS, content
from flipping import STORED, assert_nothing_changed, flip, flipped, index_files, make_library, opened, reads

from indexer.errors import LibraryError
from indexer.storage import open_backend
from indexer.storage.disk import read_note, write_note
from indexer.storage.local import DATABASE_FILE
from indexer.storage.local.connection import (
    PASSAGE_SUM,
    PLAN_SUM,
    SAVED_SUM,
    SCHEMA_VERSION,
    STORE_PASSAGE_SUMS,
    STORE_PLAN_SUMS,
    SUMMED_PASSAGES,
    VERSION_SUM,
    VERSION_TEXT_SUM,
)
from indexer.storage.rows import TARGET_RULES, checksum, collections_text, read_collections


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("integrity") / "library"
    make_library(folder)
    return folder


@pytest.fixture(scope="module")
def as_stored(library: Path) -> dict[str, object]:
    with opened(library) as backend:
        assert backend.check() == []
        return {name: read() for name, read in reads(backend).items()}


@pytest.mark.parametrize("table_column", STORED, ids=lambda stored: f"{stored[0]}.{stored[1]}")
def test_a_flipped_bit_is_told_by_check_and_changes_no_answer(
    library: Path, as_stored: dict[str, object], table_column: tuple[str, str, str]
) -> None:
    draw = random.Random("{}.{}".format(*table_column))
    for _ in range(15):
        with flipped(library, table_column, draw) as plan_id, opened(library) as backend:
            assert_nothing_changed(backend, as_stored)
            problems = backend.check()
        assert any(plan_id in problem for problem in problems), (plan_id, problems)
    with opened(library) as backend:
        assert backend.check() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "UPDATE passages SET plan = (SELECT key FROM plans WHERE id = 'full') WHERE key = 1",
            "full: the text of 1 of",
        ),
        ("UPDATE versions SET id = 'hunan'", "hunan: an earlier version changed"),
        ("UPDATE meta SET key = 'collectionr' WHERE key = 'collections'", "a note of another name, 'collectionr'"),
        ("UPDATE plans SET changed = 99 WHERE id = 'anhui'", "anhui: its description changed"),
    ],
)
def test_what_belongs_to_another_plan_is_told(library: Path, tmp_path: Path, change: str, told: str) -> None:
    shutil.copytree(library, tmp_path / "library")
    with closing(sqlite3.connect(tmp_path / "library" / DATABASE_FILE)) as file, file:
        assert file.execute(change).rowcount
    with opened(tmp_path / "library") as backend:
        assert any(told in problem for problem in backend.check())


def test_a_passage_is_never_read_under_another_plan(library: Path, tmp_path: Path) -> None:
    shutil.copytree(library, tmp_path / "library")
    with closing(sqlite3.connect(tmp_path / "library" / DATABASE_FILE)) as file, file:
        # two plans of one title, so that the plan's key alone tells them apart
        file.execute("UPDATE plans SET title = 'One title'")
        file.execute("DELETE FROM passage_sums")
        file.create_function("checksum", -1, checksum)
        file.execute(STORE_PASSAGE_SUMS)
        file.execute("UPDATE passages SET plan = (SELECT key FROM plans WHERE id = 'henan') WHERE key = 1")
    with opened(tmp_path / "library") as backend, pytest.raises(LibraryError, match="henan: a passage changed on disk"):
        backend.passages([1])


def test_a_version_keeps_its_checksum_when_its_plan_is_renamed(library: Path, tmp_path: Path) -> None:
    shutil.copytree(library, tmp_path / "library")
    with opened(tmp_path / "library") as backend:
        text = backend.version("henan", 1).text
        backend.amend("henan", replace(backend.plan("henan"), id="hunan"), ["Hunan"])
        assert backend.check() == []
        assert backend.version("hunan", 1).text == text
    with closing(sqlite3.connect(tmp_path / "library" / DATABASE_FILE)) as file, file:
        file.execute("UPDATE versions SET title = 'Another'")
    with opened(tmp_path / "library") as backend:  # renaming does not make good what changed
        backend.amend("hunan", replace(backend.plan("hunan"), id="henan"), ["Henan"])
        assert any("henan: an earlier version" in problem for problem in backend.check())


def test_checksums_of_format_8_are_widened_and_bless_no_damage(library: Path, tmp_path: Path) -> None:
    copy = tmp_path / "library"
    shutil.copytree(library, copy)
    with closing(sqlite3.connect(copy / DATABASE_FILE)) as file, file:
        file.create_function("checksum", -1, checksum)
        columns = (
            ("plan_sums", "plan_sum", PLAN_SUM, ("generation", "changed", "since"), "plans WHERE key = plan"),
            (
                "passage_sums",
                "passage_sum",
                PASSAGE_SUM,
                ("p.plan",),
                f"{SUMMED_PASSAGES} WHERE p.key = passage_sums.passage",
            ),
            ("versions", "version_sum", VERSION_SUM, ("id",), ""),
        )
        for table, column, wider, added, source in columns:
            narrow = wider
            for name in added:
                narrow = narrow.replace(f"CAST({name} AS BLOB), ", "").replace(f", CAST({name} AS BLOB)", "")
            assert narrow != wider
            file.execute(f"UPDATE {table} SET {column} = " + (f"(SELECT {narrow} FROM {source})" if source else narrow))
        file.execute("UPDATE meta SET value = '8' WHERE key = 'schema'")
    shutil.copytree(copy, tmp_path / "damaged")
    with opened(copy) as backend:
        assert backend.check() == []
    with closing(sqlite3.connect(tmp_path / "damaged" / DATABASE_FILE)) as file, file:
        file.execute("UPDATE plans SET words = 99 WHERE id = 'anhui'")
        file.execute("UPDATE passages SET page = 99 WHERE key = 1")
        file.execute("UPDATE versions SET title = 'Another'")
    with opened(tmp_path / "damaged") as backend:
        assert len(backend.check()) == 3


def test_no_flipped_bit_changes_a_collection() -> None:
    collections = {"First lot": ("anhui", "henan"), "省": ()}
    stored = collections_text(collections).encode()
    refused = 0
    for bit in range(8 * len(stored)):
        try:
            assert read_collections(flip(stored, bit).decode(errors="replace")) == collections
        except LibraryError:
            refused += 1
    assert refused > 7 * len(stored)


def test_indexes_are_not_built_from_what_changed(library: Path, as_stored: dict[str, object], tmp_path: Path) -> None:
    for column in ("vector", "indexed"):
        copy = tmp_path / column
        shutil.copytree(library, copy)
        (copy / "vectors.faiss").unlink()
        shutil.rmtree(copy / "words")
        with closing(sqlite3.connect(copy / DATABASE_FILE)) as file, file:
            (value,) = file.execute(f"SELECT CAST({column} AS BLOB) FROM passages WHERE key = 3").fetchone()
            kind = "BLOB" if column == "vector" else "TEXT"
            file.execute(f"UPDATE passages SET {column} = CAST(? AS {kind}) WHERE key = 3", (flip(value, 3),))
        with opened(copy) as backend:
            assert assert_nothing_changed(backend, as_stored) == len(QUERIES)
            with pytest.raises(LibraryError, match=r"anhui: .* changed on disk .*plancite rebuild"):
                backend.prepare()
            # and the remedy works
            contents = [content(plan_id) for plan_id in TEXTS]
            backend.replace_all(contents, MODEL)
            assert backend.check() == []


def test_flips_anywhere_in_the_file(library: Path, as_stored: dict[str, object], tmp_path: Path) -> None:
    with closing(sqlite3.connect(library / DATABASE_FILE)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = (library / DATABASE_FILE).read_bytes()
    copy = tmp_path / "copy"
    draw = random.Random(8)
    told = 0
    for _ in range(60):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(library, copy)
        (copy / DATABASE_FILE).write_bytes(flip(whole, draw.randrange(8 * len(whole))))
        try:
            with opened(copy) as backend:
                refused = assert_nothing_changed(backend, as_stored)
                problems = backend.check()
        except LibraryError:
            told += 1
            continue
        assert problems or not refused
        told += bool(problems)
    assert told > 10  # the others hit free pages and unused bytes


WRONG_ROWS = {
    "start that is text": "UPDATE passages SET start = 'x' WHERE key = 1",
    "start that is far": "UPDATE passages SET start = 1e300 WHERE key = 1",
    "role that is none": "UPDATE passages SET role = 'chorus' WHERE key = 1",
    "text that is bytes": "UPDATE passages SET text = x'ff00' WHERE key = 1",
    "text that is not UTF-8": "UPDATE passages SET text = CAST(x'ff41' AS TEXT) WHERE key = 1",
    "vector that is short": "UPDATE passages SET vector = x'0102' WHERE key = 1",
    "vector that is text": "UPDATE passages SET vector = 'x' WHERE key = 1",
    "section path that is no JSON": "UPDATE sections SET path = '[' WHERE n = 0",
    "names that are no list": "UPDATE plans SET names = '7' WHERE id = 'anhui'",
    "metadata that is a list": "UPDATE plans SET metadata = '[]' WHERE id = 'anhui'",
    "warnings that are numbers": "UPDATE plans SET warnings = '[1]' WHERE id = 'anhui'",
    "count that is text": "UPDATE plans SET passages = 'many' WHERE id = 'anhui'",
    "parts that are no JSON": "UPDATE texts SET parts = '{' WHERE plan = 1",
    "parts of another kind": "UPDATE texts SET parts = '{\"pages\": 1}' WHERE plan = 1",
    "plan text that is bytes": "UPDATE texts SET text = x'ff' WHERE plan = 1",
    "targets that are no list": "UPDATE targets SET rows = '{}' WHERE plan = 1",
    "target of another kind": f"UPDATE targets SET rows = '[{TARGET_RULES}, {{\"kind\": 3}}]' WHERE plan = 1",
    "quotes that are text": "UPDATE saved SET quotes = '\"x\"'",
    "version text that is bytes": "UPDATE versions SET text = x'ff'",
    "generation that is text": "UPDATE meta SET value = 'seven' WHERE key = 'generation'",
    "model that is no list": "UPDATE meta SET value = '7' WHERE key = 'model'",
}


@pytest.mark.parametrize("with_its_checksum", [False, True])
@pytest.mark.parametrize("wrong", WRONG_ROWS)
def test_a_row_of_the_wrong_type_is_a_sentence(
    library: Path, tmp_path: Path, wrong: str, with_its_checksum: bool
) -> None:
    copy = tmp_path / "library"
    shutil.copytree(library, copy)
    with closing(sqlite3.connect(copy / DATABASE_FILE)) as file, file:
        file.execute(WRONG_ROWS[wrong])
        assert file.total_changes
        if with_its_checksum:
            file.create_function("checksum", -1, checksum)
            file.execute(f"{STORE_PLAN_SUMS} WHERE true")
            file.execute("DELETE FROM passage_sums")
            file.execute(STORE_PASSAGE_SUMS)
            file.execute(f"UPDATE versions SET version_sum = {VERSION_SUM}, text_sum = {VERSION_TEXT_SUM}")
            file.execute(f"UPDATE saved SET saved_sum = {SAVED_SUM}")
    said = []
    try:
        with opened(copy) as backend:
            for read in (*reads(backend).values(), lambda: backend.model, backend.names, backend.prepare):
                try:
                    read()
                except LibraryError as error:
                    said.append(str(error))
            said += backend.check()
            if not wrong.startswith("generation"):
                backend.remove(["anhui"], purge=True)  # whatever is wrong with it
    except LibraryError as error:
        said.append(str(error))
    assert said


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("99", "a later version of Plancite .format 99.*Install that version"),
        ("1", "an earlier version of Plancite .format 1.*Delete its folder"),
        ("-3", "an earlier version"),
        ("six", "The library is damaged: the schema noted in plans.sqlite cannot be read"),
        ("", "an earlier version"),
    ],
)
def test_a_schema_of_another_number_is_a_sentence(library: Path, tmp_path: Path, schema: str, said: str) -> None:
    copy = tmp_path / "library"
    shutil.copytree(library, copy)
    with closing(sqlite3.connect(copy / DATABASE_FILE)) as file, file:
        file.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (schema,))
    for create in (False, True):
        with pytest.raises(LibraryError, match=said):
            open_backend(copy, create=create)


def test_an_older_format_that_cannot_be_written_says_where_to_upgrade_it(
    library: Path, as_stored: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "library"
    shutil.copytree(library, copy)
    with closing(sqlite3.connect(copy / DATABASE_FILE)) as file, file:
        file.executescript(
            "UPDATE meta SET value = '5' WHERE key = 'schema'; DROP TABLE plan_sums; DROP TABLE passage_sums;"
            "ALTER TABLE versions DROP COLUMN version_sum; ALTER TABLE versions DROP COLUMN text_sum;"
            "ALTER TABLE saved DROP COLUMN saved_sum; ALTER TABLE saved DROP COLUMN owner; ALTER TABLE passages DROP COLUMN excerpt;"
        )
    with closing(sqlite3.connect(copy / DATABASE_FILE)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (copy / DATABASE_FILE).read_bytes()
    connect = sqlite3.connect

    def read_only(database: str, **options: object) -> sqlite3.Connection:
        if not options.get("uri"):
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return connect(database, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)
    with pytest.raises(
        LibraryError, match=rf"upgraded from format 5 to {SCHEMA_VERSION}, .*readonly.*Open it where it can be written"
    ):
        open_backend(copy)
    assert (copy / DATABASE_FILE).read_bytes() == before
    monkeypatch.setattr(sqlite3, "connect", connect)
    passages = as_stored["passages"]
    assert isinstance(passages, dict)
    before_excerpts = {key: replace(passage, table=None) for key, passage in passages.items()}
    with opened(copy) as backend:  # where it can be written
        assert assert_nothing_changed(backend, as_stored | {"passages": before_excerpts}) == 0
        assert backend.check() == []


@pytest.mark.parametrize("prepared", [True, False], ids=["open", "not yet open"])
def test_check_compares_the_files_of_the_indexes(
    library: Path, as_stored: dict[str, object], tmp_path: Path, prepared: bool
) -> None:
    with opened(library) as backend:
        backend.prepare()
    draw = random.Random(3)
    for n in range(len(index_files(library))):
        copy = tmp_path / str(n)
        shutil.copytree(library, copy)
        with opened(copy) as backend:
            if prepared:
                backend.prepare()
            path = index_files(copy)[n]
            data = path.read_bytes()
            with path.open("r+b") as file:  # in place: a mapped file must not be shorter for a moment
                file.write(flip(data, draw.randrange(8 * len(data))))
            kind = "vector" if path.name.startswith("vectors") else "word"
            assert backend.check() == [
                f"The {kind} index on disk is damaged; it is built again when the library is next opened."
            ], path.name
        with opened(copy) as backend:
            assert assert_nothing_changed(backend, as_stored) == 0
            assert backend.check() == []


def test_every_bit_of_a_note_counts(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    note = {"generation": 3, "files": {"meta.json": [310, 77]}}
    write_note(path, note)
    assert read_note(path, *note) == note
    whole = path.read_bytes()
    for bit in range(8 * len(whole)):
        path.write_bytes(flip(whole, bit))
        with pytest.raises(ValueError):
            read_note(path, *note)
    path.write_text('{"generation": 2}')  # as it was before notes had a checksum
    assert read_note(path, *note) == {"generation": 2}


def test_a_plan_whose_text_changed_is_replaced_or_removed(library: Path, tmp_path: Path) -> None:
    copy = tmp_path / "library"
    shutil.copytree(library, copy)
    with closing(sqlite3.connect(copy / DATABASE_FILE)) as file, file:
        file.execute("UPDATE texts SET text = replace(text, '2025', '2035') WHERE plan = 1")
        file.execute("UPDATE passages SET text = replace(text, '2025', '2035') WHERE plan = 1")
    with opened(copy) as backend:
        with pytest.raises(
            LibraryError, match=r"^anhui: its text changed on disk .*plancite add FILE --id anhui --replace"
        ):
            backend.plan("anhui")
        assert len(backend.check()) == 2
        backend.add(content("anhui", ["cement kilns close by 2030"]), MODEL)
        assert [v.n for v in backend.versions("anhui")] == [1]  # what nobody can read is no version
        assert backend.check() == []
    shutil.rmtree(copy)
    shutil.copytree(library, copy)
    with closing(sqlite3.connect(copy / DATABASE_FILE)) as file, file:
        file.execute("UPDATE texts SET text = replace(text, '2025', '2035') WHERE plan = 1")
    with opened(copy) as backend:
        backend.remove(["anhui"])
        assert backend.removed() == []
        backend.add(content("anhui"), MODEL)
        assert backend.plan("anhui").text == "\n".join(TEXTS["anhui"])
        assert backend.check() == []
