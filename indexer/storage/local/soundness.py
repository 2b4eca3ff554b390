"""Whether the database of a library is whole, and its passages are slices of its plans."""

from __future__ import annotations

import sqlite3

from indexer.storage.local.database import Database


def database_problems(database: Database) -> list[str]:
    """What is wrong inside the file; each plan's passages against its text."""
    try:
        rows = database.connection.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as error:  # damage that even the check cannot read past
        rows = [(str(error),)]
    problems = [f"plans.sqlite: {row[0]}" for row in rows if row[0] != "ok"]
    if problems:
        return problems
    counted = "SELECT id, passages, (SELECT count(*) FROM passages WHERE plan = plans.key) FROM plans ORDER BY id"
    for plan_id, noted, there in database.connection.execute(counted).fetchall():
        if noted != there:
            problems.append(f"{plan_id}: {there} passages of {noted} are there. Run: plancite rebuild")
        text = database.plan(plan_id).text
        wrong = sum(
            text[start:end] != passage
            for start, end, passage in database.connection.execute(
                'SELECT start, "end", text FROM passages WHERE plan = (SELECT key FROM plans WHERE id = ?)',
                (plan_id,),
            )
        )
        if wrong:
            problems.append(f"{plan_id}: {wrong} passages do not match the plan's text. Run: plancite rebuild")
    return problems
