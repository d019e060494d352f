"""A browser that goes from the EHR to the app and back: its own cookies, no redirect followed unasked."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask
from werkzeug.test import TestResponse

from tests.outside.smart_ehr.running import RunningSmartEhr

APP = "http://127.0.0.1:8000"


class Browser:
    """One browser, without anything in it at first. `base` is the app's address as browsers see it."""

    def __init__(self, app: Flask, base: str = APP) -> None:
        self.app = app
        self.base = base
        self.client = app.test_client()

    def get(self, address: str, **arguments: Any) -> TestResponse:
        """A page of the app: an absolute address, or a path."""
        path = address.removeprefix(self.base)
        assert path.startswith("/"), f"this leads out of the app: {address}"
        return self.client.get(path, base_url=self.base, **arguments)

    def post(self, path: str, **arguments: Any) -> TestResponse:
        return self.client.post(path, base_url=self.base, **arguments)

    def begin(self, address: str) -> str:
        """Open a launch, and give the address at the EHR to which it leads."""
        response = self.get(address)
        assert response.status_code == 302, said(response)
        return response.headers["Location"]

    def come_back(self, authorization: str) -> TestResponse:
        """Let the EHR authorize, and bring its answer to the app."""
        return self.get(callback_of(authorization))

    def launch(self, ehr: RunningSmartEhr, patient: str, **context: Any) -> TestResponse:
        """A whole launch from the EHR: the answer of the callback."""
        return self.come_back(self.begin(ehr.launch_url(self.base, patient, **context)))

    def launch_at(self, ehr: RunningSmartEhr, app: str, patient: str) -> TestResponse:
        """A whole launch of the app at another of its base addresses."""
        return self.come_back(self.begin(ehr.launch_url(app, patient)))

    def cookies(self) -> dict[str, str]:
        """The cookies of the app."""
        return {cookie.key: cookie.value for cookie in self.client._cookies.values()}


def callback_of(authorization: str) -> str:
    """The address to which an EHR sends the browser when it has authorized."""
    answer = requests.get(authorization, allow_redirects=False, timeout=120)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def parameters(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def said(response: TestResponse) -> str:
    """The text of a page, for people."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def error_of(response: TestResponse) -> str:
    """The code of an error page, which has to be one: clear, framed by nobody unlisted, kept by nobody."""
    assert response.status_code >= 400
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == "no-store"
    assert re.search(r"frame-ancestors [^*]+$", response.headers["Content-Security-Policy"])
    found = re.search(r"her2-cds · ([a-z-]+)", response.text)
    assert found is not None, response.text
    return found[1]
