"""The operations of the HTTP API, each with what it takes and gives, and how it is carried out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import PurePath
from typing import Any

import msgspec
from starlette.responses import FileResponse, JSONResponse, Response

from indexer.api import feed, schemas
from indexer.api.citing import citable_passage, citable_result, citable_target, listed_plan, text_hash
from indexer.api.paging import paged
from indexer.api.problems import Problem
from indexer.errors import LibraryError
from indexer.exporting.audit import audit_csv
from indexer.exporting.objects import (
    alert_object,
    answer_object,
    comparison_object,
    passage_object,
    row_object,
)
from indexer.library import Library, audit
from indexer.library.jobs import Job, job_queue, settled
from indexer.library.limits import QuestionLimits
from indexer.library.originals import find_original, missing_original
from indexer.library.rights import Action, Role, role_for
from indexer.library.uploads import Upload, add_uploads
from indexer.reading.doubts import doubtful_places
from indexer.storage import Scope
from indexer.types import Alert, Filter, PlanInfo, Target
from indexer.wording import counted

#: Where the API is mounted.
PREFIX = "/api/v1"
#: Dots a point of page images: an A4 page is then 1,190 dots wide.
_SCALE = 2.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: ``path`` are the names in its address, ``base`` is the address of the server."""

    library: Library
    limits: QuestionLimits
    client: str
    base: str
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Any = None
    body: Any = None
    files: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address.

    ``query`` and ``body`` are the types that the request must fit. ``reply`` is the type of the JSON that it
    gives, or several, or the media type of something else; None for nothing. ``refusals`` are the statuses of problems,
    ``action`` is what a client must be allowed.
    """

    method: str
    path: str
    summary: str
    handle: Callable[[Call], Response]
    reply: type | tuple[type, ...] | str | None
    query: type = schemas.NoQuery
    body: type | None = None
    status: int = 200
    takes_files: bool = False
    refusals: tuple[int, ...] = ()
    action: Action = Action.READ

    @property
    def role(self) -> Role:
        """The lowest role that may do it."""
        return role_for(self.action)


# -- plans ---------------------------------------------------------------------------------------


def _list_plans(call: Call) -> Response:
    found, more = paged(call.library.plans(), lambda info: (info.id,), call.query.cursor, call.query.limit)
    return JSONResponse({"items": [listed_plan(info) for info in found], "next_cursor": more})


def _get_plan(call: Call) -> Response:
    plan = call.library.plan(call.path["plan"])
    return JSONResponse(
        {
            **listed_plan(_info(call.library, plan.id)),
            "sections": [{"label": s.label, "level": s.level, "start": s.start, "end": s.end} for s in plan.sections],
            "characters": len(plan.text),
            "text_sha256": text_hash(plan.text),
        }
    )


def _info(library: Library, plan_id: str) -> PlanInfo:
    library.backend.count(Scope((plan_id,)))  # raises UnknownPlanError
    return next(info for info in library.plans() if info.id == plan_id)


def _get_text(call: Call) -> Response:
    return Response(call.library.plan(call.path["plan"]).text, media_type="text/plain; charset=utf-8")


def _list_passages(call: Call) -> Response:
    backend = call.library.backend

    def read() -> dict[str, Any]:
        keys = backend.keys(Scope((call.path["plan"],)))
        found, more = paged(keys, lambda key: (key,), call.query.cursor, call.query.limit)
        passages = backend.passages(found)
        return {"items": [citable_passage(passages[key]) for key in found], "next_cursor": more}

    return JSONResponse(backend.snapshot(read))


def _get_page(call: Call) -> Response:
    from indexer.library.page_images import draw_pages

    plan, number, quote = call.library.plan(call.path["plan"]), call.path["page"], call.query.quote
    page = next((page for page in plan.pages if page.number == number), None)
    if page is None or PurePath(plan.source).suffix.lower() != ".pdf":
        pages = f"pages 1 to {len(plan.pages)}" if plan.pages else "no pages to show"
        raise Problem(404, "no-page", f"The plan {plan.id!r} has {pages}, not {number}.")
    path = find_original(call.library.backend, plan)
    if not path:
        raise missing_original(plan)
    span = None
    if quote:
        words = r"\s+".join(map(re.escape, quote.split()))
        match = re.compile(words).search(plan.text, page.start) if words else None
        if match is None or match.start() >= page.end:
            raise Problem(404, "no-quote", f"Page {number} of {plan.id!r} does not hold these words: {quote[:80]!r}.")
        span = match.span()
    (image,) = draw_pages(path, plan, [number], span, _SCALE)
    return Response(image.png, media_type="image/png")


def _get_original(call: Call) -> Response:
    plan = _info(call.library, call.path["plan"])
    path = find_original(call.library.backend, plan)
    if not path:
        raise missing_original(plan)
    return FileResponse(path, media_type="application/octet-stream", filename=PurePath(plan.source).name)


def _add_plans(call: Call) -> Response:
    into = call.body["into"] or None
    if into:
        _info(call.library, into)
        if len(call.files) > 1:
            raise Problem(422, "request", "`into` names the plan of one new version. Send a single file with it.")
    adding = partial(add_uploads, call.library, list(call.files), into=into, replaces=call.body["replace"])
    job = Job(f"Adding {counted(len(call.files), 'file')}", adding, cancellable=True, owner=call.library.person.name)
    try:
        job_queue(call.library).put(job)
    except LibraryError as error:
        raise Problem(409, "busy", str(error)) from None
    return JSONResponse(_job_object(job), 202, {"Location": f"{PREFIX}/jobs/{job.id}"})


def _edit_plan(call: Call) -> Response:
    plan = call.path["plan"]
    fields = {name: value for name, value in msgspec.structs.asdict(call.body).items() if value is not None}
    if not fields:
        *names, last = schemas.Edit.__struct_fields__
        raise Problem(422, "request", f"Nothing to set. Give {', '.join(names)} or {last}.")
    call.library.edit(plan, **fields)
    return JSONResponse(listed_plan(_info(call.library, plan)))


def _remove_plan(call: Call) -> Response:
    call.library.remove([call.path["plan"]])
    return Response(status_code=204)


# -- asking --------------------------------------------------------------------------------------


def _search(call: Call) -> Response:
    asked = call.body
    with call.limits.place(call.client):
        hits = call.library.search(asked.query, asked.top_k, **_scope(asked))
    doubtful = doubtful_places(call.library.plans())
    passages = [passage_object(rank, hit, doubtful) for rank, hit in enumerate(hits, 1)]
    return JSONResponse(citable_result({"query": asked.query, "passages": passages}))


def _scope(asked: schemas.Search | schemas.Ask) -> dict[str, Any]:
    """What is searched, as the library takes it."""
    given = msgspec.structs.asdict(asked.filter) if asked.filter else {}
    chosen = Filter(**{facet: tuple(values) for facet, values in given.items()})
    return {"plans": asked.plans, "section": asked.section, "year": asked.year, "filter": chosen}


def _ask(call: Call) -> Response:
    asked = call.body
    with call.limits.place(call.client):
        doubtful = doubtful_places(call.library.plans())
        answer = call.library.ask(
            asked.question, top_k=asked.top_k, every=asked.all, after=asked.after, **_scope(asked)
        )
    return JSONResponse(citable_result(answer_object(answer, doubtful)))


def _compare(call: Call) -> Response:
    questions, plans = call.body.questions, call.body.plans
    if len(questions) * len(plans) > schemas.MOST_CELLS:
        raise Problem(
            422,
            "question",
            f"{len(questions)} questions of {len(plans)} plans are more than {schemas.MOST_CELLS} cells. Ask in parts.",
        )
    compared = []
    for question in questions:  # each waits for its turn, so that others get theirs in between
        with call.limits.place(call.client):
            compared.append(comparison_object(call.library.compare(question, plans)))
    for comparison in compared:
        comparison["cells"] = [citable_result(cell) for cell in comparison["cells"]]
    return JSONResponse({"comparisons": compared})


def _list_targets(call: Call) -> Response:
    plans, cursor, limit = call.query.plan or None, call.query.cursor, call.query.limit
    if call.query.aligned:
        with call.limits.place(call.client):
            rows = list(enumerate(call.library.align_targets(plans)))
        listed, more = paged(rows, lambda pair: (pair[0],), cursor, limit)
        return JSONResponse({"items": [row_object(row) for _, row in listed], "next_cursor": more})

    def place(target: Target) -> tuple[str, int, int, int, str]:
        return target.plan, target.start, *target.span, target.indicator

    found = sorted(call.library.targets(plans, figures=call.query.figures), key=place)
    shown, more = paged(found, place, cursor, limit)
    return JSONResponse({"items": [citable_target(target) for target in shown], "next_cursor": more})


# -- the server ----------------------------------------------------------------------------------


def _changes(call: Call) -> Response:
    return Response(feed.changes_feed(call.library, call.base), media_type=feed.MEDIA_TYPE)


def _list_alerts(call: Call) -> Response:
    def place(alert: Alert) -> tuple[float, str]:
        return -datetime.fromisoformat(alert.at).timestamp(), alert.id

    found, more = paged(sorted(call.library.alerts(), key=place), place, call.query.cursor, call.query.limit)
    return JSONResponse({"items": [alert_object(alert, call.base) for alert in found], "next_cursor": more})


def _alerts_feed(call: Call) -> Response:
    return Response(feed.alerts_feed(call.library, call.base), media_type=feed.MEDIA_TYPE)


def _get_job(call: Call) -> Response:
    return JSONResponse(_job_object(_find_job(call)))


def _cancel_job(call: Call) -> Response:
    job = _find_job(call)
    job.cancel()
    return JSONResponse(_job_object(job), 202)


def _find_job(call: Call) -> Job:
    job = job_queue(call.library).find(call.path["job"])
    if job is None or not job.concerns(call.library.person):
        raise Problem(404, "unknown-job", "There is no such job: the server has begun anew, or it is long done.")
    return job


def _job_object(job: Job) -> dict[str, Any]:
    reports, error, step = settled(job.look()), job.task.error, job.step
    state = "waiting" if job.waits else "running" if job.task.running else "failed" if error else "done"
    return {
        "job": job.id,
        "title": job.title,
        "state": state,
        "step": {"name": step.name, "stage": step.stage, "done": step.done, "total": step.total} if step else None,
        "reports": [{name: value for name, value in asdict(report).items() if name != "earlier"} for report in reports],
        "error": str(error) if error else None,
    }


def _audit(call: Call) -> Response:
    return Response(audit_csv(audit.entries(call.library.backend)), media_type="text/csv; charset=utf-8")


def _health(call: Call) -> Response:
    backend = call.library.backend
    plans, generation = len(backend.plans()), backend.generation
    return JSONResponse({"status": "ok", "version": version("plancite"), "plans": plans, "generation": generation})


_PLAN = "/plans/{plan}"
#: All operations of the API, in the order of its page.
OPERATIONS = (
    Operation("GET", "/plans", "The plans, by id", _list_plans, schemas.PlanList, schemas.Listing),
    Operation(
        "POST",
        "/plans",
        "Add files, or zip archives of them; a job reports what becomes of each",
        _add_plans,
        schemas.Job,
        status=202,
        takes_files=True,
        refusals=(404, 409, 413, 415),
        action=Action.EDIT,
    ),
    Operation("GET", _PLAN, "A plan with its sections", _get_plan, schemas.PlanDetail, refusals=(404,)),
    Operation(
        "PATCH",
        _PLAN,
        "Set what is known of a plan",
        _edit_plan,
        schemas.Plan,
        body=schemas.Edit,
        refusals=(404, 413, 415),
        action=Action.EDIT,
    ),
    Operation(
        "DELETE",
        _PLAN,
        "Remove a plan; it can be restored",
        _remove_plan,
        None,
        status=204,
        refusals=(404,),
        action=Action.EDIT,
    ),
    Operation(
        "GET", f"{_PLAN}/text", "A plan's text, which all offsets count", _get_text, "text/plain", refusals=(404,)
    ),
    Operation(
        "GET",
        f"{_PLAN}/passages",
        "A plan's passages in reading order",
        _list_passages,
        schemas.PassageList,
        schemas.Listing,
        refusals=(404,),
    ),
    Operation(
        "GET",
        f"{_PLAN}/pages/{{page:int}}.png",
        "A page of a PDF as an image, a quote highlighted",
        _get_page,
        "image/png",
        schemas.PageImage,
        refusals=(404,),
    ),
    Operation(
        "GET",
        f"{_PLAN}/original",
        "The file as it was added",
        _get_original,
        "application/octet-stream",
        refusals=(404,),
    ),
    Operation(
        "POST",
        "/search",
        "The best passages for a question or words",
        _search,
        schemas.SearchResult,
        body=schemas.Search,
        refusals=(404, 413, 415, 429),
    ),
    Operation(
        "POST",
        "/ask",
        "The plans' own sentences that answer, cited, or none; with `all` every answer",
        _ask,
        (schemas.Answer, schemas.EveryAnswer),
        body=schemas.Ask,
        refusals=(404, 413, 415, 429),
    ),
    Operation(
        "POST",
        "/compare",
        "Questions asked of each of several plans, and where the answers differ",
        _compare,
        schemas.Comparisons,
        body=schemas.Compare,
        refusals=(404, 413, 415, 429),
    ),
    Operation(
        "GET",
        "/targets",
        "What the plans commit to in figures",
        _list_targets,
        (schemas.TargetList, schemas.AlignedTargetList),
        schemas.TargetListing,
        refusals=(404, 429),
    ),
    Operation("GET", "/changes.atom", "Plans added, replaced and removed, as a feed", _changes, feed.MEDIA_TYPE),
    Operation(
        "GET",
        "/alerts",
        "Answers to saved questions that changed with a plan, the latest first",
        _list_alerts,
        schemas.AlertList,
        schemas.Listing,
    ),
    Operation("GET", "/alerts.atom", "The same as a feed, each once", _alerts_feed, feed.MEDIA_TYPE),
    Operation(
        "GET",
        "/jobs/{job}",
        "How far a job is, and what has become of each file",
        _get_job,
        schemas.Job,
        refusals=(404,),
    ),
    Operation(
        "DELETE",
        "/jobs/{job}",
        "Cancel a job",
        _cancel_job,
        schemas.Job,
        status=202,
        refusals=(404,),
        action=Action.EDIT,
    ),
    Operation("GET", "/audit.csv", "Who changed what", _audit, "text/csv", action=Action.ADMINISTER),
    Operation("GET", "/health", "Whether the server has its library", _health, schemas.Health),
)
