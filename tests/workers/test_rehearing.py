"""Having a clip heard again by another model or in another language: a wish, never a change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from review import languages
from review.errors import Conflict, Forbidden, Invalid
from review.models import CaptionVersion
from review.operations import processing, rehearing, work
from review.queries.clip_page import clip_page
from review.queries.rehearing import last_wish
from tests.workers.conftest import HEARD, PROBE, Workshop

MODELS = {"small": "small", "large-v3": "/srv/models/large-v3.pt"}


def ready(workshop: Workshop, **probe: object) -> Workshop:
    """The clip, processed and heard once if it has sound."""
    workshop.probed(replace(PROBE, **probe))  # type: ignore[arg-type]
    workshop.rendered()
    if workshop.open_work("transcribe") is not None:
        workshop.heard()
    return workshop


def ask(workshop: Workshop, who: str = "phongvien", **wish: str) -> None:
    """Asks as that person."""
    wanted = {"model": "large-v3", "language": "en"} | wish
    actor = workshop.world[who]
    rehearing.hear_again(workshop.db, actor, workshop.clip.code, models=MODELS, **wanted)  # type: ignore[arg-type]


def test_what_comes_of_it_is_a_proposal(workshop: Workshop) -> None:
    """The captions in use stay, the page shows the new ones beside them, the ledger who asked."""
    ready(workshop)
    used = workshop.revision().captions_id
    ask(workshop)
    lease = workshop.lease("transcribe")
    assert rehearing.wished(lease, model="small", language="vi") == (MODELS["large-v3"], "en")
    made = processing.record_transcript(workshop.db, lease, replace(HEARD, language="en"))
    revision = workshop.revision()
    assert (revision.captions_id, revision.speech_state) == (used, "done")
    with workshop.db.read() as session:
        page = clip_page(session, workshop.world["phongvien"], workshop.clip.code)
        assert page.proposal is not None
        assert page.proposal.id == made
        assert last_wish(session, workshop.revision_id) is None
        assert session.get_one(CaptionVersion, made).engine == "mô hình thử nghiệm (en)"
    assert workshop.acts()[-2:] == ["clip:transcript:asked", "clip:transcript:made"]


def test_even_without_captions_it_stays_a_proposal(workshop: Workshop) -> None:
    """What is under review does not change by itself."""
    workshop.probed()
    workshop.rendered()
    lease = workshop.lease("transcribe")
    processing.record_no_transcript(workshop.db, lease, "speech_model_missing", {"model": "x"})
    ask(workshop)
    workshop.heard()
    revision = workshop.revision()
    assert (revision.captions_id, revision.speech_state) == (None, "unavailable")


@pytest.mark.parametrize("end", ["settled", "given up"])
def test_a_wish_that_comes_to_nothing_changes_nothing(workshop: Workshop, end: str) -> None:
    """What was heard before stands; the page can say why, and one may ask again."""
    ready(workshop)
    before = workshop.revision()
    ask(workshop)
    lease = workshop.lease("transcribe")
    if end == "settled":
        gone = {"model": "large-v3"}
        processing.record_no_transcript(workshop.db, lease, "speech_model_missing", gone)
    else:
        work.fail(workshop.db, lease, "speech_model_missing", retry=False)
    after = workshop.revision()
    assert (after.captions_id, after.speech_state) == (before.captions_id, "done")
    with workshop.db.read() as session:
        wish = last_wish(session, workshop.revision_id)
    assert wish is not None
    assert (wish.model, wish.language, wish.running) == ("large-v3", "en", False)
    assert wish.reason == "speech_model_missing"
    ask(workshop)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"model": "/etc/passwd"}, "speech_model_not_offered"),
        ({"model": ""}, "speech_model_not_offered"),
        ({"language": "tay"}, "language_not_heard"),
        ({"language": "xx"}, "language_not_heard"),
    ],
)
def test_only_what_is_offered_is_taken(
    workshop: Workshop, wish: dict[str, str], reason: str
) -> None:
    """A model is chosen by name out of the settings: nobody names a file of the server."""
    ready(workshop)
    with pytest.raises(Invalid, match=reason):
        ask(workshop, **wish)


def test_one_wish_at_a_time(workshop: Workshop) -> None:
    """While it is being heard, and before it was heard at all."""
    workshop.probed()
    with pytest.raises(Conflict, match="revision_not_ready"):
        ask(workshop)
    workshop.rendered()
    workshop.heard()
    ask(workshop)
    with pytest.raises(Conflict, match="step_running"):
        ask(workshop)


def test_a_film_without_sound_has_nothing_to_hear(workshop: Workshop) -> None:
    """Said in words, before anything is queued."""
    ready(workshop, audio_codec=None, audio_channels=0)
    with pytest.raises(Conflict, match="speech_no_audio"):
        ask(workshop)


def test_who_only_looks_cannot_ask(workshop: Workshop) -> None:
    """An inspector's button does not exist, and the operation refuses too."""
    ready(workshop)
    with pytest.raises(Forbidden):
        ask(workshop, who="kiemtra")


def test_a_clip_in_tay_can_be_heard_where_vietnamese_is_spoken(workshop: Workshop) -> None:
    """By itself the machine guesses nothing; a person may ask."""
    tay = ready(Workshop(workshop.world, language="tay"))
    assert tay.revision().speech_reason == "speech_language_unknown"
    ask(tay, language="vi")
    assert tay.open_work("transcribe") is not None


def test_whisper_knows_what_we_say_it_knows() -> None:
    """The list of languages is data of ours; the model's own is the judge."""
    from whisper.tokenizer import LANGUAGES

    assert set(LANGUAGES) >= languages.HEARD
    assert not {*languages.NOT_HEARD, "other"} & set(LANGUAGES)


def test_work_without_a_wish_asks_for_the_usual(workshop: Workshop) -> None:
    """Rows of before the column have no options."""
    workshop.probed()
    lease = workshop.lease("transcribe")
    assert rehearing.wished(lease, model="small", language="vi") == ("small", "vi")
    with workshop.db.read() as session:
        assert session.scalars(select(CaptionVersion)).all() == []
