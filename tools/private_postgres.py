"""A PostgreSQL of this run's own: no network, gone with the process. For measuring only."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

BINARIES = Path("/usr/lib/postgresql")
START_DEADLINE_S = 30.0


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The SQLAlchemy URL of an empty database with the settings that the package installs.

    Raises SystemExit where PostgreSQL is not installed.
    """
    found = sorted(BINARIES.glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise SystemExit("PostgreSQL is not installed: run deploy/setup.sh test")
    programs = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="dc-bench-pg-"))
    account = _account(folder)
    try:
        subprocess.run(
            [
                *(str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres"),
                *("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            **account,
        )
        # Writing is not what is measured, so it may be quick; reading is as installed.
        options = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off")
        arguments = [part for option in options for part in ("-c", option)]
        process = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(folder / "data"), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            **account,
        )
        try:
            _wait(folder)
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root; its own package brings an account."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _wait(folder: Path) -> None:
    end = time.monotonic() + START_DEADLINE_S
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise SystemExit("the private PostgreSQL does not answer") from None
            time.sleep(0.1)
        else:
            return
