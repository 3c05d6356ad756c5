"""A web form parser writing straight into storage."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from media.storage import Storage

# In a process of its own, so that the peak of resident memory is this upload's alone.
UPLOAD = """
import hashlib, json, resource, sys
from pathlib import Path
from werkzeug.formparser import FormDataParser
from media.storage import Storage

MIB = 1 << 20
HEAD = (b'--b\\r\\nContent-Disposition: form-data; name="title"\\r\\n\\r\\nTin\\r\\n'
        b'--b\\r\\nContent-Disposition: form-data; name="file"; filename="a.mp4"\\r\\n\\r\\n')

class Body:
    '''64 MiB made while they are read: no part of this process ever holds them.'''
    def __init__(self):
        self.head, self.left, self.tail = HEAD, 64 * MIB, b"\\r\\n--b--\\r\\n"
        self.block = bytes(range(256)) * 256
    def read(self, size=-1):
        if self.head:
            out, self.head = self.head, b""
        elif self.left:
            out = self.block[:min(size, self.left, len(self.block))]
            self.left -= len(out)
        else:
            out, self.tail = self.tail, b""
        return out

storage = Storage(Path(sys.argv[1]), min_free_bytes=0)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = peak()
parser = FormDataParser(stream_factory=lambda *a, **k: storage.writer(100 * MIB), silent=False)
_, form, files = parser.parse(Body(), "multipart/form-data", None, {"boundary": "b"})
stored = files["file"].stream.commit()
files["file"].close()
print(json.dumps({"title": form["title"], "grown": peak() - before, **stored.to_json()}))
"""


def test_a_multipart_body_is_hashed_and_written_once_in_flat_memory(tmp_path: Path) -> None:
    """64 MiB through the real parser cost less than 8 MiB of memory and no second copy."""
    done = subprocess.run(
        [sys.executable, "-c", UPLOAD, str(tmp_path)], capture_output=True, text=True, check=True
    )
    facts = json.loads(done.stdout)
    body = bytes(range(256)) * 256 * 1024
    assert facts["title"] == "Tin"
    assert (facts["size"], facts["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
    assert facts["grown"] < 8 << 20
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [Storage(tmp_path, min_free_bytes=0).path(facts["key"])]
