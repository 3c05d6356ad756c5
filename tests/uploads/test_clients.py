"""Clients that others wrote, on our server."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from tusclient import client as tuspy

from media.limits import MIB
from review.models import StoredFile, UploadRow
from tests.services import find_program
from tests.uploads.server import Server
from tools.vendor import SITE

BUNDLE = SITE / "tus" / "tus.min.js"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Five megabytes with a name as people give them."""
    path = tmp_path / "Hội xuân.mp4"
    path.write_bytes(os.urandom(5 * MIB + 17))
    return path


def arrived(server: Server, url: str, file: Path) -> UploadRow:
    """The finished upload, its bytes those of the file."""
    with server.world.db.read() as session:
        row = session.query(UploadRow).filter_by(key=url.rsplit("/", 1)[1]).one()
        stored = session.get_one(StoredFile, row.file_id)
    assert stored.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    return row


@pytest.mark.parametrize("checked", [False, True], ids=["plain", "checksums"])
def test_tuspy(server: Server, file: Path, checked: bool) -> None:
    """Sends a part, is thrown away, and another one goes on from the address alone."""
    speaker = tuspy.TusClient(
        f"{server.url}/api/v1/uploads", headers={"Authorization": f"Bearer {server.token()}"}
    )
    metadata = {"filename": file.name, "filetype": "video/mp4"}
    with file.open("rb") as stream:
        how = {"file_stream": stream, "chunk_size": MIB, "upload_checksum": checked}
        first = speaker.uploader(metadata=metadata, **how)
        first.upload(stop_at=2 * MIB)
        second = speaker.uploader(url=first.url, **how)
        assert second.offset == 2 * MIB
        second.upload()
    assert arrived(server, first.url, file).name == "Hội xuân.mp4"


def test_tus_js_client(server: Server, file: Path) -> None:
    """The file that the pages load, under Node, with three broken lines on the way."""
    script = Path(__file__).with_name("client.cjs")
    command = [find_program("node", "nodejs"), str(script), str(BUNDLE)]
    command += [f"{server.url}/api/v1/uploads", server.token(), str(file), "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    row = arrived(server, done.stdout.strip(), file)
    assert (row.name, row.media_type) == ("Hội xuân.mp4", "video/mp4")
    assert base64.b64encode("Hội xuân.mp4".encode()).decode() in row.metadata_line
