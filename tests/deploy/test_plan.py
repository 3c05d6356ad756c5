"""What the launcher decides before it starts anything."""

from __future__ import annotations

import configparser
import os
import shlex
import stat
from pathlib import Path

import pytest

from deploy import plan as planning
from deploy.messages import MESSAGES, Problem

LAN = ["192.168.1.20"]


def plan_in(root: Path, mode: str = "run", **env: str) -> planning.Plan:
    """Make a plan for an installation under ``root``."""
    return planning.make_plan(mode, env, LAN, root)


def config_of(plan: planning.Plan, root: Path) -> configparser.RawConfigParser:
    """Render the plan's supervisord configuration and parse it as supervisord does."""
    parser = configparser.RawConfigParser(strict=True, inline_comment_prefixes=(";", "#"))
    parser.read_string(planning.render(plan, root))
    return parser


def test_plain_run_needs_no_setting(tmp_path: Path) -> None:
    """With an empty environment everything is local, private and under var/."""
    plan = plan_in(tmp_path)
    assert plan.env["DATABASE_URL"] == f"sqlite:///{tmp_path}/var/duyetclip.sqlite3"
    assert plan.env["UPLOAD_DIR"] == f"{tmp_path}/uploads"
    assert plan.env["BASE_URL"] == "http://127.0.0.1:8000"
    assert plan.env["REDIS_URL"] == f"unix://{plan.socket}"
    assert plan.own_redis
    assert "WHISPER_MODEL" not in plan.env


def test_demo_never_touches_real_work(tmp_path: Path) -> None:
    """What points at real data is dropped by the demo, and named so that it can be said."""
    real = {
        "DATABASE_URL": "postgresql+psycopg://db/real",
        "UPLOAD_DIR": "/srv/real",
        "REDIS_URL": "redis://queue",
        "SECRET_KEY": "k" * 40,
    }
    plan = plan_in(tmp_path, "demo", **real)
    assert set(plan.ignored) == set(real)
    assert not set(real.values()) & set(plan.env.values())
    assert Path(plan.env["UPLOAD_DIR"]).is_relative_to(tmp_path / "var" / "demo")
    assert plan.env["WHISPER_MODEL"].endswith("tools/tiny-whisper/tiny-vi.pt")


def test_settings_of_the_environment_win(tmp_path: Path) -> None:
    """A setting that is given is passed on as it is; the private Redis then stays away."""
    plan = plan_in(tmp_path, REDIS_URL="redis://10.0.0.5", BASE_URL="https://duyet.example.vn")
    assert plan.env["REDIS_URL"] == "redis://10.0.0.5"
    assert plan.env["BASE_URL"] == "https://duyet.example.vn"
    assert "program:redis" not in config_of(plan, tmp_path)


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("127.0.0.1", "9000", "http://127.0.0.1:9000"),
        ("0.0.0.0", "8000", "http://192.168.1.20:8000"),
        ("10.1.2.3", "8000", "http://10.1.2.3:8000"),
        ("::1", "8000", "http://[::1]:8000"),
    ],
)
def test_links_carry_an_address_others_can_open(
    tmp_path: Path, host: str, port: str, url: str
) -> None:
    """A link in a copied message must open on the head's phone, where the network allows."""
    assert plan_in(tmp_path, HOST=host, PORT=port).env["BASE_URL"] == url


@pytest.mark.parametrize("value", ["0", "65536", "-1", "8000x", "８０００"])
def test_impossible_port_is_refused(tmp_path: Path, value: str) -> None:
    """The refusal names the setting and the range."""
    with pytest.raises(Problem, match=r"PORT=.*65535"):
        plan_in(tmp_path, PORT=value)


def test_each_program_always_comes_back(tmp_path: Path) -> None:
    """Restarted on any exit, hardly ever given up on, and dead when supervisord is."""
    plan = plan_in(tmp_path, MEDIA_WORKERS="3")
    config = config_of(plan, tmp_path)
    programs = {s.partition(":")[2]: config[s] for s in config if s.startswith("program:")}
    assert set(programs) == {"redis", "web", "relay", "media", "speech", "deliver"}
    for program in programs.values():
        assert program["autorestart"] == "true"
        assert int(program["startretries"]) >= 1_000_000
        assert program["stopasgroup"] == program["killasgroup"] == "true"
        assert program["command"].startswith("setpriv --pdeathsig TERM -- ")
    assert programs["media"]["numprocs"] == "3"


def test_odd_paths_survive_the_template(tmp_path: Path) -> None:
    """Spaces, percent signs and Vietnamese letters in the path reach the programs unharmed."""
    root = tmp_path / "Trung tâm 100%"
    command = config_of(plan_in(root), root)["program:web"]["command"]
    assert f"{root}/.venv/bin/python" in shlex.split(command.replace("%%", "%"))


def test_no_secret_in_the_configuration(tmp_path: Path) -> None:
    """The file that a person may send around when asking for help holds no secret."""
    secrets = {"SECRET_KEY": "k3y" * 20, "DATABASE_URL": "postgresql+psycopg://u:pw@db/x"}
    text = planning.render(plan_in(tmp_path, **secrets), tmp_path)
    assert not [value for value in secrets.values() if value in text]


def test_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """The key outlives restarts, differs between installations, and is nobody else's to read."""
    first, other = plan_in(tmp_path / "a"), plan_in(tmp_path / "b")
    for plan in (first, other):
        planning.make_directories(plan)
        planning.add_key(plan)
    again = plan_in(tmp_path / "a")
    planning.add_key(again)
    assert first.env["SECRET_KEY"] == again.env["SECRET_KEY"] != other.env["SECRET_KEY"]
    file = first.state / "secret.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.state.stat().st_mode) == 0o700
    assert len(first.env["SECRET_KEY"]) == 64


def test_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    """A socket's path is limited by the kernel; a deep folder falls back to a short one."""
    root = tmp_path / ("thư-mục-rất-sâu" * 6)
    plan = plan_in(root)
    assert len(os.fsencode(plan.socket)) < 107
    assert plan.runtime == plan_in(root).runtime, "a second command must find the same socket"


def test_foreign_directory_is_refused(tmp_path: Path) -> None:
    """A link planted under the system's temporary directory is not followed."""
    (tmp_path / "target").mkdir()
    (tmp_path / "planted").symlink_to(tmp_path / "target")
    with pytest.raises(Problem, match="planted"):
        planning.private_directory(tmp_path / "planted")


def test_every_message_speaks_both_languages() -> None:
    """No code has only one language, and both name the same things where a Problem is told."""
    assert all(vietnamese and english for vietnamese, english in MESSAGES.values())
