"""The one gate to files: server-made names, stream + SHA-256 + atomic rename.

Layout under the root: ``incoming/`` (half-received), ``partial/`` (uploads that go on where they
stopped, see ``media.partials``), ``work/`` (private folders of running jobs), ``ab/abcdef…``
(finished files, named by 128 random bits, never by a person). All on one file system, so that a
rename is atomic: a key names either a whole file or nothing.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from media import limits
from media.errors import DiskFull, FileChanged, FileMissing, Refused
from media.partials import Partial, Partials
from media.results import StoredFile
from media.writer import Writer, disk_full

_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)
_WORK_NAME = re.compile(r"[a-z0-9_-]{1,40}", re.ASCII)


class Readable(Protocol):
    """Anything bytes can be read from, a few at a time."""

    def read(self, size: int, /) -> bytes: ...


class Storage:
    """Files under one root folder. Safe to share between threads and processes."""

    def __init__(self, root: Path, *, min_free_bytes: int = limits.MIN_FREE_BYTES) -> None:
        """Create the folders where missing, closed to other users of the machine."""
        self.root = Path(os.path.realpath(root))
        self._min_free_bytes = min_free_bytes
        self._incoming, self._work = self.root / "incoming", self.root / "work"
        for folder in (self.root, self._incoming, self._work):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.partials = Partials(self.root / "partial", self.ensure_free)

    # ── in ────────────────────────────────────────────────────────────────────────────────────────

    def writer(self, max_bytes: int) -> Writer:
        """A file to write into as bytes arrive; see ``Writer``. Raises ``DiskFull``."""
        return Writer(
            self._incoming / secrets.token_hex(16),
            max_bytes=max_bytes,
            ensure_free=self.ensure_free,
            place=self._place,
        )

    def receive(
        self,
        stream: Readable,
        *,
        max_bytes: int,
        on_bytes: Callable[[int], None] | None = None,
    ) -> StoredFile:
        """Read ``stream`` to its end in small pieces and store it.

        ``on_bytes`` gets the total so far after each piece. Raises ``TooLarge``, ``DiskFull``,
        ``Refused`` (``empty_file``) and whatever the stream raises; nothing half-written stays.
        """
        with self.writer(max_bytes) as writer:
            while piece := stream.read(limits.CHUNK_BYTES):
                writer.write(piece)
                if on_bytes is not None:
                    on_bytes(writer.size)
            return writer.commit()

    def adopt(self, path: Path) -> StoredFile:
        """Take over a job's finished product: hash it, make it durable, move it behind the gate.

        Raises ``FileMissing`` when there is no plain file (a link is none), ``Refused``
        (``empty_file``), ``DiskFull``.
        """
        with _open_plain(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                raise Refused("empty_file")
            try:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
                key = self._place(path)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise disk_full(error) or error from error
                file.seek(0)
                stored = self.receive(file, max_bytes=size)
                path.unlink()
                return stored
        return StoredFile(key=key, sha256=digest, size=size)

    def received(self, key: str) -> int:
        """Bytes of an upload that came so far, also after ``settle``. Raises ``FileMissing`` for a
        malformed key."""
        settled = self._locate(key)
        return settled.stat().st_size if settled.is_file() else self.partials.size(key)

    def settle(self, partial: Partial) -> StoredFile:
        """Put a complete upload, held by the caller, behind the gate under its own key.

        The hash is that of the bytes as they lie on the disk, read once more. Doing it again after
        a crash gives the same answer. Raises ``FileMissing`` when nothing came, ``Refused``
        (``empty_file``).
        """
        key = partial.folder.name
        settled = self._locate(key)
        with _open_plain(settled if settled.exists() else partial.data) as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                raise Refused("empty_file")
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        if not settled.exists():
            self._place(partial.data, key)
        return StoredFile(key=key, sha256=digest, size=size)

    def discard(self, key: str) -> bool:
        """Remove an upload, settled or not; ``False`` while a living process writes it."""
        return self.partials.discard(key) and (self.delete(key) or True)

    def _place(self, finished: Path, key: str = "") -> str:
        """Move a durable file to ``key`` (a fresh one); the move itself is made durable too."""
        key = key or secrets.token_hex(16)
        shard = self.root / key[:2]
        if not shard.is_dir():
            shard.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self.root)
        os.chmod(finished, 0o400)
        os.rename(finished, shard / key)
        _sync_folder(shard)
        return key

    # ── out ───────────────────────────────────────────────────────────────────────────────────────

    def path(self, key: str) -> Path:
        """Where the file of ``key`` lies. Raises ``FileMissing`` for a malformed key, for one
        that names nothing, and where a link stands in the way."""
        path = self._locate(key)
        if os.path.realpath(path) != str(path) or not path.is_file():
            raise FileMissing("file_missing", key=key)
        return path

    def open(self, key: str) -> BufferedReader:
        """The stored file, for reading. Raises ``FileMissing``."""
        return _open_plain(self.path(key))

    def verify(self, key: str, sha256: str) -> None:
        """Read the whole file again. Raises ``FileChanged``, ``FileMissing``."""
        with self.open(key) as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        if not secrets.compare_digest(actual, sha256.lower()):
            raise FileChanged("file_changed", key=key, expected=sha256, actual=actual)

    def delete(self, key: str) -> bool:
        """Remove the file, for good; ``False`` when it was gone already, so that a job may run
        twice. Raises ``FileMissing`` for a malformed key."""
        path = self._locate(key)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync_folder(path.parent)
        return True

    def _locate(self, key: str) -> Path:
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise FileMissing("file_missing", key=str(key)[:64])
        return self.root / key[:2] / key

    # ── room to work ──────────────────────────────────────────────────────────────────────────────

    def free_bytes(self) -> int:
        """Bytes that may still be written by an ordinary user on the root's file system."""
        return shutil.disk_usage(self.root).free

    def ensure_free(self, needed_bytes: int = 0) -> None:
        """Raise ``DiskFull`` unless ``needed_bytes`` fit beside the reserve."""
        free = self.free_bytes()
        if free < self._min_free_bytes + needed_bytes:
            needed = self._min_free_bytes + needed_bytes
            raise DiskFull("disk_full", free_bytes=free, needed_bytes=needed)

    @contextmanager
    def workspace(self, name: str, *, needed_bytes: int = 0) -> Iterator[Path]:
        """A private folder for one job, removed with all its contents on the way out.

        ``name`` only helps a reader of the folder list: ``[a-z0-9_-]``, else ``ValueError``.
        Raises ``DiskFull`` when ``needed_bytes`` do not fit.
        """
        if not _WORK_NAME.fullmatch(name):
            raise ValueError(f"not a plain name: {name!r}")
        self.ensure_free(needed_bytes)
        folder = self._work / f"{name}-{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)

    def sweep(self, older_than_s: int = limits.STALE_AFTER_S) -> int:
        """Remove what killed processes left half-done and return how many things went.

        A thing is litter when it has not been touched for ``older_than_s`` and nobody holds its
        lock: the lock dies with its process, also by ``kill -9``. Finished files are never touched.
        """
        limit = time.time() - older_than_s
        litter = [*self._incoming.iterdir(), *self._work.iterdir()]
        return sum(_remove_if_dead(thing, limit) for thing in litter)


def _remove_if_dead(thing: Path, limit: float) -> bool:
    try:
        if thing.lstat().st_mtime > limit:
            return False
        handle = os.open(thing, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        thing.unlink(missing_ok=True)  # a link: never followed, never ours
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(thing) if thing.is_dir() else thing.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _open_plain(path: Path) -> BufferedReader:
    """Open for reading without following a link. Raises ``FileMissing``."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
            raise FileMissing("file_missing", key=path.name) from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileMissing("file_missing", key=path.name)
    return os.fdopen(handle, "rb")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
