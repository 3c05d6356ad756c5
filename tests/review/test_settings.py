"""Settings: read once, checked, and refused in words that name the one at fault."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from deploy.plan import secret_key
from review.errors import SettingsError
from review.settings import Settings

KEY = "Zx81-mLq0-77vT-aPw3-94kd-Hs2b-QQ"


def test_a_key_is_all_that_must_be_given() -> None:
    """Everything else has a default; nothing can be changed afterwards."""
    settings = Settings.from_env({"SECRET_KEY": KEY})
    assert (settings.port, settings.whisper_model, settings.secure) == (8000, "small", False)
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "code", "name"),
    [
        ({"SECRET_KEY": ""}, "setting_missing", "SECRET_KEY"),
        ({"SECRET_KEY": KEY[:31]}, "setting_weak", "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 64}, "setting_weak", "SECRET_KEY"),
        ({"SECRET_KEY": f"{KEY}-change-me"}, "setting_weak", "SECRET_KEY"),
        ({"BASE_URL": "duyet.example"}, "setting_not_a_url", "BASE_URL"),
        ({"PORT": "0"}, "setting_not_in_range", "PORT"),
        ({"PORT": "80a"}, "setting_not_in_range", "PORT"),
        ({"MAX_CLIP_SECONDS": "-1"}, "setting_not_in_range", "MAX_CLIP_SECONDS"),
        ({"WHISPER_ENGINE": "magic"}, "setting_not_a_choice", "WHISPER_ENGINE"),
        ({"LOG_LEVEL": "loud"}, "setting_not_a_choice", "LOG_LEVEL"),
    ],
)
def test_what_cannot_be_is_refused_by_name(given: dict[str, str], code: str, name: str) -> None:
    """The program does not start half-right."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"SECRET_KEY": KEY} | given)
    assert (refused.value.code, refused.value.params["name"]) == (code, name)


def test_https_is_known_from_the_address() -> None:
    """And a slash at its end does not double in links."""
    settings = Settings.from_env({"SECRET_KEY": KEY, "BASE_URL": "https://duyet.example/"})
    assert (settings.secure, settings.base_url) == (True, "https://duyet.example")


def test_hosts_are_names_by_comma() -> None:
    """Blanks and capitals do not matter."""
    env = {"SECRET_KEY": KEY, "HOOK_PRIVATE_HOSTS": " Loa.lan, ,10.0.0.9"}
    assert Settings.from_env(env).hook_private_hosts == ("loa.lan", "10.0.0.9")


def test_a_command_finds_the_key_of_its_installation(tmp_path: Path) -> None:
    """The one that the launcher made; one in the environment goes before it."""
    key_file = tmp_path / "secret.env"
    with pytest.raises(SettingsError):
        Settings.of_installation({}, key_file)
    made = secret_key(key_file)
    assert Settings.of_installation({}, key_file).secret_key == made
    assert Settings.of_installation({"SECRET_KEY": KEY}, key_file).secret_key == KEY
