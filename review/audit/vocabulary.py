"""Every action that the ledger knows, in the grammar `subject:object:action`.

The subject is what the entry is about, the object the part of it that was touched. Words for each
live in `review.words` under `log.<action>`; a test holds the two lists together.
"""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """What can be written into the ledger."""

    INSTALLATION_CREATED = "installation:setup:created"
    SETUP_LINK_ISSUED = "installation:setup:link_issued"

    PERSON_ADDED = "person:account:added"
    PERSON_INVITED = "person:account:invited"
    PERSON_ACTIVATED = "person:account:activated"
    PERSON_DISABLED = "person:account:disabled"
    PERSON_ENABLED = "person:account:enabled"
    PERSON_ROLES_CHANGED = "person:roles:changed"
    PERSON_POST_CHANGED = "person:post:changed"
    PASSWORD_CHANGED = "person:password:changed"
    LOGGED_IN = "person:session:opened"
    LOGIN_REFUSED = "person:session:refused"
    LOGGED_OUT = "person:session:closed"
    SIGNING_OPENED = "person:signing:opened"
    SIGNING_REFUSED = "person:signing:refused"
    TOKEN_ISSUED = "person:token:issued"
    TOKEN_REVOKED = "person:token:revoked"

    ROUTE_CHANGED = "agency:route:changed"
    CHANNEL_ADDED = "agency:channel:added"
    CHANNEL_CHANGED = "agency:channel:changed"
    HOOK_SET = "agency:hook:set"
    QUOTA_CHANGED = "agency:quota:changed"
    GLOSSARY_ADDED = "agency:glossary:added"
    GLOSSARY_CHANGED = "agency:glossary:changed"

    CLIP_CREATED = "clip:dossier:created"
    CLIP_CHANGED = "clip:dossier:changed"
    CLIP_VIEWED = "clip:dossier:viewed"
    POLITICAL_CHANGED = "clip:political:changed"
    REVISION_UPLOADED = "clip:revision:uploaded"
    REVISION_ACCEPTED = "clip:revision:accepted"
    REVISION_REFUSED = "clip:revision:refused"
    REVISION_READY = "clip:revision:ready"
    STEP_FAILED = "clip:step:failed"
    STEP_RETRIED = "clip:step:retried"
    RENDITION_MADE = "clip:rendition:made"
    TRANSCRIPT_ASKED = "clip:transcript:asked"
    TRANSCRIPT_MADE = "clip:transcript:made"
    TRANSCRIPT_UNAVAILABLE = "clip:transcript:unavailable"
    CAPTIONS_SAVED = "clip:captions:saved"
    CAPTIONS_RESTORED = "clip:captions:restored"
    CAPTIONS_UPLOADED = "clip:captions:uploaded"
    CAPTIONS_CHECKED = "clip:captions:checked"
    COVER_CHOSEN = "clip:cover:chosen"
    COVER_DROPPED = "clip:cover:dropped"
    CAPTIONED_ASKED = "clip:captioned:asked"
    CAPTIONED_DROPPED = "clip:captioned:dropped"
    REMARK_ADDED = "clip:remark:added"

    SUBMITTED = "clip:review:submitted"
    LEVEL_PASSED_OVER = "clip:level:passed_over"
    LEVEL_APPROVED = "clip:level:approved"
    RETURNED = "clip:review:returned"
    REJECTED = "clip:review:rejected"
    RECALLED = "clip:review:recalled"
    WITHDRAWN = "clip:dossier:withdrawn"
    SIGNED = "clip:sign_off:given"
    SIGN_OFF_VOIDED = "clip:sign_off:voided"
    SHEET_PRINTED = "clip:sheet:printed"

    PUBLICATION_PLANNED = "clip:publication:planned"
    PUBLICATION_CANCELLED = "clip:publication:cancelled"
    FILE_DOWNLOADED = "clip:file:downloaded"
    DELIVERY_SUCCEEDED = "clip:delivery:succeeded"
    DELIVERY_FAILED = "clip:delivery:failed"
    DELIVERY_GIVEN_UP = "clip:delivery:given_up"
    DELIVERY_RESENT = "clip:delivery:resent"
    POSTED = "clip:publication:posted"

    LOG_EXPORTED = "ledger:export:made"
