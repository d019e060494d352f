"""How the demo FHIR server refuses, beside the errors of `service.errors`.

CallError
├── NotAllowed      403 forbidden     the token does not reach that far
├── NotSearchable   400 invalid       a search that cannot be done
├── NotStored       422 invalid       a resource that this server does not take
└── DemoNotKept     503 transient     the demo's own file cannot be read or written
"""

from __future__ import annotations

from service.errors import CallError, Issue


class NotAllowed(CallError):
    """The token does not reach that far: another patient, or a scope that it lacks."""

    status = 403

    def __init__(self, text: str) -> None:
        super().__init__(Issue("forbidden", text))


class NotSearchable(CallError):
    """A search with a value that cannot be read."""

    status = 400

    def __init__(self, text: str) -> None:
        super().__init__(Issue("invalid", text))


class NotStored(CallError):
    """A resource that this server does not take; the text says why."""

    status = 422

    def __init__(self, text: str) -> None:
        super().__init__(Issue("invalid", text))


class DemoNotKept(CallError):
    """The demo's own file cannot be read or written: nobody can log in, and nothing can be kept."""

    status = 503

    def __init__(self) -> None:
        super().__init__(Issue("transient", "The demo cannot read or write its file in the data folder (HER2CDS_DATA)."))
