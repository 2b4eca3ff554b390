"""A connection to Milvus at an address: rows in and out, in batches, retried while Milvus can be reached.

Every row is written under a key of ours, so that a batch whose receipt was lost can be sent again. pymilvus
reconnects and repeats a call until its time is over; then one LibraryError is raised. Milvus Lite runs in this
process, one server a file, shared by all who open it and stopped with the last. How it differs from a server is
dealt with here: one process at a time, BM25 statistics of each segment by itself, rows not yet in a segment
searched slowly.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from indexer.errors import LibraryBusyError, LibraryError
from indexer.storage.milvus.tables import NO_VECTOR, passages_table, records_table, texts_table

DEFAULT_PORT = 19530
#: Prefix of the collections in a file of Milvus Lite: the product's earlier name, which existing files have.
LITE_NAME = "planlens"
#: Holds "user:password" or an API key, so that no URI has to.
TOKEN_VARIABLE = "PLANCITE_MILVUS_TOKEN"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


@dataclass(frozen=True, slots=True)
class Address:
    """``location`` is as people read it, without a password; ``name`` is the prefix of the collections' names.

    ``uri`` is what pymilvus connects to; "" with Milvus Lite, whose data are at ``lite``.
    """

    location: str
    name: str
    uri: str
    token: str = field(default="", repr=False)
    lite: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder on this machine for files kept with the library."""
        if self.lite:
            return self.lite.with_suffix(".files")
        base = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
        name = re.sub(r"[^A-Za-z0-9_.-]+", "_", self.location)
        earlier = base / "planlens" / name  # the product's earlier name; files kept under it stay where they are
        return earlier if earlier.is_dir() else base / "plancite" / name


def read_address(location: str) -> Address:
    """Read ``milvus://host:port/name``, ``milvus+tls://…`` or a path ending in .db. Raises LibraryError."""
    if not location.startswith(("milvus://", "milvus+tls://")):
        path = Path(location)
        return Address(str(path), LITE_NAME, "", lite=path.absolute())
    parts = urlsplit(location)
    try:
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        host, port = None, DEFAULT_PORT
    name = parts.path.strip("/")
    if not host or not _NAME.fullmatch(name):
        raise LibraryError(
            f"{parts.scheme}://{host or '?'}{parts.path} names no library on Milvus. Write it as "
            "milvus://host:port/name, the name of letters, digits and underscores."
        )
    given = ":".join(unquote(part) for part in (parts.username, parts.password) if part)
    scheme = "https" if parts.scheme == "milvus+tls" else "http"
    shown = f"{parts.scheme}://{host}:{port}/{name}"
    return Address(shown, name, f"{scheme}://{host}:{port}", given or os.environ.get(TOKEN_VARIABLE, ""))


#: Rows written after which they are flushed into a segment: until then each search reads them one by one.
FLUSH_ROWS = 500
_lite_guard = threading.Lock()
_running: dict[Path, _Server] = {}


@dataclass(slots=True)
class _Server:
    server: Any
    database: Any
    uri: str
    users: int = 1


def start_lite(path: Path, *, create: bool) -> str:
    """The URI under which the file at ``path`` is served in this process.

    Raises LibraryError when there is none and not ``create``, or it cannot be read; LibraryBusyError
    when another process has it open.
    """
    with _lite_guard:
        if path in _running:
            _running[path].users += 1
            return _running[path].uri
        _refuse_path(path, create)
        _running[path] = _serve_lite(path)
        return _running[path].uri


def stop_lite(path: Path) -> None:
    """Close for one user; with the last one what was written goes into the file and the server ends."""
    with _lite_guard:
        entry = _running.get(path)
        if entry is None:
            return
        entry.users -= 1
        if entry.users == 0:
            del _running[path]
            entry.server.stop(grace=2).wait()
            entry.database.close()


@atexit.register
def _stop_all() -> None:
    for path, entry in list(_running.items()):
        entry.users = 1
        stop_lite(path)


def _refuse_path(path: Path, create: bool) -> None:
    if path.is_file():
        raise LibraryError(
            f"{path} is no library of Milvus Lite as this version writes it. Give another path ending in .db."
        )
    if path.exists():
        return
    if not create:
        raise LibraryError(
            f"There is no library in {path}. Make one with: plancite index FOLDER_WITH_PLANS --library {path}"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"The library {path} cannot be made ({error.strerror or error}). Give another path with --library."
        ) from error


