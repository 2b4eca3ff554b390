"""What only a library on Milvus can meet: a server that is away, cut off, too old, written by others, swept up late."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backends import ENCODER, MODEL, TEXTS, Opened, content, fill, results, shown, texts_of
from damage import derived_files
from milvus_lite.adapter.grpc.server import start_server_in_thread
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from proxy import Proxy

from indexer.errors import LibraryBusyError, LibraryError
from indexer.library.copying import copy_library
from indexer.storage import Backend, Scope, open_backend
from indexer.storage.milvus import MilvusBackend, connection, lease
from indexer.storage.milvus.catalogue import as_ranges, read_manifest, write_manifest
from indexer.storage.milvus.change import Change, place_of
from indexer.storage.milvus.connection import TOKEN_VARIABLE, Connection, read_address

LONG = [f"cement kilns of district {i}" for i in range(60)]


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / "library.db")
    yield opened
    opened.close()


@pytest.fixture
def filled(opens: Opened) -> MilvusBackend:
    backend = fill(opens())
    assert isinstance(backend, MilvusBackend)
    return backend


class Server:
    """Milvus Lite behind a port, as a server would be, and a line to it that can be cut."""

    def __init__(self, folder: Path) -> None:
        self.server, self.database, self.port = start_server_in_thread(str(folder))
        self.direct = f"milvus://127.0.0.1:{self.port}/plans"
        self.lines = [Proxy(self.port)]

    @property
    def proxy(self) -> Proxy:
        return self.lines[-1]

    @property
    def through(self) -> str:
        return f"milvus://127.0.0.1:{self.proxy.port}/plans"

    def mend(self) -> None:
        """Lay another line; gRPC would wait before it tries the old one again."""
        self.lines.append(Proxy(self.port))

    def close(self) -> None:
        for line in self.lines:
            line.close()
        self.server.stop(grace=1).wait()
        self.database.close()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name, seconds in (("CONNECT", 2.0), ("READ", 5.0), ("WRITE", 5.0)):
        monkeypatch.setattr(connection, name, seconds)
    monkeypatch.setattr(lease, "SETTLE", 0.01)
    monkeypatch.setattr(connection, "BATCH_ROWS", 10)
    made = Server(tmp_path / "server")
    yield made
    made.close()


# -- where it is -------------------------------------------------------------------------------


def test_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "a-key")
    plain = read_address("milvus://db.example:19531/office_1")
    assert (plain.uri, plain.name, plain.token, plain.lite) == ("http://db.example:19531", "office_1", "a-key", None)
    named = read_address("milvus+tls://ann:s%40cret@db.example/plans")
    assert (named.uri, named.token) == ("https://db.example:19530", "ann:s@cret")
    assert named.location == "milvus+tls://db.example:19530/plans"
    assert "cret" not in repr(named) + str(named.folder)
    lite = read_address(str(tmp_path / "a.db"))
    assert (lite.lite, lite.folder, lite.uri) == (tmp_path / "a.db", tmp_path / "a.files", "")
    for wrong in ("milvus://db.example", "milvus:///plans", "milvus://h:1/a-b", "milvus://h:port/a", "milvus://h/1a"):
        with pytest.raises(LibraryError, match="milvus://host:port/name"):
            read_address(wrong)


# -- what is away, too old or not ours -----------------------------------------------------------


def test_a_server_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CONNECT", 0.5)
    with pytest.raises(LibraryError, match=r"milvus://127.0.0.1:9/plans cannot be reached .*Check that Milvus runs"):
        open_backend("milvus://127.0.0.1:9/plans")


@pytest.mark.parametrize("version", ["v2.4.9", "2.3.1-dev", ""])
def test_a_server_that_is_too_old_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    real = MilvusServicer.GetVersion

    def old(self: Any, request: Any, context: Any) -> Any:
        answer = real(self, request, context)
        answer.version = version
        return answer

    monkeypatch.setattr(MilvusServicer, "GetVersion", old)
    server = Server(tmp_path / "server")
    with pytest.raises(
        LibraryError, match=rf"is served by Milvus {version or 'of an unknown version'}.*Use version 2.5"
    ):
        open_backend(server.direct, create=True)
    server.close()


def test_a_library_of_another_format_is_told(filled: MilvusBackend, opens: Opened) -> None:
    row = {"id": "record", "number": -1, "ended": 0, "value": json.dumps({"format": 99})}
    filled._connection.upsert("records", [row])
    with pytest.raises(
        LibraryError, match=r"another version of Plancite \(format 99, this one reads 3\).*plancite copy"
    ):
        opens()


@pytest.mark.parametrize("package", ["pymilvus", "milvus_lite.adapter.grpc.server"])
def test_without_the_packages_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(LibraryError, match=r"not installed. Run: pip install 'plancite\[milvus\]'"):
        open_backend(tmp_path / "library.db", create=True)


def test_a_file_that_another_process_has_open(filled: MilvusBackend, opens: Opened) -> None:
    code = f"from indexer.storage import open_backend\nopen_backend({str(opens.place)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "LibraryBusyError" in done.stderr
    assert "is open in another process" in done.stderr
    assert filled.check() == []


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "other.db"
    place.write_bytes(b"SQLite format 3\x00")
    for create in (True, False):
        with pytest.raises(LibraryError, match=r"other.db is no library of Milvus Lite"):
            open_backend(place, create=create)
    assert place.read_bytes() == b"SQLite format 3\x00"


# -- cut off midway ------------------------------------------------------------------------------


def cut_after(proxy: Proxy, batches: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Cut the line when so many batches were written; the numbers of rows that each attempt sent."""
    upsert = Connection.upsert
    sent: list[int] = []

    def counted(self: Connection, table: str, rows: Any, after: Callable[[], None] = lambda: None) -> None:
        if not table.startswith("passages"):
            return upsert(self, table, rows, after)
        there = list(rows)
        sent.append(len(there))
        done: list[int] = []

        def then() -> None:
            done.append(1)
            if len(sent) == 1 and len(done) == batches:
                proxy.cut()
            after()

        return upsert(self, table, there, then)

    monkeypatch.setattr(Connection, "upsert", counted)
    return sent


