"""A connection to Milvus: rows in and out, in batches, tried again while Milvus can be reached.

All that is written is written under a key of ours, so that a batch whose receipt was lost can be sent
again. pymilvus connects anew and repeats a call until its time is over; then one clear error is raised.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from indexer.errors import LibraryError
from indexer.storage.milvus import lite
from indexer.storage.milvus.address import Address
from indexer.storage.milvus.tables import NO_VECTOR, passages_table, records_table, texts_table

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
        """Connect, and see whether this Milvus will do. Raises LibraryError."""
        self.address = address
        self._since_flush = 0
        self._closed = False
        self._loaded: set[str] = set()
        uri = lite.start(address.lite, create=create) if address.lite else address.uri
        try:
            with self._errors("reached"):
                self._client = _client(uri, address.token, lite=address.lite is not None)
                self._refuse_version(str(self._client.get_server_version(timeout=CONNECT)))
        except BaseException:
            if address.lite:
                lite.stop(address.lite)
            raise

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        with suppress(Exception):  # it may be gone
            self._client.close()
        if self.address.lite:
            lite.stop(self.address.lite)

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
                # one shard: words are counted by shard, and are to be as rare in all of the library
                self._client.create_collection(
                    name, schema=schema, num_shards=1, consistency_level="Strong", timeout=WRITE
                )
            for index in indexes:  # some of which may be there, from a try that was broken off
                if not self._client.list_indexes(name, field_name=index.field_name, timeout=READ):
                    one = self._client.prepare_index_params()
                    one.append(index)
                    # of an empty collection it is made at once: nothing to wait for
                    self._client.create_index(name, one, timeout=WRITE, sync=False)

    # -- rows ----------------------------------------------------------------------------------

    def upsert(self, table: str, rows: Iterable[Row], after: Callable[[], None] = lambda: None) -> None:
        """Write ``rows`` in batches, calling ``after`` behind each."""
        for batch in _batches(rows):
            with self._errors("written"):
                self._client.upsert(self._name(table), batch, timeout=WRITE)
            self._since_flush += len(batch)
            after()

    def delete(self, table: str, condition: str) -> None:
        with self._errors("written"):
            self._client.delete(self._open(table), filter=condition, timeout=WRITE)

    def get(self, table: str, ids: Sequence[Any], fields: Sequence[str], *, strong: bool = True) -> list[Row]:
        """Rows by their keys, those that are there."""
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
        """After a change: Milvus Lite brings what was written into a segment; a server does so by itself."""
        if self.address.lite and self._since_flush >= lite.FLUSH_ROWS:
            with self._errors("written"):
                self._client.flush(self._name(table), timeout=WRITE)
            self._since_flush = 0

    def _name(self, table: str) -> str:
        return f"{self.address.name}_{table}"

    def _open(self, table: str) -> str:
        """The name of a collection that is to be read; Milvus Lite, and an operator, leave it unloaded."""
        if table not in self._loaded:
            self._client.load_collection(self._name(table), timeout=WRITE)
            self._loaded.add(table)
        return self._name(table)

    # -- what can be wrong ---------------------------------------------------------------------

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
        """Raises LibraryError for what Milvus refuses or when it is gone."""
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, grpc.RpcError, OSError, ValueError) as error:
            if self._closed and isinstance(error, ValueError):
                raise LibraryError(f"The library {self.address.location} was closed. Open it again.") from None
            reason = str(getattr(error, "message", "") or error).strip().splitlines()
            told = _short(reason[0]) if reason else "no answer"
            raise LibraryError(
                f"The library {self.address.location} cannot be {done} ({told}). "
                "See that Milvus runs, that this machine may reach it and that the name and token are right; then do "
                "it again: what was begun goes on where it stopped."
            ) from error


def _client(uri: str, token: str, *, lite: bool) -> Any:
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise LibraryError(
            "A library on Milvus needs pymilvus, which is not installed. Run: pip install 'plancite[milvus]'"
        ) from error
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what goes wrong is raised, in a sentence
    # Milvus Lite closes connections that ask every ten seconds whether it is there, as pymilvus does
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