def _serve_lite(path: Path) -> _Server:
    try:
        import milvus_lite.adapter.grpc.server as adapter
        from milvus_lite.engine import compaction
        from milvus_lite.exceptions import DataDirLockedError
    except ImportError as error:
        raise LibraryError(
            f"{path} is a library of Milvus Lite, which is not installed. Run: pip install 'plancite[milvus]'"
        ) from error
    logging.getLogger("milvus_lite").addHandler(logging.NullHandler())  # errors are raised
    # Its BM25 counts words in each segment by itself. So all segments are merged as they come, and a word has the
    # same idf in the plan added last as in the others.
    compaction.COMPACTION_MIN_FILES_PER_BUCKET = 2
    compaction.COMPACTION_BUCKET_BOUNDARIES = []
    try:
        server, database, port = adapter.start_server_in_thread(str(path))
    except DataDirLockedError:
        raise LibraryBusyError(
            f"The library {path} is open in another process, and Milvus Lite serves one at a time. Close that one, "
            "or put the library on a Milvus server with: plancite copy"
        ) from None
    except Exception as error:  # damaged files raise many kinds
        raise LibraryError(
            f"{path} is not a readable library of Milvus Lite ({error}). Restore it from a copy, or delete it and "
            "add the plans again."
        ) from error
    return _Server(server, database, f"http://127.0.0.1:{port}")


#: Seconds to connect, to read, and to write one batch, tries included.
CONNECT, READ, WRITE = 10.0, 30.0, 60.0
#: Rows and bytes of a batch; a server takes messages of 64 MB.
BATCH_ROWS, BATCH_BYTES = 500, 8_000_000
#: BM25 came with this version of the server.
OLDEST = (2, 5)
_OLDEST_LITE = (3, 2)
_PAGE = 1000

Row = dict[str, Any]


