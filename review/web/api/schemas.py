"""What goes in and out of the API, as its OpenAPI document tells it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from review.dossier import People, Urgency
from review.operations.intake import LANGUAGES
from review.operations.publishing import RESULTS
from review.states import ClipState

PAGE_MAX = 100


class ClipForm(Schema):
    """The text fields of a clip. In a form the file itself comes last, in the part `file`; or
    `upload` names a finished upload."""

    title = fields.String(required=True)
    category = fields.String(required=True, metadata={"description": "Code of the category"})
    political = fields.String(required=True, validate=validate.OneOf(("yes", "no")))
    description = fields.String(load_default="")
    post_text = fields.String(load_default="")
    political_reason = fields.String(load_default="")
    rights = fields.String(load_default="")
    ai_label = fields.String(load_default="no", validate=validate.OneOf(("yes", "no")))
    language = fields.String(load_default="vi", validate=validate.OneOf(LANGUAGES))
    people = fields.String(
        load_default="",
        validate=validate.OneOf(("", *People)),
        metadata={"description": "Children or private persons; needed before submission"},
    )
    people_note = fields.String(load_default="", metadata={"description": "Who consented"})
    urgency = fields.String(load_default=Urgency.NORMAL, validate=validate.OneOf(tuple(Urgency)))
    series = fields.String(
        load_default="", metadata={"description": "Name of a series; a new one is made"}
    )
    audience = fields.String(load_default="")
    script = fields.String(load_default="")
    wished_at = fields.AwareDateTime(
        load_default=None, metadata={"description": "Wished time of posting, with its zone"}
    )
    upload = fields.String(
        load_default="", metadata={"description": "Last part of the upload's Location"}
    )


class ClipMade(Schema):
    """A clip that was just taken in."""

    code = fields.String()
    version = fields.Integer()
    url = fields.Url()


class ClipCard(Schema):
    """One clip in a list."""

    code = fields.String()
    title = fields.String()
    state = fields.String()
    level_label = fields.String()
    author = fields.String()
    political = fields.Boolean()
    revision = fields.Integer()


class ClipList(Schema):
    """One page of clips."""

    clips = fields.List(fields.Nested(ClipCard))
    after = fields.String(
        metadata={"description": "Where the next page begins; empty on the last one"}
    )


class ClipQuery(Schema):
    """What to list."""

    list = fields.String(load_default="done", validate=validate.OneOf(("waiting", "sent", "done")))
    state = fields.String(load_default="", validate=validate.OneOf(("", *ClipState)))
    q = fields.String(load_default="")
    after = fields.String(
        load_default="", metadata={"description": "`after` of the page before this one"}
    )


class CaptionLine(Schema):
    """A spoken line; times in milliseconds. Lines that are not published stay in the house."""

    start_ms = fields.Integer()
    end_ms = fields.Integer()
    text = fields.String()
    doubt = fields.String(allow_none=True)
    published = fields.Boolean()


class ClipFull(ClipCard):
    """A clip with its texts, its file's state and its captions."""

    version = fields.Integer()
    description = fields.String()
    post_text = fields.String()
    category_code = fields.String()
    language = fields.String()
    ai_label = fields.Boolean()
    rights = fields.String()
    people = fields.String()
    people_note = fields.String()
    urgency = fields.String()
    series = fields.String()
    audience = fields.String()
    script = fields.String()
    wished_at = fields.AwareDateTime(allow_none=True)
    missing = fields.List(
        fields.String(), metadata={"description": "Fields that a submission still lacks"}
    )
    file_state = fields.String()
    reason = fields.String()
    sha256 = fields.String()
    captions = fields.List(fields.Nested(CaptionLine))


class Result(Schema):
    """What became of a publication."""

    status = fields.String(required=True, validate=validate.OneOf(RESULTS))
    url = fields.String(load_default="")
    detail = fields.String(load_default="", validate=validate.Length(max=500))
