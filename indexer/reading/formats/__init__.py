"""File formats, one a module: ``ENDINGS``, a tuple on one line, and ``load(path, data) -> Content``.

A new format is a new module here and nothing else.
"""
