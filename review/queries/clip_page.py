"""Everything that the page of one clip shows, read in one consistent state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.errors import NotFound
from review.frames import rate_of
from review.models import (
    Agency,
    Category,
    Channel,
    Clip,
    ClipChannel,
    Person,
    Rendition,
    Revision,
    StoredFile,
    Work,
)
from review.permissions import Action, Actor, ClipFacts, may, require
from review.platforms import Advice, advise
from review.queries.clip_captions import (
    CaptionsView,
    CheckState,
    caption_versions,
    check_state,
)
from review.queries.clip_changes import Changes, changes_since_last_look
from review.queries.clip_route import Opinion, Step, opinions_of, steps_of
from review.queries.directives import DirectiveCard, directives_of
from review.queries.dossier import Dossier, dossier_of
from review.queries.exchanges import ExchangeState, ExchangeView, exchanges_of
from review.queries.facts import facts_of
from review.queries.ordered import Ordered, chosen, outdated
from review.queries.passing import Passing, passing_of
from review.queries.remarks import Thread, threads_of
from review.renditions import CAPTIONED, COVER
from review.states import RevisionState


@dataclass(frozen=True)
class FileView:
    """One uploaded file and how far it came."""

    id: int
    number: int
    uploader: str
    name: str
    note: str
    size: int
    sha256: str
    state: RevisionState
    reason_code: str
    reason_params: dict[str, object]
    speech_state: str
    speech_reason: str
    speech_params: dict[str, object]
    duration_ms: int
    width: int
    height: int
    frame_ms: int  # how long each picture of the published file is shown
    has_audio: bool
    made: frozenset[str]  # kinds of review.renditions.KINDS
    extras_failed: bool
    created_at: datetime

    @property
    def working(self) -> bool:
        """Whether a machine is at work on it, so that the page should look again."""
        return self.state in (
            RevisionState.RECEIVED,
            RevisionState.PROBING,
            RevisionState.PROCESSING,
        )

    @property
    def has_video(self) -> bool:
        """Whether there is something to play."""
        return "publication" in self.made

    @property
    def has_poster(self) -> bool:
        """Whether there is a picture that stands for it."""
        return "poster" in self.made

    @property
    def vertical(self) -> bool:
        """Whether the picture is taller than wide; unknown counts as the usual phone clip."""
        return self.height >= self.width


@dataclass(frozen=True)
class ClipPage:
    """A clip as one person may see it. `can` decides about buttons; operations decide again."""

    id: int
    code: str
    version: int
    title: str
    description: str
    post_text: str
    category: str
    category_code: str
    political: bool
    political_reason: str
    political_level: int
    language: str
    ai_label: bool
    rights: str
    state: str
    level: int
    level_label: str
    next_label: str
    next_person: str
    round: int
    author: str
    agency: str
    due_at: datetime | None
    overdue: bool
    waiting_since: datetime | None
    created_at: datetime
    channels: tuple[tuple[int, str], ...]
    advice: tuple[tuple[str, Advice], ...]  # by name of channel
    file: FileView | None
    cover: Ordered | None  # None: the automatic picture
    captioned: Ordered | None  # the copy with the captions in its picture
    captioned_outdated: bool
    files: tuple[FileView, ...]
    captions: CaptionsView | None
    caption_versions: tuple[CaptionsView, ...]
    check: CheckState
    steps: tuple[Step, ...]
    opinions: tuple[Opinion, ...]
    threads: tuple[Thread, ...]
    changes: Changes | None
    passing: Passing
    exchanges: tuple[ExchangeView, ...]
    directives: tuple[DirectiveCard, ...]
    dossier: Dossier
    can: frozenset[Action]

    @property
    def returned(self) -> Opinion | None:
        """The decision that sent the clip back, while it lies where it was sent because of it."""
        if self.state == "in_review":
            last = self.opinions[-1] if self.opinions else None
            return last if last is not None and last.kind == "returned" else None
        if self.state not in ("returned", "rejected"):
            return None
        return next((said for said in reversed(self.opinions) if said.kind == self.state), None)

    @property
    def consulting(self) -> bool:
        """Whether somebody has been asked about it and has not answered."""
        return any(one.state is ExchangeState.OPEN for one in self.exchanges)

    @property
    def open_remarks(self) -> int:
        """How many remarks are still to be settled."""
        return sum(thread.root.open for thread in self.threads)

    @property
    def proposal(self) -> CaptionsView | None:
        """A machine's text that came after the version that counts and that nobody has taken."""
        if not self.caption_versions or self.captions is None:
            return None
        last = self.caption_versions[0]
        fresh = last.origin == "machine" and last.number > self.captions.number
        return last if fresh else None


def visible_clip(session: Session, actor: Actor, code: str) -> tuple[Clip, ClipFacts]:
    """The clip and its facts. Raises NotFound or Forbidden when `actor` may not look."""
    clip = session.scalar(select(Clip).where(Clip.code == code, Clip.agency_id == actor.agency_id))
    if clip is None:
        raise NotFound("not_found")
    facts = facts_of(session, clip)
    require(actor, Action.CLIP_VIEW, facts)
    return clip, facts


