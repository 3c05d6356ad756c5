"""The digest covers each part, in one form, whatever way the text was typed."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.digests import PARTS, Covered, canonical, changed_parts, digest, manifest

CLIP = Covered(
    original="a" * 64,
    renditions={"publication": "b" * 64},
    captions="c" * 64,
    cover="d" * 64,
    title="Hội xuân",
    description="",
    post_text="",
    category="xa_hoi",
    political=False,
    language="vi",
    ai_label=False,
    rights="",
    people="none",
    people_note="",
)
OTHER: dict[str, object] = {
    "renditions": {"publication": "e" * 64},
    "political": True,
    "ai_label": True,
}


def test_the_digest_of_a_known_clip() -> None:
    """A fixed clip has a fixed digest: the form may never drift under old sign-offs."""
    assert json.loads(manifest(CLIP))["form"] == "duyet-clip/sign-off/2"
    assert digest(CLIP) == hashlib.sha256(manifest(CLIP)).hexdigest()
    assert digest(CLIP) == "2b8025c52d4027ccb1c12d42921b8d197e8be275c9bc6475493395e7e7daa0d7"


@pytest.mark.parametrize("part", PARTS)
def test_every_part_counts(part: str) -> None:
    """Changing any single part changes the digest and is named."""
    changed = replace(CLIP, **{part: OTHER.get(part, "khác")})  # type: ignore[arg-type]
    assert digest(changed) != digest(CLIP)
    assert changed_parts(asdict(CLIP), asdict(changed)) == (part,)


def test_an_older_form_promises_nothing_of_what_it_does_not_hold() -> None:
    """A sign-off from before people were asked about stands when the answer is given later."""
    older = {name: value for name, value in asdict(CLIP).items() if not name.startswith("people")}
    answered = asdict(replace(CLIP, people="consent", people_note="Mẹ cháu đã ký"))
    assert changed_parts(older, answered) == ()
    assert changed_parts(older, answered | {"title": "khác"}) == ("title",)


@given(st.text())
def test_composed_or_not_it_is_the_same_text(title: str) -> None:
    """NFD from a Mac and NFC from a phone are one title."""
    try:
        composed = replace(CLIP, title=unicodedata.normalize("NFC", title))
        apart = replace(CLIP, title=unicodedata.normalize("NFD", title))
        assert digest(composed) == digest(apart)
    except UnicodeEncodeError:
        assert any("\ud800" <= mark <= "\udfff" for mark in title)


def test_canonical_json_holds_no_floats() -> None:
    """Their text form differs between programs, so they are refused wherever they hide."""
    for value in (1.5, {"a": [0.1]}, ({"b": 2.0},)):
        with pytest.raises(TypeError):
            canonical(value)
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
