"""What the tests in a browser share."""

from __future__ import annotations

from playwright.sync_api import expect

# How long an expectation is waited for until it has failed. It says nothing about speed: a busy machine may stand still for seconds.
expect.set_options(timeout=60_000)
