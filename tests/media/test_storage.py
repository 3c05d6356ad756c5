"""The gate to files, attacked."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media import limits
from media.errors import DiskFull, FileChanged, FileMissing, Refused, TooLarge
from media.storage import Storage

GB = 10**9


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "uploads", min_free_bytes=0)


def everything(storage: Storage) -> list[Path]:
    return [path for path in storage.root.rglob("*") if path.is_file() or path.is_symlink()]


class Endless:
    """A sender that never stops, counting what was asked of it."""

    def __init__(self) -> None:
        self.served = 0
        self.largest = 0

    def read(self, size: int) -> bytes:
        self.served += size
        self.largest = max(self.largest, size)
        return b"x" * size


class Broken(io.BytesIO):
    """A connection that dies after the first piece."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionResetError
        return super().read(size)


def test_receive_returns_the_hash_and_size_of_exactly_what_came(storage: Storage) -> None:
    """Facts are those of the bytes, and the bytes come back unchanged."""
    body = os.urandom(limits.CHUNK_BYTES * 2 + 17)
    seen: list[int] = []
    stored = storage.receive(io.BytesIO(body), max_bytes=len(body), on_bytes=seen.append)
    assert (stored.sha256, stored.size) == (hashlib.sha256(body).hexdigest(), len(body))
    assert seen == [limits.CHUNK_BYTES, 2 * limits.CHUNK_BYTES, len(body)]
    with storage.open(stored.key) as file:
        assert file.read() == body
    storage.verify(stored.key, stored.sha256)


def test_a_stored_file_is_closed_to_others_and_not_writable(storage: Storage) -> None:
    """An original is evidence: readable by its owner only."""
    stored = storage.receive(io.BytesIO(b"film"), max_bytes=10)
    path = storage.path(stored.key)
    assert path.stat().st_mode & 0o777 == 0o400
    assert all(parent.stat().st_mode & 0o077 == 0 for parent in (path.parent, storage.root))


def test_too_large_stops_reading_at_once_and_leaves_nothing(storage: Storage) -> None:
    """An endless sender is cut off one piece after the limit."""
    sender = Endless()
    with pytest.raises(TooLarge) as failure:
        storage.receive(sender, max_bytes=3 * limits.CHUNK_BYTES)
    assert failure.value.params == {"max_bytes": 3 * limits.CHUNK_BYTES}
    assert sender.served == 4 * limits.CHUNK_BYTES
    assert sender.largest <= 256 * 1024
    assert everything(storage) == []


def test_exactly_the_limit_is_accepted(storage: Storage) -> None:
    """The limit itself is allowed, one byte more is not."""
    assert storage.receive(io.BytesIO(b"12345"), max_bytes=5).size == 5
    with pytest.raises(TooLarge):
        storage.receive(io.BytesIO(b"123456"), max_bytes=5)


def test_an_empty_file_is_refused_and_leaves_nothing(storage: Storage) -> None:
    """Zero bytes are no clip."""
    with pytest.raises(Refused) as failure:
        storage.receive(io.BytesIO(b""), max_bytes=5)
    assert failure.value.code == "empty_file"
    assert everything(storage) == []


def test_a_lost_connection_leaves_nothing(storage: Storage) -> None:
    """What the stream raises comes through, and the half file is gone."""
    with pytest.raises(ConnectionResetError):
        storage.receive(Broken(b"x" * limits.CHUNK_BYTES * 2), max_bytes=GB)
    assert everything(storage) == []


