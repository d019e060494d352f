"""Which kinds of resource a request could have brought (decision 26).

A key that says "no data" is an answer; a key that is absent, failed or garbage is none. What a key's own query asks for is known for the
keys of our discovery entry. Clients rename and merge keys, so what stands under an unknown key counts by its content, and a Bundle there
may be all queries in one.
"""

from __future__ import annotations

from collections.abc import Mapping

from fhir_mappings.reading import HookRequest, KeyContent
from service.cds_hooks.registry import CdsService
from service.errors import PrefetchMissing

_SATISFIED = frozenset({"data", "empty", "null"})


def require_prefetch(request: HookRequest, service: CdsService) -> None:
    """Raise `PrefetchMissing` when no satisfied key could have carried a kind of resource that every answer needs."""
    missing = missing_kinds(request.reading.keys, service)
    if missing:
        raise PrefetchMissing(missing)


def missing_kinds(keys: Mapping[str, KeyContent], service: CdsService) -> tuple[str, ...]:
    """The required kinds that no satisfied key could have carried, in the order of `service.required_kinds`."""
    carried: set[str] = set()
    for key, content in keys.items():
        if content.state not in _SATISFIED:
            continue
        carried |= content.types
        template = service.prefetch.get(key)
        if template is not None:
            carried.add(queried_type(template))
        elif content.bundled or content.state == "empty" or len(content.types) > 1:
            carried.update(service.required_kinds)
    return tuple(kind for kind in service.required_kinds if kind not in carried)


def queried_type(template: str) -> str:
    """The resource type a prefetch template asks for: `Condition?patient=...` and `Condition/{{...}}` -> `Condition`."""
    return template.partition("?")[0].partition("/")[0]
