"""The recipe of the small reader, as commands: prepare, mine, train, evaluate, export.

The reader takes a question and a passage together and gives the answer's span, or none, and whether
the passage answers. ``python -m training.prepare --help`` and so on; README.md lists them in order.
Nothing in ``indexer`` imports from here.
"""
