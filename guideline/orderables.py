"""What a card can order (`knowledge/orderables.yaml`): examinations with their one code, and the codes of routes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from msgspec import convert, json

from guideline.knowledge_entries import Coding
from guideline.knowledge_files import FOLDER, Fault, KnowledgeError, line_of, read


@dataclass(frozen=True, slots=True)
class Orderable:
    """An examination that can be ordered at one click.

    `label` is what the button says, `name` the order as a human writes it. `code` is the one code that the order carries; `cpt` is added
    only where a site switches it on. `category` sorts the order in the EHR.
    """

    id: str
    label: str
    name: str
    category: Coding
    code: Coding
    source: str
    cpt: str | None = None


@dataclass(frozen=True, slots=True)
class Orderables:
    """All examinations by id, and the codes of routes by the route of `orders.Route`."""

    orderables: dict[str, Orderable]
    routes: dict[str, Coding]


def load_orderables(folder: Path = FOLDER) -> Orderables:
    """Load and check the file. Raises `KnowledgeError` for the first fault."""
    document, found = _read(folder)
    if found:
        raise KnowledgeError(str(found[0]))
    categories: dict[str, Any] = document["categories"]
    entries = {
        id_: convert({**entry, "id": id_, "category": categories[entry["category"]]}, Orderable)
        for id_, entry in document["orderables"].items()
    }
    return Orderables(entries, convert(document["routes"], dict[str, Coding]))


def orderables_faults(folder: Path = FOLDER) -> list[Fault]:
    """Every fault in the file, for `her2-cds config check`. Empty when all is well."""
    return _read(folder)[1]


def _read(folder: Path) -> tuple[dict[str, Any], list[Fault]]:
    file = folder / "orderables.yaml"
    document = read(file)
    if isinstance(document, Fault):
        return {}, [document]
    schema = json.decode((FOLDER / "schema" / "orderables.json").read_bytes())
    faults = [
        Fault(file.name, line_of(file, tuple(error.absolute_path)), f"{'.'.join(map(str, error.absolute_path))}: {error.message}")
        for error in Draft202012Validator(schema).iter_errors(document)
    ]
    return document, sorted(faults, key=lambda fault: fault.line)


ORDERABLES: Orderables = load_orderables()
