"""The house rules, held against the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from review.app import create_app
from review.audit.vocabulary import Act
from review.permissions import RULES, Action
from review.settings import ROOT, Settings
from review.states import TRANSITIONS, ClipState, Move, next_state
from review.web import access
from review.words import TABLES, knows

SETTINGS = Settings(secret_key="k3y-for-tests-only-0123456789-abcdefgh")
PURE = ("review.states", "review.permissions", "review.digests", "review.errors", "review.clock")
PURE += ("review.words",)
FACTS = ("media.results", "media.limits", "media.profiles", "media.errors", "media.captions")
FACTS += ("media.fitting", "media.sheets", "media.caption_files")
FACTS += ("media.document_kinds",)
BELOW = (*PURE, "review.settings", "review.db", "review.models", "review.audit", "review.queries")
# Small pure rooms beside the layout: they hold form and arithmetic, no rows and no requests.
SMALL = ("review.hook_body", "review.grants", "review.secrets_box", "review.standard_webhooks")
SMALL += (
    "review.post_urls",
    "review.log_lines",
    "review.log_details",
    "review.retry",
    "review.renditions",
)
SMALL += ("review.platforms", "review.languages", "review.names", "review.caption_diff")
SMALL += ("review.offices", "review.frames", "review.log_details", "review.dossier")

# Who may import what of ours; a room may always import itself.
MAY: dict[str, tuple[str, ...]] = {
    "media": (),
    **dict.fromkeys(PURE, PURE),
    "review.settings": ("review.errors",),
    "review.db": ("review.errors", "review.settings"),
    "review.models": ("review.db", *PURE),
    "review.audit": ("review.db", "review.models", "review.settings", *PURE, *SMALL),
    "review.queries": ("review.db", "review.models", "review.audit", *PURE, *FACTS, *SMALL),
    "review.operations": (*BELOW, *FACTS, *SMALL),
    "review.sheet": ("review.queries", "review.audit", *PURE),
    "review.migrations": ("review.db", "review.models"),
    "workers": ("media", *BELOW, "review.operations", "review.sheet", *SMALL),
}
TREES = [tree for room in ("media", "review", "workers") for tree in (ROOT / room).rglob("*.py")]


def module_of(path: Path) -> str:
    """The dotted name of a source file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    """Everything of ours that a file imports, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {name for name in found if name.split(".")[0] in ("media", "review", "workers", "tools")}


def within(name: str, rooms: tuple[str, ...]) -> bool:
    """Whether `name` lies in one of `rooms`."""
    return any(name == room or name.startswith(room + ".") for room in rooms)


@pytest.mark.parametrize("room", sorted(MAY))
def test_who_may_import_whom(room: str) -> None:
    """The table of docs/architecture.md."""
    wrong = [
        f"{module_of(path)} imports {name}"
        for path in TREES
        if within(module_of(path), (room,)) and path.name != "env.py"
        for name in imports_of(path)
        if not within(name, (*MAY[room], room))
    ]
    assert wrong == []


def test_review_never_imports_the_hands_or_the_tools() -> None:
    """Work is a row with a kind; the web knows no worker."""
    wrong = [
        (module_of(path), name)
        for path in TREES
        if module_of(path).startswith("review")
        for name in imports_of(path)
        if within(name, ("workers", "tools"))
    ]
    assert wrong == []


def test_the_web_never_loads_torch() -> None:
    """In a fresh process, importing the application brings neither torch nor whisper."""
    code = "import sys, review.app; print([m for m in ('torch', 'whisper') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (said.stdout.strip(), said.returncode) == ("[]", 0), said.stderr


def test_only_settings_read_the_environment() -> None:
    """One frozen object knows the environment; everything else is given it."""
    readers = {
        module_of(path)
        for path in TREES
        if re.search(r"os\.environ|os\.getenv|getenv\(", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"review.settings", "media.process"}, readers


def test_every_route_declares_who_may_call_it() -> None:
    """What says nothing is closed; so nothing may say nothing."""
    app = create_app(SETTINGS)
    silent = [
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != access.STATIC
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if access.rule_of(app.view_functions[rule.endpoint], method) is None
    ]
    assert silent == []


def test_undeclared_is_closed() -> None:
    """A view without a declaration answers 403, whoever calls."""
    app = create_app(SETTINGS)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert app.test_client().get("/forgotten").status_code == 403


def test_every_setting_is_documented() -> None:
    """docs/settings.md names exactly the settings there are."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.M))
    assert documented == {field.name.upper() for field in fields(Settings)}


def test_both_languages_say_the_same_things() -> None:
    """Every code has words in Vietnamese and English, with the same parameters."""
    vietnamese, english = TABLES["vi"], TABLES["en"]
    assert vietnamese.keys() == english.keys()
    slots = re.compile(r"\{(\w+)")
    differing = {
        code
        for code in vietnamese
        if set(slots.findall(vietnamese[code])) != set(slots.findall(english[code]))
    }
    assert differing == set()


def test_every_refusal_and_every_act_has_words() -> None:
    """Codes raised anywhere in the rooms, and the ledger's vocabulary, can be said."""
    raised = re.compile(
        r"\b(?:Invalid|NotFound|Forbidden|Conflict|Stale|NeedsPassword|TooMany|Unavailable|Gone"
        r"|Malformed|Corrupted|OverQuota)"
        r"\(\s*\"([a-z_.]+)\""
    )
    codes = {
        code
        for path in TREES
        if module_of(path).startswith("review")
        for code in raised.findall(path.read_text(encoding="utf-8"))
    }
    assert {code for code in codes if not knows(code)} == set()
    assert {act for act in Act if not knows(f"log.{act}")} == set()


def test_every_action_has_its_rule() -> None:
    """No action is forgotten in the table, none is left over, and agency comes first."""
    assert set(RULES) == set(Action)
    assert {rules[0].__name__ for rules in RULES.values()} == {"same_agency"}


@pytest.mark.parametrize("state", ClipState)
@pytest.mark.parametrize("move", Move)
def test_every_move_from_every_state(state: ClipState, move: Move) -> None:
    """The table moves; everything else is refused with a reason."""
    if (state, move) in TRANSITIONS:
        assert next_state(state, move) is TRANSITIONS[state, move]
    else:
        with pytest.raises(Exception, match="move_not_possible"):
            next_state(state, move)
