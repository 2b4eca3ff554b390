"""The three collections of a library on Milvus, the same on Milvus Lite and a cluster.

``records`` has the manifest and a row for each version of a plan and each saved question, ``texts`` the plans'
texts in parts, ``passages`` what is searched. Words are analysed by us and written so that the standard analyzer
of Milvus takes each as one word: terms are the same in every backend.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from indexer.language.terms import analyze
from indexer.storage.rows import as_json, checksum

#: BM25 as tantivy has it, so that both backends rank alike.
K1, B = 1.2, 0.75
#: Bytes that a text field can hold.
LONGEST = 65_535
#: Characters of a part of a text: of four bytes at most.
PART = 16_000
#: Passages that a plan can have; a passage's key is its plan's key times this, plus its number in reading order.
PASSAGES = 1 << 24
#: Milvus requires a vector in every collection; those that need none get two zeros.
NO_VECTOR = (0.0, 0.0)
# Characters with a meaning in Milvus' patterns and quoted texts, and what is stored in their place.
_PLAIN = str.maketrans({c: chr(0xE000 + i) for i, c in enumerate("%_\\\"'\n\r")})
_SEPARATOR = chr(0xE0FF)
_LOWER = str.maketrans({chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})  # as SQLite's lower()


def words_of(text: str) -> list[str]:
    """The search terms of ``text``, each of ASCII letters and digits; others are written in hexadecimal."""
    return [term if term.isascii() and term.isalnum() else f"0x{term.encode().hex()}" for term in analyze(text)]


def label_text(label: str) -> str:
    """A section label, or a part of one, as it is stored and looked for."""
    return label.translate(_LOWER).translate(_PLAIN)


def labels_text(path: Sequence[str]) -> str:
    """A path of section labels as stored; as much of it as the field can hold."""
    return _SEPARATOR.join(map(label_text, path)).encode()[: LONGEST - 3].decode(errors="ignore")


def with_checksum(values: Sequence[object], *texts: str) -> str:
    """``values`` as a JSON list whose last element is the checksum of the others and of ``texts``."""
    listed = as_json(values)
    return f"{listed[:-1]}, {checksum(listed.encode(), *(text.encode() for text in texts))}]"


def is_as_stored(written: str, given: int, *texts: str) -> bool:
    """Whether ``written``, whose last element was read as ``given``, has the checksum it was stored with."""
    listed = f"{written.rpartition(', ')[0]}]"
    return checksum(listed.encode(), *(text.encode() for text in texts)) == given


def records_table(client: Any) -> tuple[Any, Any]:
    """Schema and indexes of ``records``: named texts; those of plans have their key as ``number``, others -1."""
    from pymilvus import DataType

    schema, indexes = _begin(client)
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=64)
    schema.add_field("number", DataType.INT64)
    schema.add_field("ended", DataType.INT64)
    schema.add_field("value", DataType.VARCHAR, max_length=LONGEST)
    return _with_no_vector(schema, indexes)


def texts_table(client: Any) -> tuple[Any, Any]:
    """Schema and indexes of ``texts``: parts of at most ``PART`` characters, in the order of their keys."""
    from pymilvus import DataType

    schema, indexes = _begin(client)
    schema.add_field("key", DataType.INT64, is_primary=True)
    schema.add_field("plan", DataType.INT64)
    schema.add_field("part", DataType.VARCHAR, max_length=LONGEST, mmap_enabled=True)
    indexes.add_index("plan", index_type="INVERTED")
    return _with_no_vector(schema, indexes)


def passages_table(client: Any, dimension: int, *, lite: bool) -> tuple[Any, Any]:
    """Schema and indexes of ``passages``.

    Vectors are compared exactly by Milvus Lite; a server chooses its index, which an operator may replace by
    another (docs/scale.md): searches name none.
    """
    from pymilvus import DataType, Function, FunctionType

    schema, indexes = _begin(client)
    schema.add_field("key", DataType.INT64, is_primary=True)
    schema.add_field("plan", DataType.INT64)
    schema.add_field("year", DataType.INT64)  # for an operator's own queries: searches go by plan
    schema.add_field("section", DataType.VARCHAR, max_length=LONGEST)
    schema.add_field(
        "words", DataType.VARCHAR, max_length=LONGEST, enable_analyzer=True,
        analyzer_params={"tokenizer": "standard"}, mmap_enabled=True,
    )  # fmt: skip
    schema.add_field("text", DataType.VARCHAR, max_length=LONGEST, mmap_enabled=True)
    schema.add_field("place", DataType.VARCHAR, max_length=LONGEST, mmap_enabled=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field("weights", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function(
            name="bm25",
            function_type=FunctionType.BM25,
            input_field_names=["words"],
            output_field_names=["weights"],
        )
    )
    indexes.add_index("vector", index_type="FLAT" if lite else "AUTOINDEX", metric_type="IP")
    # nested once more than a server needs, as Milvus Lite reads it
    own = {"params": {"bm25_k1": K1, "bm25_b": B}}
    indexes.add_index("weights", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=own)
    for field in ("plan", "year"):
        indexes.add_index(field, index_type="INVERTED")
    return schema, indexes


def _begin(client: Any) -> tuple[Any, Any]:
    return client.create_schema(auto_id=False, enable_dynamic_field=False), client.prepare_index_params()


def _with_no_vector(schema: Any, indexes: Any) -> tuple[Any, Any]:
    from pymilvus import DataType

    schema.add_field("none", DataType.FLOAT_VECTOR, dim=len(NO_VECTOR))
    indexes.add_index("none", index_type="FLAT", metric_type="IP")
    return schema, indexes
