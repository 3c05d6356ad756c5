"""A client of bytes and sockets, for what no well-behaved client does."""

from __future__ import annotations

import http.client
import socket
import struct
from dataclasses import dataclass
from typing import Any

from tests.uploads.server import Server

TUS = {"Tus-Resumable": "1.0.0"}
BODY = {"Content-Type": "application/offset+octet-stream"}
ROOT = "/api/v1/uploads"


@dataclass
class Answer:
    """Status, headers and body of one answer."""

    status: int
    headers: Any
    body: bytes


@dataclass
class Wire:
    """One program with one token."""

    server: Server
    secret: str

    def head(self, more: dict[str, str]) -> dict[str, str]:
        """The headers of a request."""
        return TUS | {"Authorization": f"Bearer {self.secret}"} | more

    def ask(
        self, method: str, path: str = ROOT, body: bytes | None = None, **headers: str
    ) -> Answer:
        """One request over a connection of its own; `Upload_Length` is sent as Upload-Length."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            connection.request(method, path, body, self.head(named))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def begin(self, length: int) -> str:
        """An upload; returns its path."""
        made = self.ask("POST", Upload_Length=str(length))
        assert made.status == 201, made.body
        return str(made.headers["Location"])

    def patch(self, path: str, offset: int, body: bytes, **headers: str) -> Answer:
        """Sends bytes in one go."""
        return self.ask("PATCH", path, body, Upload_Offset=str(offset), **headers, **BODY_ARG)

    def offset(self, path: str) -> int:
        """What HEAD says."""
        answer = self.ask("HEAD", path)
        assert answer.status == 200, answer.status
        return int(answer.headers["Upload-Offset"])

    def opened(self, path: str, offset: int, length: int) -> socket.socket:
        """A connection on which a PATCH of `length` bytes has been announced, none sent."""
        raw = socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
        # What this machine holds back was never on the line, and is not the server's to lose.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        lines = self.head(BODY | {"Upload-Offset": str(offset), "Content-Length": str(length)})
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        raw.sendall(f"PATCH {path} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode())
        return raw


BODY_ARG = {"Content_Type": BODY["Content-Type"]}


def tear(raw: socket.socket) -> None:
    """Ends a connection as a lost line does: a reset, nothing flushed."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.close()
