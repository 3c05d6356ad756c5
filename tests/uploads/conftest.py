"""One real server for the tests of this folder that do not kill it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.uploads.server import Server, serving
from tests.uploads.wire import Wire


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The web server with two processes, as a larger office may run it."""
    with serving(tmp_path_factory.mktemp("web"), workers=2) as running:
        yield running


@pytest.fixture(scope="package")
def wire(server: Server) -> Wire:
    """A reporter's program."""
    return Wire(server, server.token())
