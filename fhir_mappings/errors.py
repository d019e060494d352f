"""What can be wrong with a document as a whole.

    Unreadable              the document cannot be used at all
    ├── NotJson             it is no JSON: `position` is the byte at which that shows, where known
    │   └── NotUtf8         a text in it is not UTF-8
    ├── TooDeep             it is nested deeper than any FHIR record is
    └── WrongShape          it is JSON, but `field` is not what it must be

A single resource that cannot be used is no error: it is set aside and named as a `DataProblem`.
No message carries a value of the document.
"""

from __future__ import annotations


class Unreadable(Exception):
    """The document cannot be used at all."""


class NotJson(Unreadable):
    """The document is no JSON. `position` is the byte at which that shows, or `None`."""

    def __init__(self, position: int | None = None) -> None:
        """Say where, in words."""
        super().__init__("not JSON" if position is None else f"not JSON at byte {position}")
        self.position = position


class NotUtf8(NotJson):
    """A text of the document is not UTF-8, in which all JSON is exchanged. `position` is the first byte that is not, or `None`."""

    def __init__(self, position: int | None = None) -> None:
        """Say where, in words."""
        super().__init__(position)
        self.args = ("not UTF-8" if position is None else f"not UTF-8 at byte {position}",)


class TooDeep(Unreadable):
    """The document is nested too deeply to be a FHIR record."""

    def __init__(self) -> None:
        """Say so, in words."""
        super().__init__("nested too deeply")


class NotFhir(Unreadable):
    """The document is large and consists of next to nothing but brackets: no FHIR record, but a burden to read."""

    def __init__(self) -> None:
        """Say so, in words."""
        super().__init__("too many objects for its size")


class WrongShape(Unreadable):
    """A member that the envelope needs has the wrong JSON type. `field` names it (`""` is the document itself)."""

    def __init__(self, field: str, expected: str) -> None:
        """Name the member and the JSON type it must have."""
        super().__init__(f"{field or 'the document'} must be {expected}")
        self.field = field
        self.expected = expected
