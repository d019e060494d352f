"""The parts of the demo that its views share, kept with the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app

from service.demo.charts import Chart, charts
from service.demo.kept import DemoStore
from service.demo.tokens import Tokens
from service.settings import Settings
from service.site import site_settings

#: The client id of the SMART app of this service; a public client.
CLIENT_ID: Final = "her2-cds-demo"

_DEMO: Final = "her2cds.demo"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo's views work with."""

    store: DemoStore
    tokens: Tokens


def keep_demo(app: Flask, settings: Settings) -> None:
    """Give the application its demo."""
    store = DemoStore(settings.data)
    app.extensions[_DEMO] = Demo(store, Tokens(store))


def site_demo() -> Demo:
    """The demo of the application that serves this request."""
    demo: Demo = current_app.extensions[_DEMO]
    return demo


def site_charts() -> Mapping[str, Chart]:
    """The sample charts as they are today, by patient id."""
    return charts(site_settings().current_day())


def issuer() -> str:
    """The address of the demo FHIR server, which is `iss` of a launch and `aud` of an authorization."""
    return f"{site_settings().base_url}/demo/fhir"


def smart_app_address(path: str) -> str:
    """An address of the SMART app, such as that of `callback`."""
    return f"{site_settings().base_url}/smart/{path}"
