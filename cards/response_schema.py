"""What a valid response is (`schema/response.json`), ready to check one: for tests and `config check`, not for the way of an answer."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

_FILE = Path(__file__).with_name("schema") / "response.json"


@cache
def response_validator() -> Draft202012Validator:
    """The validator of a whole response (`{"cards": [...]}`). Raises `jsonschema.SchemaError` when the schema itself is faulty."""
    schema = json.loads(_FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
