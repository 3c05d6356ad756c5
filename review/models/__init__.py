"""The tables, one noun a file. Importing this package registers all of them."""

from review.models.agencies import Agency, Category, Counter, Route, RouteLevel, RouteRule
from review.models.channels import Channel, HookEndpoint
from review.models.clips import Clip, ClipChannel, Remark, RemarkAct
from review.models.decisions import Decision, SignOff, SignOffVoid
from review.models.documents import ClipDirective, Directive, DirectiveDocument, Document
from review.models.dossier import Assignment, ClipUnit, FieldDraft, Script, Series
from review.models.exchanges import Exchange, ExchangeDocument, ExchangeEntry
from review.models.ledger import LedgerEntry, LedgerText
from review.models.notices import Notice, Reminder
from review.models.ordered import OrderedFile
from review.models.organisation import (
    AgencyKind,
    AgencyPeriod,
    AgencySuccession,
    CapacityGrant,
    Post,
    SigningRule,
    Unit,
    UnitName,
)
from review.models.people import ApiToken, OneTimeLink, Person, PersonRole, WebSession
from review.models.publications import Delivery, DeliveryAttempt, Publication
from review.models.revisions import Rendition, Revision, StoredFile
from review.models.search import ClipSearch
from review.models.ticks import TickAnswer, TickText
from review.models.transcripts import CaptionCheck, CaptionVersion, GlossaryTerm
from review.models.uploads import UploadRow
from review.models.work import Work

__all__ = [
    "Agency",
    "AgencyKind",
    "AgencyPeriod",
    "AgencySuccession",
    "ApiToken",
    "Assignment",
    "CapacityGrant",
    "CaptionCheck",
    "CaptionVersion",
    "Category",
    "Channel",
    "Clip",
    "ClipChannel",
    "ClipDirective",
    "ClipSearch",
    "ClipUnit",
    "Counter",
    "Decision",
    "Delivery",
    "DeliveryAttempt",
    "Directive",
    "DirectiveDocument",
    "Document",
    "Exchange",
    "ExchangeDocument",
    "ExchangeEntry",
    "FieldDraft",
    "GlossaryTerm",
    "HookEndpoint",
    "LedgerEntry",
    "LedgerText",
    "Notice",
    "OneTimeLink",
    "OrderedFile",
    "Person",
    "PersonRole",
    "Post",
    "Publication",
    "Remark",
    "RemarkAct",
    "Reminder",
    "Rendition",
    "Revision",
    "Route",
    "RouteLevel",
    "RouteRule",
    "Script",
    "Series",
    "SignOff",
    "SignOffVoid",
    "SigningRule",
    "StoredFile",
    "TickAnswer",
    "TickText",
    "Unit",
    "UnitName",
    "UploadRow",
    "WebSession",
    "Work",
]
