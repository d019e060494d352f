"""The libraries that pages load are those that were published, each with its licence."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import service

STATIC = Path(service.__file__).parent / "static"
VENDOR = STATIC / "vendor"


def test_every_library_is_the_published_one():
    """Each file that is served is the one of the table, byte for byte, and its licence stands beside it."""
    table = (VENDOR / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| `([\w.-]+)` \| `([\w.]+)`: .* `([0-9a-f]{64})` \|$", table, re.MULTILINE)
    assert {folder for folder, _, _ in listed} == {folder.name for folder in VENDOR.iterdir() if folder.is_dir()}
    for folder, file, sum_ in listed:
        assert sha256((VENDOR / folder / file).read_bytes()).hexdigest() == sum_, folder
        assert (VENDOR / folder / "LICENSE").stat().st_size > 500
        assert {one.name for one in (VENDOR / folder).iterdir()} == {file, "LICENSE"}


def test_the_page_loads_what_is_there():
    """The page names the version that is there, and nothing from elsewhere."""
    page = (STATIC.parent / "templates" / "chart" / "page.html").read_text("utf-8")
    (version,) = re.findall(r"vendor/(d3-[\d.]+)/d3\.min\.js", page)
    assert (VENDOR / version / "d3.min.js").is_file()
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
