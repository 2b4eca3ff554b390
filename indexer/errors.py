"""Everything Plancite raises on purpose.

    IndexerError
    ├── SourceError         a file that cannot become a plan
    ├── UnknownPlanError    a plan id that is not in the library
    ├── ModelError          an embedding model that cannot be loaded or does not fit
    ├── LibraryError        a library folder that cannot be opened, read or written
    │   ├── LibraryBusyError    another process is writing
    │   └── EditError           a value that a plan or a collection cannot have
    ├── QuestionError       a question that cannot be asked as put
    ├── RightsError         what the person who asks may not do
    └── LimitError          more at once than a server takes

Each message is one sentence on what is wrong, naming the file or thing, and one on what to do next. What to
do is said in arguments and methods of ``Library``, in backquotes, which the command line words as options.
"""


class IndexerError(Exception):
    """The root: catch it once, at the edge, and show its message."""


class SourceError(IndexerError):
    """A file that cannot become a plan: missing, empty, encrypted, not text, without text."""


class UnknownPlanError(IndexerError):
    """A plan id that is not in the library."""


class ModelError(IndexerError):
    """An embedding model that cannot be loaded here, or differs from the library's own."""


class LibraryError(IndexerError):
    """A library folder that cannot be opened, read or written."""


class LibraryBusyError(LibraryError):
    """Another process holds the library's write lock."""


class EditError(LibraryError):
    """A value that a plan or a collection cannot have: a date that is none, a title without words."""


class QuestionError(IndexerError):
    """A question that cannot be asked: empty, too long, or out of range options."""


class RightsError(IndexerError):
    """What the person who asks may not do."""


class LimitError(IndexerError):
    """More at once than a server takes: asked again in a moment, it works."""


def model_mismatch(stored: str, given: str) -> ModelError:
    """The error for vectors of another model than the library's."""
    return ModelError(
        f"This library was indexed with the model {stored}, not {given}. Leave `model` out to use the "
        "library's own, or embed every plan again with `rebuild`."
    )
