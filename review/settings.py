"""Every setting, in one frozen object. Nothing else in the product reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from review.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
# Where `make run` keeps the key that it made, as a line `SECRET_KEY=…`.
KEY_FILE = ROOT / "var" / "secret.env"
# 32 characters of a random alphabet of 64 are 192 bits: out of reach for guessing.
SECRET_KEY_MIN = 32
# Five minutes: longer is not the "short clip" the letter speaks of; an office may set its own.
DEFAULT_MAX_CLIP_SECONDS = 300
DEFAULT_MAX_UPLOAD_BYTES = 2 * 1024**3
ENGINES = ("openai", "faster")
DEVICES = ("auto", "cpu", "cuda")
# Native libraries give back less memory than they take; after so many clips the process that hears
# them is begun anew, which costs a few seconds.
DEFAULT_SPEECH_JOBS = 200
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
WEAK_KEYS = ("change", "secret", "password", "example")


@dataclass(frozen=True)
class Settings:
    """What an installation decides once. Field names are the environment's names, lower case."""

    secret_key: str
    database_url: str = f"sqlite:///{ROOT / 'var' / 'duyetclip.sqlite3'}"
    redis_url: str = "redis://127.0.0.1:6379/0"
    upload_dir: Path = ROOT / "uploads"
    base_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    whisper_model: str = "small"
    whisper_engine: str = "openai"
    whisper_device: str = "auto"
    whisper_models: tuple[str, ...] = ()
    model_dir: Path = ROOT / "var" / "models"
    speech_jobs_per_process: int = DEFAULT_SPEECH_JOBS
    max_clip_seconds: int = DEFAULT_MAX_CLIP_SECONDS
    max_upload_bytes: int = DEFAULT_MAX_UPLOAD_BYTES
    log_level: str = "INFO"
    hook_private_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0

    @property
    def secure(self) -> bool:
        """Whether people reach the site over https: decides cookie flags and HSTS."""
        return self.base_url.startswith("https://")

    @property
    def speech_models(self) -> dict[str, str]:
        """The models that may be asked for, by the short names that people see, the usual first."""
        models = (self.whisper_model, *self.whisper_models)
        named = {Path(model).stem if "/" in model else model: model for model in models}
        return named | {next(iter(named)): self.whisper_model}

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Reads and checks the environment. Raises SettingsError naming the setting at fault."""
        env = os.environ if env is None else env
        base_url = env.get("BASE_URL") or cls.base_url
        if urlsplit(base_url).scheme not in ("http", "https"):
            raise SettingsError("setting_not_a_url", name="BASE_URL")
        return cls(
            secret_key=_secret(env.get("SECRET_KEY", "")),
            database_url=env.get("DATABASE_URL") or cls.database_url,
            redis_url=env.get("REDIS_URL") or cls.redis_url,
            upload_dir=Path(env.get("UPLOAD_DIR") or cls.upload_dir),
            base_url=base_url.rstrip("/"),
            host=env.get("HOST") or cls.host,
            port=_whole(env, "PORT", cls.port, 1, 65535),
            whisper_model=env.get("WHISPER_MODEL") or cls.whisper_model,
            whisper_engine=_one_of(env, "WHISPER_ENGINE", cls.whisper_engine, ENGINES),
            whisper_device=_one_of(env, "WHISPER_DEVICE", cls.whisper_device, DEVICES),
            whisper_models=_listed(env.get("WHISPER_MODELS", "")),
            model_dir=Path(env.get("MODEL_DIR") or cls.model_dir),
            speech_jobs_per_process=_whole(
                env, "SPEECH_JOBS_PER_PROCESS", cls.speech_jobs_per_process, 0, 1_000_000
            ),
            max_clip_seconds=_whole(env, "MAX_CLIP_SECONDS", cls.max_clip_seconds, 1, 86_400),
            max_upload_bytes=_whole(env, "MAX_UPLOAD_BYTES", cls.max_upload_bytes, 1, 2**40),
            log_level=_one_of(env, "LOG_LEVEL", cls.log_level, LOG_LEVELS),
            hook_private_hosts=_names(env.get("HOOK_PRIVATE_HOSTS", "")),
            trusted_proxies=_whole(env, "TRUSTED_PROXIES", cls.trusted_proxies, 0, 5),
        )

    @classmethod
    def of_installation(
        cls, env: Mapping[str, str] | None = None, key_file: Path = KEY_FILE
    ) -> Settings:
        """As `from_env`, with the key that `make run` keeps where the environment names none: for
        commands that a person types in the installation's own folder. Raises SettingsError.
        """
        env = os.environ if env is None else env
        kept = key_file.read_text(encoding="utf-8") if key_file.is_file() else ""
        lines = (line.partition("=") for line in kept.splitlines())
        return cls.from_env({name.strip(): value.strip() for name, _, value in lines} | dict(env))


def _secret(value: str) -> str:
    if not value:
        raise SettingsError("setting_missing", name="SECRET_KEY")
    weak = len(value) < SECRET_KEY_MIN or len(set(value)) < 10
    if weak or any(word in value.lower() for word in WEAK_KEYS):
        raise SettingsError("setting_weak", name="SECRET_KEY")
    return value


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsError("setting_not_in_range", name=name, low=low, high=high)
    return int(text)


def _one_of(env: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    value = env.get(name) or default
    if value not in choices:
        raise SettingsError("setting_not_a_choice", name=name, choices=", ".join(choices))
    return value


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())
