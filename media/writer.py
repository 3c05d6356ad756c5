"""Bytes on their way in: written once, hashed while they come, gone without trace if they fail."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from media import limits
from media.errors import DiskFull, Refused, TooLarge
from media.results import StoredFile

# What the kernel says when a disk, a quota or a file size limit is reached.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def disk_full(error: OSError, free_bytes: int = 0) -> DiskFull | None:
    """The fault for an error that means "no room", or ``None`` for any other error."""
    return DiskFull("disk_full", free_bytes=free_bytes) if error.errno in _FULL else None


class Writer:
    """A file being received. Append only; ends in exactly one of ``commit`` and ``abort``.

    It also answers ``read``, ``seek``, ``tell`` and ``close``, so that a web form parser can take
    it for its temporary file and the body is written to disk once. ``close`` without ``commit``
    means ``abort``: a request that fails half-way cleans up after itself. A lock is held on the
    file for as long as this process lives, so that a sweep can tell the living from the dead.
    """

    def __init__(
        self,
        partial: Path,
        *,
        max_bytes: int,
        ensure_free: Callable[[], None],
        place: Callable[[Path], str],
    ) -> None:
        """``place`` moves the finished file behind the gate and returns its key.

        Raises ``DiskFull``.
        """
        ensure_free()
        self._partial, self._max_bytes = partial, max_bytes
        self._ensure_free, self._place = ensure_free, place
        self._hash, self._size, self._next_check = hashlib.sha256(), 0, 0
        self._done, self._owner = False, os.getpid()
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        self._file: BinaryIO = os.fdopen(os.open(partial, flags, 0o600), "w+b")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._size

    def write(self, data: bytes) -> int:
        """Append ``data`` and return its length. Any failure aborts the file.

        Raises ``TooLarge`` (``upload_too_large``), ``DiskFull``; ``ValueError`` when the position
        is not at the end or the file is closed.
        """
        if self._done or self._file.tell() != self._size:
            raise ValueError("append only, and not after the end")
        try:
            self._admit(len(data))
            self._file.write(data)
        except BaseException as error:
            self.abort()
            if isinstance(error, OSError) and (fault := disk_full(error)):
                raise fault from error
            raise
        self._hash.update(data)
        self._size += len(data)
        return len(data)

    def _admit(self, count: int) -> None:
        if self._size + count > self._max_bytes:
            raise TooLarge("upload_too_large", max_bytes=self._max_bytes)
        if self._size + count >= self._next_check:
            self._ensure_free()
            self._next_check = self._size + count + limits.FREE_CHECK_EVERY_BYTES

    def commit(self) -> StoredFile:
        """Make the file durable, move it behind the gate and return its facts.

        Raises ``Refused`` (``empty_file``), ``DiskFull``; ``ValueError`` when already ended.
        """
        if self._done:
            raise ValueError("already ended")
        try:
            if self._size == 0:
                raise Refused("empty_file")
            self._file.flush()
            os.fsync(self._file.fileno())
            key = self._place(self._partial)
        except BaseException as error:
            self.abort()
            if isinstance(error, OSError) and (fault := disk_full(error)):
                raise fault from error
            raise
        self._done = True
        self._file.close()
        return StoredFile(key=key, sha256=self._hash.hexdigest(), size=self._size)

    def abort(self) -> None:
        """Forget what came and remove it. Harmless when already ended."""
        if self._done:
            return
        self._done = True
        self._partial.unlink(missing_ok=True)
        try:
            self._file.close()
        except OSError as error:
            # Closing flushes what is buffered; on a full disk that fails again, and the file is
            # gone already.
            if disk_full(error) is None:
                raise

    # ── what a form parser asks of a file ─────────────────────────────────────────────────────────

    def read(self, size: int = -1) -> bytes:
        """Bytes from the current position, as a file does."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position for reading; writing needs it back at the end."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The current position."""
        return self._file.tell()

    def close(self) -> None:
        """Abort, unless committed."""
        self.abort()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.abort()

    def __del__(self) -> None:
        # A parser that gives up in mid-body drops its file without closing it. A forked copy of
        # this object is not the one that may remove the file.
        if hasattr(self, "_file") and self._owner == os.getpid():
            self.abort()
