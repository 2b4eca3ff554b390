"""A library of plans: ``Library``, the facade, and what staff do with it."""

from indexer.library.facade import DEFAULT_LIBRARY, Library

__all__ = ["DEFAULT_LIBRARY", "Library"]
