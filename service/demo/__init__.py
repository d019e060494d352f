"""The demo EHR, served under `/demo/` when `HER2CDS_DEMO=1`: what an EHR does with this service, shown without one.

The browser plays the EHR: it reads discovery, fills the prefetch from `/demo/fhir`, calls the hooks, shows the cards, applies suggestions,
sends feedback, and launches the SMART app. What the server has to do for that is here; all patients are synthetic.

`situations`, `charts`    who is shown, and their records as one FHIR server would hold them
`fhir_server`, `search`, `capability`    `/demo/fhir`, FHIR R4
`authorization_server`, `tokens`, `scopes`    `/demo/auth`, SMART App Launch
`refusals`                how both refuse
`kept`                    the little that is written: `demo.sqlite`
`chart_summary`, `order_entry`    what the page shows of a chart, and what can be ordered on it
`pages`                   the page, and what its scripts ask for
`site`                    what these share, kept with the application
"""

from __future__ import annotations

from flask import Flask

from service.demo import authorization_server, fhir_server, pages
from service.demo.site import keep_demo
from service.settings import Settings


def serve_demo(app: Flask, settings: Settings) -> None:
    """Let the application serve the demo EHR."""
    keep_demo(app, settings)
    for part in (pages, fhir_server, authorization_server):
        app.register_blueprint(part.blueprint)
