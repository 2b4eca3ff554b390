"""A library with a plan that only some of its people may read, and the people."""

from __future__ import annotations

from pathlib import Path

from indexer.library import Library
from indexer.library.people import set_person
from indexer.library.rights import Person, Role

#: A word, an acronym's long form and a figure that the plan which is kept back alone has.
SECRET = "zarquon"
OPEN = (
    "# Coast plan\n\n## Measures\n\nThe wind farms supply 40% of power by 2030. Kilns of the old kind close by 2025.\n"
)
HIDDEN = (
    "# Zarquon Valley plan\n\n## Zarquon measures\n\nThe Zarquon Hydrogen Corridor (ZHC) supplies 70% of zarquon power by "
    "2035. Kilns of the old kind close by 2028 in zarquon towns.\n"
)
INLAND = "# Inland plan\n\n## Steps\n\nThe wind farms supply 20% of power by 2030. Mines close by 2027.\n"
CLOSED = "Zarquon files"

ANN = Person("Ann", Role.READER, ("board",))
BOB = Person("Bob", Role.READER)
EDITH = Person("Edith", Role.EDITOR)
ADA = Person("Ada", Role.ADMIN)


def fill(library: Library, folder: Path) -> None:
    """Three plans, of which ``zarquon`` is for the group of the board and for Carl."""
    folder.mkdir(exist_ok=True)
    for name, text in (("coast", OPEN), ("inland", INLAND), ("zarquon", HIDDEN)):
        (folder / f"{name}.md").write_text(text)
    assert {report.status for report in library.add(folder)} == {"added"}
    library.set_collection(CLOSED, ["zarquon"])
    library.set_collection("Shores", ["coast", "zarquon"])
    library.set_readers(CLOSED, ["Carl", "@board"])
    set_person(library.backend, "Ann", Role.READER, ["board"])
    set_person(library.backend, "Edith", Role.EDITOR)
    set_person(library.backend, "Ada", Role.ADMIN)
