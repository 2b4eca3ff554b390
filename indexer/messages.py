"""Finished English messages of the library, its errors, reports and warnings, in the session's language.

They come from threads and processes that belong to no session, and are recognized by their templates.
"""

from __future__ import annotations

import re
from functools import cache

from indexer.translation import N_, _, ngettext

#: The templates, which a test finds in the code; a more particular one stands before a more general. What stands in a
#: placeholder is kept, or is one of them itself.
TEMPLATES: tuple[str, ...] = (
    # how far a search for every answer went
    N_("every passage in scope was looked at"),
    N_("the last {count} of {total} passages looked at had nothing on the topic"),
    N_("{count} passages were looked at, the most for one question; narrow it by plan or section"),
    N_("no further passage shares a word or a meaning with the question after {count}"),
    # what only one plan says
    N_(
        "Each sentence is held against its nearest in the {near} passages of other plans most like its own, by "
        "what both say and by their rare words in common. Where a passage reaches less than {low} of full "
        "likeness in all other plans, it is one plan's alone; where it reaches {high} in most plans, it is shared."
    ),
    # jobs
    N_("{count} jobs wait already. Try again when some of them are done."),
    # targets
    N_("No year is named for this figure."),
    N_("The sentence may recall the goal of another, of a state or an agreement."),
    N_("Figure cut off in the source"),
    N_("Not subtracted: {reason}."),
    N_("a figure is cut off in its source"),
    N_("the base years differ"),
    N_("one figure is a change, another a level"),
    N_("the scopes differ"),
    N_("a figure is a range"),
    N_("a plan gives several figures"),
    # what became of files
    N_("not added"),
    N_("removed again"),
    N_("removed again; it can be put back"),
    N_("the earlier version is back"),
    N_("the text is the same as before"),
    N_("same as {plan}; its original file was missing and is there again"),
    N_("same as {plan}"),
    N_("replaces {plan}, whose text is kept; {passages}"),
    # warnings about plans
    N_("{count} figures are cut off in the source"),
    N_("begins with a summary that repeats the plan"),
    N_("ends with text of the web page it was saved from"),
    N_("begins with text of another notice in the same journal"),
    N_("ends with text of another notice in the same journal"),
    N_("pages recognized from images: {pages}"),
    N_("pages without text: {pages}"),
    N_("images not read, on page {pages}; to have their text recognized: {remedy}"),
    N_("images not read, on pages {pages}; to have their text recognized: {remedy}"),
    N_("{what} on page {pages}; {remedy}"),
    N_("{what} on pages {pages}; {remedy}"),
    N_("open the page image to check a quote"),
    N_("words may be out of order"),
    N_("letters stand apart or words are glued together"),
    N_("characters have no known letter"),
    N_("{count} records without text were left out"),
    N_("inserted documents that were not read: {count}"),
    N_("attachments that were not read: {names}; save them and add them"),
    N_("hidden sheets that were not read: {names}"),
    # files that cannot become plans
    N_("{file} is empty. Save it again with the plan's text in it."),
    N_("{file} holds no text. Give a file with the plan's words in it."),
    N_(
        "{file} holds no text, only images of its {count} pages. {remedy} its text readable first (for "
        "example with: ocrmypdf IN.pdf OUT.pdf) and add the result."
    ),
    N_("Let Plancite recognize it with: {command}, or make"),
    N_("Make"),
    N_("{file} has {count} pages with nothing on them. Export it again from the program it was made with."),
    N_("{file} is encrypted. Open it with its password, save a copy without one, and add that."),
    N_("{file} is not a readable PDF. Download or export it again."),
    N_("{file} is not a kind of file that can be read. These can: {kinds}."),
    N_("{file} is an old {kind} file or one with a password. Open it, save it as {ending} without one, and add that."),
    N_("{file} is an old {program} file. Open it in {program}, save it as {ending}, and add that."),
    N_("{file} is larger than {size} MB. Split it and add the parts."),
    N_("{file} holds more than {count} million characters. Split it and add the parts."),
    N_("{file}, line {number}: longer than {count} million characters. Split the record."),
    N_("{file} says it has {count} pages. Split it and add the parts, {most} at most."),
    N_("{file} unpacks to {size} MB from next to nothing, which no plan does. Leave it out."),
    N_(
        "{file} is damaged: reading it as {kind} failed ({error}). Open it in the program it was made with "
        "and save it again."
    ),
    N_("{file} is damaged at {part}. Open it in {program} and save it again."),
    N_("{file} is not a readable {kind} file. Open it in {program} and save it again."),
    N_("{file} unpacks to more than a plan can hold. Save its text alone, or split it."),
    N_("{file} is inside an archive. Unpack it and drop the file itself."),
    N_("{file} is an archive inside an archive. Unpack it and add it by itself."),
    N_("{file} needs a password. Unpack the archive with it and add the file."),
    N_("{file} is protected against copying. Give a copy without protection, or its text."),
    N_(
        "{file} cannot be read: the work on it {reason}. Split the file, or save it anew in the program it "
        "was made with, and add that."
    ),
    N_("took longer than {seconds} seconds, the most for its size"),
    N_("took more than {size} GB of memory, the most for its size"),
    N_("gave more than {size} MB, the most for one file"),
    N_("broke off: the process that reads ended {how}"),
    N_("with signal {number}"),
    N_("with status {number}"),
    N_("failed ({error})"),
    N_("{file} cannot be saved to disk ({error}), so nothing was added. Free some space and drop the files again."),
    N_("The original file {file} is no longer in its place, or has changed. Add the file again."),
    N_("Page {page} cannot be shown: it is damaged. Open the original file instead."),
    N_("Page {page} cannot be shown: drawing it {reason}. Open the original file instead."),
    # questions, filters and plans
    N_("Type a question: there is no word in this one."),
    N_("Type also what to look for: words with a minus before them only leave passages out."),
    N_("The question holds bytes that are no text. Type it again, or save the file as UTF-8."),
    N_("The question has {count} characters, {most} at most are read. Shorten it."),
    N_("Question {number}, “{question}”, is left out. {reason}"),
    N_("{year} is no year. Give one, or a span: 2022, 2021..2025, 2021.. or ..2025."),
    N_("There is no plan {plan} in this library. It holds: {plans}."),
    N_("The question waited {seconds} seconds for its turn: the server is busy. Ask again in a moment."),
    N_("You have {count} questions open, the most at once. Wait for an answer first."),
    N_("The server has {count} questions open, the most at once. Ask again in a moment."),
    # changes of the library
    N_("The library {library} is being written by {who}. Try again when it is done."),
    N_(
        "The library {library} cannot be written ({error}). Nothing was changed. Check the disk's free space "
        "and the folder's permissions."
    ),
    N_("The plan {plan} was changed meanwhile by another process. Do it again."),
    N_("A plan needs a title. Give some words."),
    N_("{date} is not a date. Give a year, month or day: 2022, 2022-08 or 2022-08-05."),
    N_("{code} is not a language. Give its code of two letters, such as en or zh."),
    N_("The {field} is too long. Give one line of at most {most} characters."),
    N_("{name} is not a name for a plan. Give 1 to {most} letters and digits."),
    N_("There is a plan {plan} already. Give another name."),
    N_("There is no edit to undo in this library."),
    N_("{name} is not a name for a collection. Give 1 to {most} letters and digits."),
    N_("There is a collection {name} already. Give another name."),
    N_("The collection {name} has readers of its own: only an admin changes it."),
    N_("There is a brief named “{name}” already. Choose another name."),
    N_("“{name}” is shared already. Give the brief another name."),
    N_("{file} has no column “preferred”. Its first line has to be: {columns}"),
    N_("{file} cannot be read as CSV ({error}). Save it as “CSV UTF-8”."),
    N_("{file}: “{name}…” is too long for a name. Part several names by “;”."),
    N_("{name} is no name. Give 1 to 200 letters and digits."),
    N_("A token's name says who uses it, in up to 100 letters. Give one."),
    N_("There is a token {name} already. Choose another name, or revoke that one first."),
    N_("To {action} takes the role {role}; {name} has the role {has}."),
    N_("“{folder}” is no whole path. Give the folder's place on the server, such as /srv/plans."),
    N_("There is no folder {folder} on the server. Make it, or correct the path."),
    N_("The folder {folder} is not there."),
    N_("The folder {folder} cannot be read ({error}). Let the server's user read it."),
    N_("The folder {folder} belongs to the library itself. Choose one outside of it."),
    N_("The folder {folder} holds the library itself. Choose one for plans alone."),
    N_("The folder {folder} and the watched folder {other} overlap. Watch one of them."),
    N_("Adding files from {folder}"),
    N_("{file} has changed or is gone. Look at it again."),
    N_("reader"),
    N_("editor"),
    N_("admin"),
    N_("read and ask"),
    N_("keep questions, notes and briefs of one's own"),
    N_("add, edit and remove plans"),
    N_("share questions and briefs with all"),
    N_("see all plans and the audit log, say who reads a collection, set watched folders, check and rebuild"),
)
_PASSAGES = re.compile(r"([\d,]+) passages?")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def translated(sentence: str) -> str:
    """``sentence`` in the reader's language; as it is where no template is that of it."""
    if counted := _PASSAGES.fullmatch(sentence):
        number = counted[1]
        return ngettext("{count} passage", "{count} passages", int(number.replace(",", ""))).format(count=number)
    for template in TEMPLATES:
        if found := _pattern(template).fullmatch(sentence):
            kept = {name: translated(value) for name, value in found.groupdict().items()}
            return _(template).format(**kept)
    return sentence


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What finds the template's sentences; a name that comes twice stands for one text."""
    written, seen = "", set[str]()
    for position, part in enumerate(_PLACEHOLDER.split(template)):
        if position % 2 == 0:
            written += re.escape(part)
        else:
            written += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(written, re.DOTALL)