def clip_page(session: Session, actor: Actor, code: str) -> ClipPage:
    """The page of clip `code` for `actor`. Raises NotFound or Forbidden."""
    clip, facts = visible_clip(session, actor, code)
    category = session.get_one(Category, clip.category_id)
    files = _files(session, clip.id)
    file = next((found for found in files if found.id == clip.revision_id), None)
    versions = caption_versions(session, clip.revision_id)
    current = next((version for version in versions if version.current), None)
    copy = chosen(session, clip.revision_id or 0, CAPTIONED)
    steps = steps_of(session, clip)
    here = next((index for index, step in enumerate(steps) if step.place == "here"), None)
    above = steps[here + 1] if here is not None and here + 1 < len(steps) else None
    return ClipPage(
        id=clip.id,
        code=clip.code,
        version=clip.version,
        title=clip.title,
        description=clip.description,
        post_text=clip.post_text,
        category=category.name,
        category_code=category.code,
        # What only the category proposes is nobody's answer yet.
        political=clip.political and "political" not in clip.unanswered,
        political_reason=clip.political_reason,
        political_level=clip.political_level,
        language=clip.language,
        ai_label=clip.ai_label,
        rights=clip.rights,
        state=clip.state,
        level=clip.level,
        level_label=steps[here].label if here is not None else "",
        next_label=above.label if above else "",
        next_person=steps[here].holder if here is not None else "",
        round=clip.round,
        author=session.get_one(Person, clip.created_by).full_name,
        agency=session.get_one(Agency, clip.agency_id).name,
        due_at=clip.due_at,
        overdue=clip.due_at is not None and clip.due_at < clock.now(),
        waiting_since=clip.waiting_since,
        created_at=clip.created_at,
        channels=_channels(session, clip.id),
        advice=_advice(session, clip.id, file),
        file=file,
        cover=chosen(session, clip.revision_id or 0, COVER),
        captioned=copy,
        captioned_outdated=copy is not None and outdated(session, clip.revision_id or 0, copy),
        files=files,
        captions=current,
        caption_versions=versions,
        check=check_state(session, clip, current.id if current else None),
        steps=steps,
        opinions=opinions_of(session, clip),
        threads=threads_of(session, clip.id),
        changes=changes_since_last_look(session, clip, actor.person_id),
        passing=passing_of(session, clip, facts),
        exchanges=exchanges_of(session, clip.id),
        directives=directives_of(session, clip.id),
        dossier=dossier_of(session, clip),
        can=frozenset(action for action in Action if may(actor, action, facts)),
    )


def _channels(session: Session, clip_id: int) -> tuple[tuple[int, str], ...]:
    found = (
        select(Channel.id, Channel.name)
        .join(ClipChannel, ClipChannel.channel_id == Channel.id)
        .where(ClipChannel.clip_id == clip_id)
        .order_by(Channel.id)
    )
    return tuple((row.id, row.name) for row in session.execute(found))


def _advice(
    session: Session, clip_id: int, file: FileView | None
) -> tuple[tuple[str, Advice], ...]:
    """Where the current file does not fit its planned channels."""
    if file is None:
        return ()
    planned = session.execute(
        select(Channel.kind, Channel.name)
        .join(ClipChannel, ClipChannel.channel_id == Channel.id)
        .where(ClipChannel.clip_id == clip_id)
        .order_by(Channel.id)
    )
    return tuple(
        (row.name, advice)
        for row in planned
        for advice in advise(row.kind, file.duration_ms, file.width, file.height)
    )


def _files(session: Session, clip_id: int) -> tuple[FileView, ...]:
    """All files of a clip, newest first."""
    found = session.execute(
        select(Revision, StoredFile, Person.full_name)
        .join(StoredFile, StoredFile.id == Revision.file_id)
        .join(Person, Person.id == Revision.uploader_id)
        .where(Revision.clip_id == clip_id)
        .order_by(Revision.number.desc())
    ).all()
    kinds: dict[int, set[str]] = {}
    for revision_id, kind in session.execute(
        select(Rendition.revision_id, Rendition.kind).where(
            Rendition.revision_id.in_([row[0].id for row in found])
        )
    ):
        kinds.setdefault(revision_id, set()).add(kind)
    failed = _extras_failed(session, [row[0].id for row in found])
    return tuple(
        _file(*row, kinds=kinds.get(row[0].id, set()), extras_failed=row[0].id in failed)
        for row in found
    )


def _extras_failed(session: Session, revision_ids: list[int]) -> set[int]:
    """Revisions of which the last try to make what stands beside the video was given up."""
    rows = session.execute(
        select(Work.subject_id, Work.state)
        .where(Work.kind == "extras", Work.subject_id.in_(revision_ids))
        .order_by(Work.id)
    )
    last = {row.subject_id: row.state for row in rows}
    return {revision_id for revision_id, state in last.items() if state == "failed"}


def _file(
    revision: Revision, stored: StoredFile, uploader: str, kinds: set[str], extras_failed: bool
) -> FileView:
    facts: dict[str, object] = revision.facts or {}

    def number(name: str) -> int:
        value = facts.get(name, 0)
        return value if isinstance(value, int) else 0

    return FileView(
        id=revision.id,
        number=revision.number,
        uploader=uploader,
        name=revision.original_name,
        note=revision.note,
        size=stored.size,
        sha256=stored.sha256,
        state=RevisionState(revision.state),
        reason_code=revision.reason_code,
        reason_params=dict(revision.reason_params),
        speech_state=revision.speech_state,
        speech_reason=revision.speech_reason,
        speech_params=dict(revision.speech_params),
        duration_ms=number("duration_ms"),
        width=number("width"),
        height=number("height"),
        frame_ms=round(1000 / rate_of(facts)),
        has_audio=bool(facts.get("audio_codec")),
        made=frozenset(kinds),
        extras_failed=extras_failed,
        created_at=revision.created_at,
    )
