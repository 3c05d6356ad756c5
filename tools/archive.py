"""Fills a database with an office's archive of clips and transcripts, in bulk, for measuring.

What is open is the work of one office and stays the same; what grows is the archive, with one
draft in a hundred given up and one post in a hundred never confirmed. The speech is made of
Vietnamese syllables, as unevenly frequent as words are.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from review import clock
from review.db import Base, Database
from review.models import (
    CaptionVersion,
    Category,
    Channel,
    Clip,
    ClipSearch,
    Decision,
    Person,
    Publication,
    Rendition,
    Revision,
    Route,
    RouteLevel,
    SignOff,
    StoredFile,
)
from review.operations.search_rows import row_words
from review.queries.search import WAITS_TO_BE_POSTED, day_marks, mark

BATCH = 2_000
WORDS_INDEX = (
    "CREATE INDEX ix_clip_search_words ON clip_search USING gin (clip_words(words)) "
    "WITH (fastupdate = off)"
)
SYLLABLES_SPOKEN = 180  # a minute of speech
# What one office has on its way at any time.
OPEN = {"in_review": 300, "returned": 60, "draft": 100, "approved": 100}
TITLES = (
    "Hội xuân xã {}",
    "Lễ hội Lồng tồng xã {}",
    "Thông điệp của Chủ tịch xã {} về chuyển đổi số",
    "Tuyên truyền phòng cháy rừng tại {}",
    "Người tốt việc tốt: cô giáo vùng cao {}",
    "Khánh thành cầu dân sinh {}",
    "Hội nghị triển khai nông thôn mới {}",
    "Hướng dẫn làm căn cước cho bà con {}",
)
PLACES = (
    "Phú Đình",
    "Chợ Chu",
    "Bình Yên",
    "Điềm Mặc",
    "Trung Hội",
    "Sơn Phú",
    "Bảo Cường",
    "Phượng Tiến",
    "Tân Dương",
    "Lam Vỹ",
    "Quy Kỳ",
    "Linh Thông",
    "Kim Phượng",
    "Thanh Định",
    "Bộc Nhiêu",
    "Phú Tiến",
)
_ONSETS = [
    "b",
    "c",
    "d",
    "đ",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "q",
    "r",
    "s",
    "t",
    "v",
    "x",
    "ch",
    "gh",
    "gi",
    "kh",
    "ng",
    "nh",
    "ph",
    "th",
    "tr",
]
_RIMES = [
    "a",
    "à",
    "á",
    "ả",
    "ạ",
    "ân",
    "âm",
    "ấp",
    "an",
    "àn",
    "ảng",
    "anh",
    "ánh",
    "ao",
    "ay",
    "ăn",
    "ăng",
    "e",
    "en",
    "em",
    "ê",
    "ên",
    "êm",
    "i",
    "in",
    "inh",
    "iên",
    "iêng",
    "iết",
    "o",
    "on",
    "ong",
    "ôn",
    "ông",
    "ơi",
    "ơn",
    "u",
    "un",
    "ung",
    "uôn",
    "ương",
    "ước",
    "ưng",
    "y",
    "yên",
    "oa",
    "oan",
    "uy",
    "uyên",
]


class Archive:
    """Makes the rows; the agency must have been set up."""

    def __init__(self, db: Database, seed: int = 7) -> None:
        self._db, self._random = db, random.Random(seed)
        syllables = [onset + rime for onset in _ONSETS for rime in _RIMES]
        self._random.shuffle(syllables)
        self._syllables = syllables
        self._weights = list(
            itertools.accumulate(1 / (place + 3) for place in range(len(syllables)))
        )
        with db.read() as session:
            self._authors = list(
                session.execute(
                    select(Person.id, Person.full_name).where(
                        Person.username.in_(("phongvien", "bientap", "truongphong"))
                    )
                )
            )
            self._head = session.execute(
                select(Person.id, Person.full_name).where(Person.username == "giamdoc")
            ).one()
            self._agency = session.scalar(select(Person.agency_id).limit(1)) or 0
            self._categories = list(session.scalars(select(Category.id)))
            self._channel = session.scalar(select(Channel.id).limit(1))
            self._route = session.scalar(select(Route.id).where(Route.active)) or 0
            self._levels = list(session.scalars(select(RouteLevel.position)))

    def fill(self, count: int) -> None:
        """Makes `count` clips in all, the open ones the newest, and has the planner count them."""
        states = self._states(count)
        begun = clock.now() - timedelta(minutes=count * 10)
        if not self._db.is_sqlite:
            # Made at the end in one go: entering each word of each clip apart takes ten times that.
            self._administer("DROP INDEX ix_clip_search_words")
        for start in range(0, count, BATCH):
            rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
            for number in range(start + 1, min(start + BATCH, count) + 1):
                self._clip(rows, number, states[number - 1], begun + timedelta(minutes=number * 10))
            with self._db.transaction() as unit:
                self._write(unit.session, rows)
        if not self._db.is_sqlite:
            self._administer(WORDS_INDEX, "VACUUM ANALYZE")

    def _administer(self, *statements: str) -> None:
        with self._db.engine.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            for statement in statements:
                connection.execute(text(statement))

    def _states(self, count: int) -> list[str]:
        newest = [state for state, many in OPEN.items() for _ in range(many)]
        self._random.shuffle(newest)
        choices = ("posted", "rejected", "withdrawn", "draft", "approved")
        old = self._random.choices(choices, (93, 3, 2, 1, 1), k=count - len(newest))
        return old + newest

    def _write(self, session: Session, rows: dict[type[Base], list[dict[str, Any]]]) -> None:
        later = {row["id"]: (row.pop("revision_id"), row["id"]) for row in rows[Clip]}
        order = (StoredFile, Clip, Revision, CaptionVersion, Rendition, Decision, SignOff)
        captions = {row["id"]: row.pop("captions_id") for row in rows[Revision]}
        for model in (*order, Publication, ClipSearch):
            if rows[model]:
                session.execute(insert(model), rows[model])
        session.connection().exec_driver_sql(
            _numbered("UPDATE clips SET revision_id = ? WHERE id = ?", self._db),
            list(later.values()),
        )
        session.connection().exec_driver_sql(
            _numbered("UPDATE revisions SET captions_id = ? WHERE id = ?", self._db),
            [(captions_id, revision) for revision, captions_id in captions.items()],
        )

    def _speech(self) -> list[str]:
        return self._random.choices(self._syllables, cum_weights=self._weights, k=SYLLABLES_SPOKEN)

    def _clip(
        self, rows: dict[type[Base], list[dict[str, Any]]], n: int, state: str, at: Any
    ) -> None:
        rnd = self._random
        author, name = rnd.choice(self._authors)
        title = rnd.choice(TITLES).format(rnd.choice(PLACES))
        code = f"CLIP-{clock.local(at).year}-{n:06d}"
        political, category = rnd.random() < 0.2, rnd.choice(self._categories)
        level = rnd.choice(self._levels) if state == "in_review" else 0
        due = at + timedelta(hours=rnd.randint(1, 48)) if level else None
        speech = self._speech()
        signed = state in ("approved", "posted")
        rows[StoredFile].append(
            {"id": n, "key": f"bench{n}", "sha256": "0" * 64, "size": 1, "media_type": "video/mp4"}
            | {"created_at": at}
        )
        rows[Clip].append(
            {"id": n, "agency_id": self._agency, "code": code, "title": title, "description": ""}
            | {"post_text": title, "category_id": category, "political": political}
            | {"political_reason": "", "political_level": 0, "language": "vi", "ai_label": False}
            | {"rights": "", "created_by": author, "uploader_id": author, "created_at": at}
            | {"state": state, "version": 1, "route_id": self._route, "level": level, "round": 1}
            | {"waiting_since": at if level else None, "due_at": due, "revision_id": n}
            | {"submitted_at": at}
        )
        rows[Revision].append(
            {"id": n, "clip_id": n, "number": 1, "uploader_id": author, "file_id": n, "note": ""}
            | {"original_name": "clip.mp4", "state": "ready", "reason_code": "", "created_at": at}
            | {
                "reason_params": {},
                "facts": {"duration_ms": 60_000, "width": 540},
                "captions_id": n,
            }
            | {"speech_state": "done", "speech_reason": "", "speech_params": {}}
        )
        lines = [
            {
                "start_ms": place * 250,
                "end_ms": place * 250 + 2_000,
                "text": " ".join(speech[place : place + 9]),
            }
            for place in range(0, len(speech), 9)
        ]
        rows[CaptionVersion].append(
            {"id": n, "revision_id": n, "number": 1, "origin": "machine", "author_id": None}
            | {"author_name": "", "engine": "đo", "lines": lines, "sha256": "0" * 64}
            | {"created_at": at}
        )
        rows[Rendition].append({"revision_id": n, "kind": "poster", "file_id": n, "created_at": at})
        for kind, at_level in (("submitted", 0), ("approved", 1)):
            rows[Decision].append(self._decision(n, kind, at_level, (author, name), at))
        waits = state == "approved" or (state == "posted" and rnd.random() < 0.01)
        people = [name]
        if signed:
            people.append(self._head.full_name)
            rows[Decision].append(self._decision(n, "signed", 3, self._head, at))
            self._sign(rows, n, at, "waiting" if waits else "posted")
        marks = [mark("g", self._agency), mark("s", state), mark("c", category)]
        marks += [mark("p", int(political)), *day_marks(at), mark("a", author)]
        marks += [WAITS_TO_BE_POSTED] if signed and waits else []
        words = row_words(marks, " ".join((title, code, *people)), " ".join(speech))
        rows[ClipSearch].append({"clip_id": n, "agency_id": self._agency, "words": words})

    def _decision(self, n: int, kind: str, level: int, who: Any, at: Any) -> dict[str, Any]:
        return (
            {"clip_id": n, "round": 1, "level": level, "level_label": "", "kind": kind}
            | {"revision_id": n, "captions_id": n, "person_id": who[0], "person_name": who[1]}
            | {"person_post": "", "political": False, "reason": "", "note": "", "created_at": at}
        )

    def _sign(self, rows: Any, n: int, at: Any, state: str) -> None:
        rows[SignOff].append(
            {"id": n, "clip_id": n, "round": 1, "revision_id": n, "captions_id": n}
            | {"digest": "0" * 64, "manifest": b"{}", "statement": "", "assessments": []}
            | {"note": "", "person_id": self._head.id, "person_name": self._head.full_name}
            | {"person_post": "", "capacity": "direct", "method": "password", "agency_name": ""}
            | {"created_at": at}
        )
        rows[Publication].append(
            {"sign_off_id": n, "clip_id": n, "digest": "0" * 64, "channel_id": self._channel}
            | {"mode": "by_hand", "state": state, "posted_url": "", "posted_at": None}
            | {"posted_by": None, "posted_by_name": "", "created_at": at}
        )


def _numbered(statement: str, db: Database) -> str:
    return statement if db.is_sqlite else statement.replace("?", "%s")
