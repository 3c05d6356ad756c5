"""A thin line between a client and the server: so many bytes a second upwards, or cut."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

PIECE = 16 * 1024


@dataclass
class Line:
    """Listens on `port`; what it accepts is carried to the server at `rate` bytes a second."""

    target: int
    rate: float
    port: int = 0
    _open: set[socket.socket] = field(default_factory=set)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """The address of the server at the end of this line."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Every connection ends, as when a phone changes its network."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve(self, listener: socket.socket) -> None:
        """Accepts until the listener is closed."""
        while True:
            try:
                near = listener.accept()[0]
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PIECE)
            near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
            self._open |= {near, far}
            for source, sink, slow in ((near, far, True), (far, near, False)):
                threading.Thread(
                    target=self._carry, args=(source, sink, slow), daemon=True
                ).start()

    def _carry(self, source: socket.socket, sink: socket.socket, slow: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                if slow:
                    with self._turn:  # one line for everybody
                        time.sleep(len(piece) / self.rate)
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.discard(source)
        source.close()


@contextlib.contextmanager
def line_to(port: int, rate: float) -> Iterator[Line]:
    """A line to the server at `port`, gone at the end."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        line = Line(port, rate, listener.getsockname()[1])
        thread = threading.Thread(target=line.serve, args=(listener,))
        thread.start()
        try:
            yield line
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            line.cut()