@pytest.mark.parametrize("again", ["the same", "another"])
def test_an_add_that_was_cut_off_is_not_seen_and_ends_whole(
    server: Server, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    with_all = open_backend(server.direct, create=True)
    fill(with_all)
    before = results(with_all)
    through = open_backend(server.through)
    sent = cut_after(server.proxy, 3, monkeypatch)
    with pytest.raises(LibraryError, match=r"cannot be written .*do it again: it goes on"):
        through.add(content("anhui", LONG), MODEL)
    # nobody sees any of it
    assert results(with_all) == results(open_backend(server.direct)) == before
    assert with_all.check() == []
    server.mend()
    reopened = open_backend(server.through)
    monkeypatch.setattr(lease, "LEASE", 0.1)
    expire_turn(reopened)
    texts = LONG if again == "the same" else ["cement of another text"]
    reopened.add(content("anhui", texts), MODEL)
    assert texts_of(with_all, Scope(("anhui",))) == texts
    assert sent == ([60, 30] if again == "the same" else [60, 1])
    assert with_all.check() == []
    assert [v.words for v in with_all.versions("anhui")][1:] == [sum(len(t.split()) for t in texts)]
    table = with_all._connection  # type: ignore[attr-defined]
    assert table.count(read_manifest(table).passages, "plan >= 0") == with_all.count(Scope())
    for backend in (with_all, through, reopened):
        backend.close()


def expire_turn(backend: Backend) -> None:
    """As if the one who died had died a minute ago."""
    row = {"id": "writer", "number": -1, "ended": 0, "value": json.dumps({"sign": "x", "until": 0.0})}
    backend._connection.upsert("records", [row])  # type: ignore[attr-defined]


def test_a_copy_that_was_cut_off_leaves_the_folder_as_it_was(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = fill(open_backend(tmp_path / "home", create=True))
    files = {path: path.read_bytes() for path in derived_files(tmp_path / "home")}
    before = (home.generation, results(home))
    through = open_backend(server.through, create=True)
    cut_after(server.proxy, 1, monkeypatch)
    with pytest.raises(LibraryError, match="do it again"):
        copy_library(home, through)
    assert (home.generation, results(home), home.check()) == (*before, [])
    assert {path: path.read_bytes() for path in derived_files(tmp_path / "home")} == files
    server.mend()
    expire_turn(open_backend(server.direct))
    again = open_backend(server.through)
    assert copy_library(home, again).plans == 3
    assert again.check() == []


def test_a_second_writer_waits_and_then_names_the_holder(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = open_backend(server.direct, create=True), open_backend(server.direct)
    monkeypatch.setattr(lease, "WAIT", 0.3)
    monkeypatch.setattr(lease, "_of_this_process", {"milvus://": None})
    locks = {one.location: _NoLock(), "": _NoLock()}
    monkeypatch.setattr(lease, "_of_this_process", locks)
    said = r"is being written by .+ \(process \d+ on .+, since 20.+\)"
    with lease.writer_lease(one._connection) as renew:  # type: ignore[attr-defined]
        with pytest.raises(LibraryBusyError, match=said):
            other.add(content("anhui"), MODEL)
        # of one who is not heard of the turn runs out, and who comes back then is told
        expire_turn(other)
        other.add(content("anhui"), MODEL)
        monkeypatch.setattr(lease, "LEASE", 1e9)
        with pytest.raises(LibraryBusyError, match="Another process now writes"):
            renew()
    assert [plan.id for plan in one.plans()] == ["anhui"]


class _NoLock:
    """Stands for the locks of two processes, which do not know each other."""

    def acquire(self, timeout: float) -> bool:
        return True

    def release(self) -> None:
        return None


# -- whole or not at all -------------------------------------------------------------------------


def test_a_plan_is_seen_whole_or_not_at_all_at_every_step(
    filled: MilvusBackend, opens: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BATCH_ROWS", 2)
    reader, seen = opens(), []
    upsert, delete = Connection.upsert, Connection.delete

    def looks(write: Any) -> Any:
        def then(self: Connection, *arguments: Any) -> None:
            write(self, *arguments)
            if self is filled._connection:
                seen.append((texts_of(reader, Scope(("anhui",))), results(reader)))

        return then

    before = (TEXTS["anhui"], results(reader))
    monkeypatch.setattr(Connection, "upsert", looks(upsert))
    monkeypatch.setattr(Connection, "delete", looks(delete))
    filled.add(content("anhui", LONG[:9]), MODEL)
    monkeypatch.undo()
    after = (LONG[:9], results(reader))
    assert len(seen) > 5
    assert seen.index(after) > 2
    assert [state for state in seen if state not in (before, after)] == []
    assert seen == sorted(seen, key=lambda state: state == after)


def test_what_was_left_by_a_death_before_the_switch_is_cleared(
    filled: MilvusBackend, opens: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(self: Change) -> None:
        raise KeyboardInterrupt

    before = results(filled)
    monkeypatch.setattr(Change, "commit", dies)
    for backend in (filled, opens()):
        with pytest.raises(KeyboardInterrupt):
            backend.add(content("gansu", LONG), MODEL)
        with pytest.raises(KeyboardInterrupt):
            backend.replace_all([content("gansu", LONG)], MODEL)
    monkeypatch.undo()
    assert results(filled) == results(opens()) == before
    assert filled.replace_all([content("anhui"), content("gansu", ["cement of gansu"])], MODEL)
    assert [text for text, _ in shown(filled, filled.search_words("gansu district", 99, Scope()))] == [
        "cement of gansu"
    ]
    assert filled.check() == []
    assert filled._connection.count(read_manifest(filled._connection).passages, "plan >= 0") == 4


def test_what_was_not_swept_up_is_told_and_swept_up_later(
    filled: MilvusBackend, opens: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Connection, table: str, condition: str) -> None:
        raise LibraryError("Milvus is away.")

    monkeypatch.setattr(Connection, "delete", fails)
    filled.add(content("anhui", ["wind again"]), MODEL)
    assert opens.lines == [
        "Milvus is away. The library itself was changed as asked; what was replaced is deleted with the next change."
    ]
    monkeypatch.undo()
    for backend in (filled, opens()):
        assert texts_of(backend, Scope(("anhui",))) == ["wind again"]
        assert [bool(v.until) for v in backend.versions("anhui")] == [True, False]
        assert "farms" not in str(results(backend))
    filled.remove(["henan"])
    assert read_manifest(filled._connection).hidden == ()
    assert filled._connection.count("passages_1", "plan >= 0") == filled.count(Scope()) == 5
    assert opens().check() == filled.check() == []


def test_a_library_whose_making_was_broken_off_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pymilvus import MilvusClient

    create, made = MilvusClient.create_index, []

    def breaks(self: Any, *arguments: Any, **options: Any) -> None:
        made.append(arguments)
        if len(made) in {2, 6}:
            raise KeyboardInterrupt
        create(self, *arguments, **options)

    monkeypatch.setattr(MilvusClient, "create_index", breaks)
    with pytest.raises(KeyboardInterrupt):
        open_backend(tmp_path / "library.db", create=True)
    backend = open_backend(tmp_path / "library.db", create=True)
    with pytest.raises(KeyboardInterrupt):
        backend.add(content("anhui"), MODEL)
    backend.add(content("anhui"), MODEL)
    assert results(backend)[0]
    assert backend.check() == []
    backend.close()


def test_passages_that_are_missing_are_told(filled: MilvusBackend) -> None:
    key = filled.keys(Scope(("hubei",)))[0]
    filled._connection.delete("passages_1", f"key in [{key}]")
    assert filled.check() == ["hubei: 3 passages of 4 are there. Run: plancite rebuild"]


@pytest.mark.parametrize("length", [10_000, 12_000, 25_000, 70_000])
def test_a_passage_longer_than_a_field_is_whole_all_the_same(filled: MilvusBackend, length: int) -> None:
    texts = ["cement", "水" * length, "kiln  two  blanks " * (length // 16)]
    given = content("gansu", texts)
    given = replace(given, indexed=[texts[0], f"Gansu. {texts[1]}", " ".join(texts[2].split())])
    filled.add(given, MODEL)
    assert texts_of(filled, Scope(("gansu",))) == texts
    back = filled.content("gansu")
    assert list(back.indexed) == list(given.indexed)
    assert back.plan == given.plan
    assert [text for text, _ in shown(filled, filled.search_words("水", 9, Scope()))] == [texts[1]]
    assert filled.check() == []


def test_ranges_hold_just_the_keys() -> None:
    assert as_ranges([5, 1, 2, 9, 3, 9]) == ((1, 3), (5, 5), (9, 9))
    assert as_ranges([]) == ()


def test_the_record_stays_in_one_row(filled: MilvusBackend) -> None:
    manifest = read_manifest(filled._connection)
    with pytest.raises(LibraryError, match="Name fewer at a time"):
        write_manifest(filled._connection, replace(manifest, past=tuple((2 * n, 2 * n) for n in range(9000))))
    assert read_manifest(filled._connection) == manifest
    assert ENCODER.dimension == manifest.dimension


def change_row(backend: MilvusBackend, table: str, key: int, field: str, old: str, new: str) -> None:
    """Put ``new`` for ``old`` in one row of a collection, as Milvus would give it after damage on its disk."""
    connection = backend._connection
    rows = list(connection.query(table, "key >= 0", ["*"]))
    (row,) = (row for row in rows if row["key"] == key)
    assert old in row[field]
    row.pop("weights", None)  # made by Milvus
    connection.upsert(table, [{**row, field: row[field].replace(old, new)}])


def test_what_changed_in_milvus_is_told_and_not_answered_with(opens: Opened) -> None:
    backend = opens()
    assert isinstance(backend, MilvusBackend)
    backend.add(content("hubei"), MODEL)
    backend.add(content("anhui"), MODEL)
    key = backend.keys(Scope(("anhui",)))[0]
    table = backend._look().manifest.passages
    for field, old, new in (("text", "2025", "2035"), ("place", "[0, 26", "[0, 24"), ("place", "body", "summary")):
        change_row(backend, table, key, field, old, new)
        with pytest.raises(LibraryError, match=r"^anhui: a passage changed on disk .*plancite rebuild"):
            backend.passages([key])
        assert [problem.split(":")[0] for problem in backend.check()] == ["anhui"]
        assert len(backend.passages(backend.keys(Scope(("hubei",))))) == 4
        change_row(backend, table, key, field, new, old)
        assert backend.check() == []
    text_key = backend._look().entry("anhui").key * (1 << 24)
    change_row(backend, "texts", text_key, "part", "13.7", "23.7")
    with pytest.raises(LibraryError, match=r"^anhui: its text changed on disk"):
        backend.plan("anhui")
    assert [problem.split(":")[0] for problem in backend.check()] == ["anhui"]
    assert backend.plan("hubei").text == "\n".join(TEXTS["hubei"])
    backend.remove(["anhui"], purge=True)
    backend.add(content("anhui"), MODEL)
    assert backend.check() == []


def test_a_library_without_excerpts_of_tables_is_read(opens: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("indexer.storage.milvus.catalogue.FORMAT", 2)
        earlier.setattr("indexer.storage.milvus.change.place_of", lambda *of: place_of(*of)[:-1])
        old = fill(opens())
        old.close()
    backend = opens()
    assert texts_of(backend) == [text for texts in TEXTS.values() for text in texts]
    assert backend.check() == []
    (key, *_) = backend.keys(Scope())
    change_row(backend, backend._look().manifest.passages, key, "place", "body", "bode")
    with pytest.raises(LibraryError, match="damaged"):
        backend.passages([key])


def test_a_library_without_checksums_is_read_and_goes_on(opens: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("indexer.storage.milvus.catalogue.FORMAT", 1)
        earlier.setattr(
            "indexer.storage.milvus.change.with_checksum", lambda values, *_: json.dumps(values, ensure_ascii=False)
        )
        old = fill(opens())
        before = texts_of(old)
        old.close()
    backend = opens()
    assert texts_of(backend) == before == [text for texts in TEXTS.values() for text in texts]
    assert backend.check() == []
    backend.add(content("anhui", ["wind again"]), MODEL)
    assert backend.check() == []
    assert backend.version("anhui", 1).text == "\n".join(TEXTS["anhui"])
    assert texts_of(backend, Scope(("anhui", "henan"))) == [*TEXTS["henan"], "wind again"]
