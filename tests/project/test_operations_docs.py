"""What the pages on security and operation name is there: files, tests, settings, commands, links."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from service.cli import _parser
from service.settings import Settings, variable

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / name).read_text() for name in ("SECURITY.md", "docs/security.md", "docs/operations.md", "docs/authentication.md")}


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str):
    """Each link within the project names a file that is there, and a heading of it."""
    links = re.findall(r"\]\(([^)\s]+)\)", PAGES[name])
    for link in links:
        if link.startswith("https:"):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("name", PAGES)
def test_files_and_tests_that_are_named_exist(name: str):
    """A path in the text is a file or folder of the project: no promise rests on a test that is gone."""
    rooms = "audit|cards|deploy|docs|fhir_mappings|guideline|service|soak|tests"
    named = re.findall(rf"`((?:{rooms})/[\w./-]*|Dockerfile|compose\.yaml|constraints\.txt|requirements\.lock)`", PAGES[name])
    own = {"deploy/secrets"}
    assert [path for path in named if path not in own and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_settings_that_are_named_exist(name: str):
    """Each variable is a setting of this release."""
    known = {variable(field) for field in Settings.model_fields}
    assert set(re.findall(r"HER2CDS_[A-Z_]+", PAGES[name])) <= known


@pytest.mark.parametrize("name", PAGES)
def test_commands_that_are_named_exist(name: str):
    """Each command of ours and each target of `make` can be typed as it is written."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", PAGES[name])) <= targets
    (commands,) = (action.choices for action in _parser()._actions if action.choices)
    assert set(re.findall(r"(?:^|`|/)her2-cds ([a-z]+)", PAGES[name], re.MULTILINE)) <= set(commands)


def test_each_threat_has_code_and_a_test():
    """Every row of the threat table names where it is met and which test holds it."""
    table = PAGES["docs/security.md"].partition("| | threat |")[2].partition("\n\n")[0]
    rows = [row.split(" | ") for row in table.splitlines()[2:]]
    assert len(rows) > 20
    assert {row[0].strip("| ") for row in rows} == set("STRIDE")
    for row in rows:
        assert "`" in row[-2], row
        assert "`tests/" in row[-1], row


def test_examples_fit_this_release():
    """The values and settings of the examples are such as the chart and the service take; the image is this release's."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    page = PAGES["docs/operations.md"]
    assert f"docker build --tag her2-cds:{version} ." in page
    (values,) = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(# site\.yaml\n.*?)```", page, re.DOTALL))
    assert {f"HER2CDS_{name}" for name in values["settings"]} <= {variable(field) for field in Settings.model_fields}
    known = yaml.safe_load((ROOT / "deploy" / "helm" / "her2-cds" / "values.yaml").read_text())
    assert values.keys() <= known.keys()
    secrets = yaml.safe_load((ROOT / "compose.yaml").read_text())["secrets"].values()
    for secret in secrets:
        assert re.search(rf"(> |cp \w+ ){Path(secret['file']).name}\b", page), secret