class Connection:
    """One client of one Milvus. Safe for threads as pymilvus is."""

    def __init__(self, address: Address, *, create: bool = False) -> None:
        """Connect. Raises LibraryError, also for a Milvus that is too old."""
        self.address = address
        self._since_flush = 0
        self._closed = False
        self._loaded: set[str] = set()
        uri = start_lite(address.lite, create=create) if address.lite else address.uri
        try:
            with self._errors("reached"):
                self._client = _client(uri, address.token, lite=address.lite is not None)
                self._refuse_version(str(self._client.get_server_version(timeout=CONNECT)))
        except BaseException:
            if address.lite:
                stop_lite(address.lite)
            raise

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        with suppress(Exception):  # it may be gone
            self._client.close()
        if self.address.lite:
            stop_lite(self.address.lite)

    # -- collections ---------------------------------------------------------------------------

    def has(self, table: str) -> bool:
        with self._errors("read"):
            return bool(self._client.has_collection(self._name(table), timeout=READ))

    def create_records(self) -> None:
        """Make the collections that every library has."""
        for table, layout in (("texts", texts_table), ("records", records_table)):
            self._create(table, layout(self._client))

    def create_passages(self, table: str, dimension: int) -> None:
        """Make the collection ``table`` for passages with vectors of ``dimension``."""
        self._create(table, passages_table(self._client, dimension, lite=self.address.lite is not None))

    def drop(self, table: str) -> None:
        with self._errors("written"):
            if self._client.has_collection(self._name(table), timeout=READ):
                self._client.drop_collection(self._name(table), timeout=WRITE)

    def _create(self, table: str, layout: tuple[Any, Any]) -> None:
        schema, indexes = layout
        name = self._name(table)
        with self._errors("written"):
            if not self._client.has_collection(name, timeout=READ):
                # one shard: words are counted by shard, and idf is to be that of the whole library
                self._client.create_collection(
                    name, schema=schema, num_shards=1, consistency_level="Strong", timeout=WRITE
                )
            for index in indexes:  # some may be there, from an interrupted try
                if not self._client.list_indexes(name, field_name=index.field_name, timeout=READ):
                    one = self._client.prepare_index_params()
                    one.append(index)
                    # made at once in an empty collection: nothing to wait for
                    self._client.create_index(name, one, timeout=WRITE, sync=False)

    # -- rows ----------------------------------------------------------------------------------

    def upsert(self, table: str, rows: Iterable[Row], after: Callable[[], None] = lambda: None) -> None:
        """Write ``rows`` in batches, calling ``after`` each."""
        for batch in _batches(rows):
            with self._errors("written"):
                self._client.upsert(self._name(table), batch, timeout=WRITE)
            self._since_flush += len(batch)
            after()

    def delete(self, table: str, condition: str) -> None:
        with self._errors("written"):
            self._client.delete(self._open(table), filter=condition, timeout=WRITE)

    def get(self, table: str, ids: Sequence[Any], fields: Sequence[str], *, strong: bool = True) -> list[Row]:
        """The rows that exist, by their keys."""
        found: list[Row] = []
        for first in range(0, len(ids), _PAGE):
            with self._errors("read"):
                found += self._client.get(
                    self._open(table), ids=list(ids[first : first + _PAGE]), output_fields=list(fields),
                    timeout=READ, consistency_level=_level(strong),
                )  # fmt: skip
        return found

    def query(self, table: str, condition: str, fields: Sequence[str]) -> Iterator[Row]:
        """All rows that meet ``condition``, page by page."""
        with self._errors("read"):
            pages = self._client.query_iterator(
                self._open(table), batch_size=_PAGE, filter=condition, output_fields=list(fields), timeout=READ,
                consistency_level="Strong",
            )  # fmt: skip
        while True:
            with self._errors("read"):
                page = pages.next()
            if not page:
                break
            yield from page
        with suppress(Exception):
            pages.close()

    def count(self, table: str, condition: str) -> int:
        with self._errors("read"):
            rows = self._client.query(
                self._open(table), filter=condition, output_fields=["count(*)"], timeout=READ,
                consistency_level="Strong",
            )  # fmt: skip
        return int(rows[0]["count(*)"])

    def search(
        self,
        table: str,
        field: str,
        queries: Sequence[Any],
        limit: int,
        *,
        condition: str = "",
        fields: Sequence[str] = (),
        strong: bool = True,
    ) -> list[list[tuple[int, float, Row]]]:
        """For each query (key, score, row) of the ``limit`` best; scores are higher for better."""
        with self._errors("read"):
            answers = self._client.search(
                self._open(table), data=list(queries), anns_field=field, limit=limit, filter=condition,
                output_fields=list(fields), search_params={}, timeout=READ, consistency_level=_level(strong),
            )  # fmt: skip
        # Milvus Lite gives BM25 scores below zero, a server above
        sign = abs if field == "weights" else float
        return [[(int(hit["key"]), sign(hit["distance"]), hit["entity"]) for hit in answer] for answer in answers]

    def settle(self, table: str) -> None:
        """After a change: have Milvus Lite flush what was written into a segment; a server does so by itself."""
        if self.address.lite and self._since_flush >= FLUSH_ROWS:
            with self._errors("written"):
                self._client.flush(self._name(table), timeout=WRITE)
            self._since_flush = 0

    def _name(self, table: str) -> str:
        return f"{self.address.name}_{table}"

    def _open(self, table: str) -> str:
        """The name of a collection to read, loaded first: Milvus Lite, and an operator, may leave it unloaded."""
        if table not in self._loaded:
            self._client.load_collection(self._name(table), timeout=WRITE)
            self._loaded.add(table)
        return self._name(table)

    # -- errors -------------------------------------------------------------------------------

    def _refuse_version(self, version: str) -> None:
        numbers = tuple(int(n) for n in re.findall(r"\d+", version)[:2])
        oldest, what = (_OLDEST_LITE, "Milvus Lite") if self.address.lite else (OLDEST, "Milvus")
        if ("lite" not in version and numbers < OLDEST) or (self.address.lite and numbers < oldest):
            raise LibraryError(
                f"{self.address.location} is served by {what} {version or 'of an unknown version'}, which cannot "
                f"search words. Use version {oldest[0]}.{oldest[1]} or a later one."
            )

    @contextmanager
    def _errors(self, done: str) -> Iterator[None]:
        """Raise LibraryError for what Milvus refuses, or when it cannot be reached."""
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, grpc.RpcError, OSError, ValueError) as error:
            if self._closed and isinstance(error, ValueError):
                raise LibraryError(f"The library {self.address.location} was closed. Open it again.") from None
            reason = str(getattr(error, "message", "") or error).strip().splitlines()
            said = _short(reason[0]) if reason else "no answer"
            raise LibraryError(
                f"The library {self.address.location} cannot be {done} ({said}). "
                "Check that Milvus runs, that this machine can reach it and that the name and token are right; then do "
                "it again: it goes on where it stopped."
            ) from error


def _client(uri: str, token: str, *, lite: bool) -> Any:
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise LibraryError(
            "A library on Milvus needs pymilvus, which is not installed. Run: pip install 'plancite[milvus]'"
        ) from error
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # errors are raised in a sentence instead
    # Milvus Lite closes connections that send keepalives every ten seconds, as pymilvus does
    quiet = {"grpc_options": {"grpc.keepalive_time_ms": 3_600_000}} if lite else {}
    return MilvusClient(uri=uri, token=token, timeout=CONNECT, **quiet)


def _level(strong: bool) -> str:
    return "Strong" if strong else "Bounded"


def _short(reason: str) -> str:
    return re.sub(r"\s+", " ", reason)[:160].rstrip(" .")


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row if "vector" in row else {**row, "none": NO_VECTOR})
        size += sum(4 * len(v) if isinstance(v, str) else 4 * getattr(v, "size", 2) for v in row.values())
        if len(batch) == BATCH_ROWS or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
