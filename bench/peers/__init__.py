"""Services to set beside ours with `python -m bench --with NAME`: each parses the body, counts the entries and answers one card.

They are no dependencies of this project: install them where you like and name the place in the environment variable that stands at each.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.over_http import Server

HERE = Path(__file__).parent


def healthchain() -> Server:
    """HealthChain behind uvicorn. `HEALTHCHAIN_PYTHON`: a Python that has `healthchain`; default: this one."""
    python = os.environ.get("HEALTHCHAIN_PYTHON", sys.executable)
    options = ("--port", "{port}", "--workers", "1", "--log-level", "warning", "--app-dir", str(HERE))
    return Server("HealthChain", (python, "-m", "uvicorn", "healthchain_app:app", *options), "/cds/cds-services/bench", {})


def express() -> Server:
    """Express on Node. `NODE_PATH`: the `node_modules` that has `express`."""
    return Server("Express", ("node", str(HERE / "express_app.js")), "/cds-services/bench", {"PORT": "{port}"})


PEERS: Mapping[str, Callable[[], Server]] = {"express": express, "healthchain": healthchain}
