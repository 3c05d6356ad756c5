"""The rows that search reads, made from the clip as it stands, in the transaction that changed it.

They are derived and hold nothing of their own: a lost row is made again from the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from media.results import Line
from review.db import Database
from review.models import (
    Assignment,
    CaptionVersion,
    Clip,
    ClipDirective,
    ClipSearch,
    Decision,
    Person,
    Publication,
    Revision,
    Series,
)
from review.queries.exchanges import consulting
from review.queries.search import (
    CITES,
    CONSULTING,
    NEAR,
    WAITS_TO_BE_POSTED,
    day_marks,
    mark,
    words_of,
)

# Ten thousand distinct words are a long book; PostgreSQL takes a megabyte, and no clip nears it.
MAX_DISTINCT = 10_000
# Rows made in one go: some seconds' work at most, so that a writer in the office never waits long.
BATCH = 200
TO_POST = ("waiting", "failed")


def refresh(session: Session, clip_ids: Iterable[int]) -> None:
    """Writes the rows of these clips anew where they differ."""
    for clip_id in clip_ids:
        clip = session.get(Clip, clip_id)
        if clip is None:
            continue
        near = " ".join((clip.title, clip.code, *_people(session, clip)))
        far = (
            f"{clip.description} {clip.post_text} {_around(session, clip)} {_spoken(session, clip)}"
        )
        words = row_words(_marks(session, clip), near, far)
        row = session.get(ClipSearch, clip_id)
        if row is None:
            session.add(ClipSearch(clip_id=clip.id, agency_id=clip.agency_id, words=words))
        elif row.words != words:
            row.words = words
    session.flush()


def row_words(marks: Sequence[str], near: str, far: str) -> str:
    """The text of a row: marks, the words of `near` in both forms, the words of `far`."""
    named = set(words_of(near))
    # What the clip is comes before what is said in it, should a very long text be cut.
    tokens = [*marks, *sorted(NEAR + word for word in named), *sorted(named.union(words_of(far)))]
    return " ".join(tokens[:MAX_DISTINCT])


def catch_up(db: Database) -> int:
    """Makes rows for clips that have none, after an upgrade or a loss; returns how many."""
    missing = select(Clip.id).where(~exists().where(ClipSearch.clip_id == Clip.id))
    made = 0
    while True:
        with db.read() as session:
            ids = list(session.scalars(missing.order_by(Clip.id).limit(BATCH)))
        if not ids:
            return made
        with db.transaction() as unit:
            refresh(unit.session, ids)
        made += len(ids)


def _marks(session: Session, clip: Clip) -> list[str]:
    authors = {clip.created_by} | ({clip.uploader_id} if clip.uploader_id else set())
    marks = [
        mark("g", clip.agency_id),
        mark("s", clip.state),
        mark("c", 0 if "category" in clip.unanswered else clip.category_id),
        mark("p", int(clip.political and "political" not in clip.unanswered)),
        *day_marks(clip.created_at),
        *(mark("a", author) for author in sorted(authors)),
    ]
    waits = exists().where(Publication.clip_id == clip.id, Publication.state.in_(TO_POST))
    if consulting(session, clip.id):
        marks.append(CONSULTING)
    cites = select(ClipDirective.directive_id).where(ClipDirective.clip_id == clip.id)
    marks += [mark(CITES, directive) for directive in sorted(session.scalars(cites))]
    if session.scalar(select(waits)):
        marks.append(WAITS_TO_BE_POSTED)
    return marks


def _people(session: Session, clip: Clip) -> list[str]:
    """Authors and everybody who decided, by the names they had."""
    ids = [clip.created_by, clip.uploader_id or clip.created_by]
    authors = session.scalars(select(Person.full_name).where(Person.id.in_(ids)))
    decided = session.scalars(select(Decision.person_name).where(Decision.clip_id == clip.id))
    return [*authors, *decided]


def _around(session: Session, clip: Clip) -> str:
    """What the dossier says beside the texts that go out: series, audience, instruction, script."""
    asked = select(Assignment.instruction, Assignment.basis).where(Assignment.clip_id == clip.id)
    said = [part for row in session.execute(asked) for part in row]
    series = session.get(Series, clip.series_id) if clip.series_id else None
    return " ".join([series.name if series else "", clip.audience, clip.script, *said])


def _spoken(session: Session, clip: Clip) -> str:
    """What is said by the captions that count and go out; a line in doubt is not said."""
    found = (
        select(CaptionVersion.lines)
        .join(Revision, Revision.captions_id == CaptionVersion.id)
        .where(Revision.id == clip.revision_id)
    )
    lines = [Line.from_json(line) for line in session.scalar(found) or ()]
    return " ".join(line.text for line in lines if line.published)
