"""`docs/smart.md` says what the code does: an analyst registers what stands there."""

from __future__ import annotations

import re
from pathlib import Path

from service.smart import errors
from service.smart.errors import SmartError
from service.smart.scopes import requested_scopes

PAGE = (Path(__file__).parents[3] / "docs/smart.md").read_text("utf-8")


def kinds() -> list[type[SmartError]]:
    """Every kind of error."""
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SmartError) and kind is not SmartError]


def test_every_word_of_an_error_page_is_explained():
    """The word at the end of an error page leads to a row of the documentation, and no row is about nothing."""
    explained = re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert sorted(explained) == sorted(kind.code for kind in kinds())


def test_the_tree_of_errors_is_whole():
    """The docstring names each error of the module."""
    assert errors.__doc__ is not None
    assert set(re.findall(r"[A-Z]\w+", errors.__doc__.partition("SmartError\n")[2].partition("\n\n")[0])) == {
        kind.__name__ for kind in kinds()
    }


def test_the_scopes_to_register():
    """The scopes that stand there are those that are asked for."""
    (block,) = re.findall(r"```\n(launch openid.*?)```", PAGE, re.DOTALL)
    assert set(block.split()) == set(requested_scopes({"permission-v2"}, standalone=False).split())