def test_a_callback_that_fails_leaves_nothing(storage: Storage) -> None:
    """Progress reporting may cancel an upload."""

    def cancel(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        storage.receive(io.BytesIO(b"film"), max_bytes=GB, on_bytes=cancel)
    assert everything(storage) == []


def test_a_full_disk_is_seen_before_the_first_byte(tmp_path: Path) -> None:
    """The reserve for the database is never touched."""
    storage = Storage(tmp_path, min_free_bytes=1 << 60)
    sender = Endless()
    with pytest.raises(DiskFull) as failure:
        storage.receive(sender, max_bytes=GB)
    assert failure.value.code == "disk_full"
    assert sender.served == 0
    with pytest.raises(DiskFull), storage.workspace("probe"):
        pass
    assert everything(storage) == []


@pytest.fixture
def tiny_disk(tmp_path: Path):
    """A real file system of four MiB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_fills_up_in_mid_upload_leaves_nothing(tiny_disk: Path) -> None:
    """The kernel's own refusal becomes our code, and the space is free again."""
    storage = Storage(tiny_disk, min_free_bytes=0)
    before = storage.free_bytes()
    with pytest.raises(DiskFull) as failure:
        storage.receive(Endless(), max_bytes=GB)
    assert failure.value.code == "disk_full"
    assert everything(storage) == []
    assert storage.free_bytes() == before


def test_a_product_on_another_disk_is_copied_in(tiny_disk: Path, storage: Storage) -> None:
    """Adoption works across file systems, and the product moves rather than doubles."""
    product = tiny_disk / "out.mp4"
    product.write_bytes(b"film")
    stored = storage.adopt(product)
    storage.verify(stored.key, hashlib.sha256(b"film").hexdigest())
    assert not product.exists()


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "ab/../../etc/passwd",
        "ab" * 15,
        "AB" * 16,
        "ab" * 16 + "\n",
        "ab" * 16 + "/..",
        "ab" * 15 + "a\0",
        "%2e%2e" * 5,
        "٠" * 32,
        "incoming",
        "work",
        None,
        7,
    ],
)
def test_a_malformed_key_names_nothing(storage: Storage, key: str) -> None:
    """Only 32 lower-case hex digits are a key; all else is a missing file."""
    for act in (storage.path, storage.open, storage.delete):
        with pytest.raises(FileMissing) as failure:
            act(key)
        assert failure.value.code == "file_missing"


def test_a_key_that_names_nothing_is_missing(storage: Storage) -> None:
    """A well-formed key without a file raises too."""
    with pytest.raises(FileMissing):
        storage.path("0" * 32)


def test_a_link_behind_a_key_is_never_followed(storage: Storage, tmp_path: Path) -> None:
    """Neither a linked file nor a linked folder leads out of the root."""
    outside = tmp_path / "aa"
    outside.mkdir()
    (outside / ("aa" * 16)).write_text("secret")
    (storage.root / "aa").symlink_to(outside)
    (storage.root / "bb").mkdir()
    treasure = tmp_path / "treasure"
    treasure.write_text("secret")
    (storage.root / "bb" / ("bb" * 16)).symlink_to(treasure)
    for key in ("aa" * 16, "bb" * 16):
        with pytest.raises(FileMissing):
            storage.open(key)


def test_a_changed_byte_is_noticed(storage: Storage) -> None:
    """Verify reads the whole file again."""
    stored = storage.receive(io.BytesIO(b"film"), max_bytes=10)
    path = storage.path(stored.key)
    path.chmod(0o600)
    path.write_bytes(b"film!")
    with pytest.raises(FileChanged) as failure:
        storage.verify(stored.key, stored.sha256)
    assert failure.value.params["actual"] == hashlib.sha256(b"film!").hexdigest()


def test_deleting_twice_is_harmless(storage: Storage) -> None:
    """A job that runs twice finds the file gone and goes on."""
    stored = storage.receive(io.BytesIO(b"film"), max_bytes=10)
    assert storage.delete(stored.key) is True
    assert storage.delete(stored.key) is False


def test_a_job_product_is_adopted_by_moving_it(storage: Storage) -> None:
    """Same bytes, same inode, new server-made name."""
    with storage.workspace("transcode") as folder:
        product = folder / "out.mp4"
        product.write_bytes(b"film")
        inode = product.stat().st_ino
        stored = storage.adopt(product)
    assert storage.path(stored.key).stat().st_ino == inode
    assert (stored.sha256, stored.size) == (hashlib.sha256(b"film").hexdigest(), 4)


