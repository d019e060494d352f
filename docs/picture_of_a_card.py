"""Draw `docs/card.png`: a card as an EHR's sidebar shows it, from a sample patient and the service's own answer.

    .venv/bin/python docs/picture_of_a_card.py [SAMPLE]

Needs the development dependencies and Chromium (Debian: `chromium`).
"""

from __future__ import annotations

import html
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import orjson
from markdown_it import MarkdownIt

from cards.render import render_cards
from fhir_mappings.case_builder import build_case
from fhir_mappings.reading import read_hook_request
from guideline.advise import advise
from guideline.practice import Practice
from service import samples

_CHROMIUM = (
    "chromium --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --force-device-scale-factor=1.5"
).split()

_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 18px; background: #eef1f4; font: 14px/1.45 "DejaVu Sans", sans-serif; color: #1d2733; width: 620px }}
article {{ background: white; border-left: 6px solid {colour}; border-radius: 4px; padding: 14px 18px; box-shadow: 0 1px 3px #0003 }}
h1 {{ font-size: 16px; margin: 0 0 10px }} p {{ margin: 10px 0 2px }} ul {{ margin: 2px 0; padding-left: 20px }}
footer {{ margin-top: 12px; color: #5a6673; font-size: 12px; border-top: 1px solid #dde3e9; padding-top: 8px }}
</style><article><h1>{summary}</h1>{detail}<footer>{source}</footer></article>"""

_COLOURS = {"info": "#2f6fb3", "warning": "#d48a00", "critical": "#b3261e"}


def main(sample: str = "second-line") -> None:
    """Render the first card of the sample and photograph it."""
    today = date.today()
    request = read_hook_request(orjson.dumps(samples.request_body(sample, today)))
    case = build_case(request.reading, patient_id=request.envelope["context"]["patientId"], today=today)
    card = render_cards(advise(case, Practice()), public_url="http://127.0.0.1:8000")[0]
    page = _PAGE.format(
        colour=_COLOURS[card["indicator"]],
        summary=html.escape(card["summary"]),
        detail=MarkdownIt("commonmark").render(card["detail"]),
        source=html.escape(f"{card['source']['label']} · {card['source']['topic']['display']}"),
    )
    picture = Path(__file__).with_name("card.png")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "card.html")
        file.write_text(page, encoding="utf-8")
        command = [*_CHROMIUM, f"--user-data-dir={folder}/profile", "--window-size=660,1050", f"--screenshot={picture}", file.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
    print(f"wrote {picture.name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
