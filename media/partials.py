"""Uploads on their way in: bytes that stay when a connection, a process or the power goes.

Each upload has a folder of its own under the root, named by its key: ``data`` (what came so far;
its size on disk is the offset, and nothing else remembers one), ``lock`` (held by whoever writes),
``ask`` (somebody waits for the holder to let go) and ``floor`` (where bytes begin that a checksum
still has to confirm). The lock is a kernel lock on an open file: it holds between threads and
between processes and dies with its process, also by ``kill -9``.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

from media import limits
from media.errors import Busy, FileMissing
from media.writer import disk_full

_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Ask(Enum):
    """How to treat whoever holds the upload: leave alone, ask to go if silent, ask to go."""

    NEVER = "never"
    IF_SILENT = "if_silent"
    AT_ONCE = "at_once"


class Partial:
    """One upload's bytes, held by one thread. Append only, but for what a checksum refuses."""

    def __init__(self, folder: Path, ensure_free: Callable[[], None]) -> None:
        """Only ``Partials.hold`` makes these: it owns the lock."""
        self.folder, self.data = folder, folder / "data"
        self._floor = folder / "floor"
        self._ensure_free, self._handle, self._unchecked = ensure_free, -1, 0
        self.size = _size(self.data)
        if self._floor.exists():
            self.refuse()  # the process that was to check these bytes is gone

    def append(self, data: bytes) -> None:
        """Keep ``data`` behind what came before. Raises ``DiskFull``; what was written stays."""
        if self._handle < 0:
            flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_APPEND
            self._handle = os.open(self.data, flags, 0o600)
        if self._unchecked <= 0:
            self._ensure_free()
            self._unchecked = limits.FREE_CHECK_EVERY_BYTES
        rest = memoryview(data)
        try:
            while rest:
                count = os.write(self._handle, rest)
                self.size, rest = self.size + count, rest[count:]
        except OSError as error:
            raise disk_full(error) or error from error
        self._unchecked -= len(data)

    def doubt(self) -> None:
        """From here on bytes count only once ``accept`` was called, whatever dies in between."""
        self._floor.write_text(str(self.size), "ascii")

    def accept(self) -> None:
        """The bytes since ``doubt`` are what their sender says they are."""
        self._floor.unlink(missing_ok=True)

    def refuse(self) -> None:
        """Forget the bytes since ``doubt``."""
        self.size = min(int(self._floor.read_text("ascii") or 0), self.size)
        with suppress(FileNotFoundError):
            os.truncate(self.data, self.size)
        self._floor.unlink(missing_ok=True)

    def remove(self) -> None:
        """Forget the whole upload. Its lock file goes too; who waits for it starts afresh."""
        shutil.rmtree(self.folder)

    def close(self) -> None:
        """Make what came durable. The lock is not this object's."""
        if self._handle >= 0:
            try:
                os.fdatasync(self._handle)
            finally:
                os.close(self._handle)
                self._handle = -1


class Partials:
    """All uploads on their way in, under one folder."""

    def __init__(self, root: Path, ensure_free: Callable[[], None]) -> None:
        """Creates ``root`` where missing, closed to other users of the machine."""
        self.root, self._ensure_free = root, ensure_free
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def size(self, key: str) -> int:
        """Bytes that came so far; nought for an upload of which nothing came. Takes no lock."""
        return _size(self._folder(key) / "data")

    def asked(self, key: str) -> bool:
        """Whether somebody waits for the holder of ``key`` to let go."""
        return (self._folder(key) / "ask").exists()

    def total(self) -> int:
        """Bytes of all uploads on their way in."""
        return sum(_size(folder / "data") for folder in self.root.iterdir())

    @contextmanager
    def hold(
        self, key: str, *, ask: Ask = Ask.NEVER, wait_s: float = limits.HOLD_WAIT_S
    ) -> Iterator[Partial]:
        """The upload for this thread alone; nobody else reads or writes it meanwhile.

        Raises ``Busy`` when its holder does not let go in time, or, with ``Ask.IF_SILENT``, as
        soon as bytes are seen to arrive for it; ``FileMissing`` for a malformed key.
        """
        folder = self._folder(key)
        handle = self._lock(folder, ask, wait_s)
        partial = None
        try:
            (folder / "ask").unlink(missing_ok=True)
            partial = Partial(folder, self._ensure_free)
            yield partial
        finally:
            try:
                if partial is not None:
                    partial.close()
            finally:
                os.close(handle)

    def discard(self, key: str) -> bool:
        """Remove an upload that nobody holds; ``False`` when a living process does."""
        if not self._folder(key).exists():
            return True
        try:
            with self.hold(key, wait_s=0) as partial:
                partial.remove()
        except Busy:
            return False
        return True

    def _folder(self, key: str) -> Path:
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise FileMissing("file_missing", key=str(key)[:64])
        return self.root / key

    def _lock(self, folder: Path, ask: Ask, wait_s: float) -> int:
        begun, before = time.monotonic(), _size(folder / "data")
        while True:
            handle = _try_lock(folder)
            if handle is not None:
                return handle
            waited = time.monotonic() - begun
            grows = ask is Ask.IF_SILENT and _size(folder / "data") > before
            if waited >= wait_s or grows:
                raise Busy("upload_busy")
            if ask is Ask.AT_ONCE or (ask is Ask.IF_SILENT and waited >= limits.SILENT_S):
                with suppress(FileNotFoundError):
                    (folder / "ask").touch()
            time.sleep(limits.HOLD_POLL_S)


def _try_lock(folder: Path) -> int | None:
    """An open, locked handle, or ``None`` while somebody else has it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except FileNotFoundError:  # the folder went the moment after it was made
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever held it may have removed the upload: then this lock guards nothing.
        if os.path.samestat(os.fstat(handle), os.stat(path)):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass  # not ours: the caller tries again or gives up
    os.close(handle)
    return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0
