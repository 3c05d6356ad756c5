"""A site to click through: the real application, and browsers that keep their cookies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.world import PASSWORD, World

HTML = {"Accept": "text/html"}
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass
class Browser:
    """One person's browser. Every page it gets is asked for as a browser asks."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=lambda: dict(HTML))

    def get(self, path: str, **options: object) -> TestResponse:
        """The answer to a click on a link."""
        return self.client.get(path, headers=self.headers, buffered=True, **options)  # type: ignore[arg-type]

    def token(self, path: str = "/login") -> str:
        """The CSRF token of a page."""
        found = TOKEN.search(self.client.get(path, headers=HTML, follow_redirects=True).text)
        assert found is not None
        return found[1]

    def post(
        self, path: str, data: dict[str, object] | None = None, **options: object
    ) -> TestResponse:
        """The answer to a form, sent with the token of a page seen before."""
        form = {"csrf_token": self.token()} | (data or {})
        return self.client.post(path, data=form, headers=self.headers, **options)  # type: ignore[arg-type]


@dataclass
class Site:
    """The application and the agency that works in it."""

    app: Flask
    world: World

    def browser(self) -> Browser:
        """A browser nobody has logged in with."""
        return Browser(self.app.test_client())

    def log_in(self, name: str, password: str = PASSWORD) -> Browser:
        """A browser in which this person is logged in."""
        browser = self.browser()
        answer = browser.post("/login", {"username": name, "password": password})
        assert answer.status_code == 303, answer.text
        return browser
