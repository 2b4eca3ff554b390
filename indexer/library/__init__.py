"""A library of plans: ``Library``, the facade, and what staff do with it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.library.facade import DEFAULT_LIBRARY, Library

__all__ = ["DEFAULT_LIBRARY", "Library"]


def __getattr__(name: str) -> Any:
    if name in __all__:  # not before: the reading process imports modules of this package and asks no question
        return getattr(import_module("indexer.library.facade"), name)
    raise AttributeError(f"module 'indexer.library' has no attribute {name!r}")