def test_what_is_no_plain_file_is_not_adopted(storage: Storage, tmp_path: Path) -> None:
    """A link, a pipe or a folder left by a hostile tool is not a product."""
    treasure = tmp_path / "treasure"
    treasure.write_text("secret")
    with storage.workspace("transcode") as folder:
        (folder / "link").symlink_to(treasure)
        os.mkfifo(folder / "pipe")
        (folder / "folder").mkdir()
        for name in ("link", "pipe", "folder", "nothing"):
            with pytest.raises(FileMissing):
                storage.adopt(folder / name)
    assert treasure.read_text() == "secret"


def test_a_workspace_goes_with_everything_in_it(storage: Storage) -> None:
    """Also when the job fails, and with folders inside."""

    def job() -> None:
        with storage.workspace("job") as folder:
            seen.append(folder)
            assert folder.stat().st_mode & 0o777 == 0o700
            (folder / "deep").mkdir()
            (folder / "deep" / "part").write_text("x")
            raise RuntimeError

    seen: list[Path] = []
    with pytest.raises(RuntimeError):
        job()
    assert not seen[0].exists()


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "x" * 41, "a b"])
def test_a_workspace_name_is_plain(storage: Storage, name: str) -> None:
    """The name is for readers and never a path."""
    with pytest.raises(ValueError, match="plain name"), storage.workspace(name):
        pass


KILLED = """
import sys, time
from pathlib import Path
from media.storage import Storage
storage = Storage(Path(sys.argv[1]), min_free_bytes=0)
writer = storage.writer(100)
writer.write(b"half")
with storage.workspace("job") as folder:
    (folder / "part").write_text("x")
    print("ready", flush=True)
    time.sleep(60)
"""


def test_sweep_takes_the_litter_of_the_dead_and_nothing_of_the_living(storage: Storage) -> None:
    """A lock that dies with its process tells the two apart, whatever the clock says."""
    kept = storage.receive(io.BytesIO(b"film"), max_bytes=10)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(storage.root)], stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        assert storage.sweep(older_than_s=-1) == 0
    finally:
        child.kill()
        child.communicate()
    assert storage.sweep(older_than_s=3600) == 0
    assert storage.sweep(older_than_s=-1) == 2
    assert everything(storage) == [storage.path(kept.key)]


def test_sweep_removes_a_link_and_not_what_it_points_at(storage: Storage, tmp_path: Path) -> None:
    """A planted link costs nobody their files."""
    treasure = tmp_path / "treasure"
    treasure.mkdir()
    (storage.root / "work" / "link").symlink_to(treasure)
    assert storage.sweep(older_than_s=-1) == 1
    assert treasure.is_dir()


def test_the_writer_ends_once_and_appends_only(storage: Storage) -> None:
    """After reading back, the position must be at the end to go on; after the end nothing goes."""
    writer = storage.writer(100)
    writer.write(b"ab")
    writer.seek(0)
    assert (writer.read(), writer.tell()) == (b"ab", 2)
    writer.seek(0)
    with pytest.raises(ValueError, match="append only"):
        writer.write(b"c")
    stored = writer.commit()
    writer.close()
    with pytest.raises(ValueError, match="already ended"):
        writer.commit()
    with pytest.raises(ValueError, match="append only"):
        writer.write(b"c")
    storage.verify(stored.key, hashlib.sha256(b"ab").hexdigest())


def test_a_dropped_writer_cleans_up(storage: Storage) -> None:
    """A parser that forgets its file leaves nothing behind."""
    writer = storage.writer(100)
    writer.write(b"half")
    del writer
    deadline = time.monotonic() + 5
    while everything(storage) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert everything(storage) == []
