"""One search, or one read, to the end of its pages.

Servers differ: some refuse parameters that others need, some ignore them. So a refused search is asked again with fewer parameters, down to
the patient alone; what comes too much is sifted by content afterwards, and another patient's resources are dropped there and counted.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fhir_mappings.errors import NotFhir, NotJson, TooDeep
from fhir_mappings.prefetch_queries import holds_newest
from fhir_mappings.reading import Reading, read_value
from service.fhir_client.connections import Line
from service.fhir_client.deadline import Deadline
from service.fhir_client.origins import same_origin_link
from service.fhir_client.transport import Allowance, Page, Reason, Refused, Transport, Unavailable

#: The most pages of one search; what is beyond is named as missing.
MOST_PAGES: Final = 25

#: Asked for where a query names no `_count`: servers' own defaults are 10 to 50, and each page costs a round trip.
_PAGE_SIZE: Final = "250"

#: A parameter that is unknown, in a form the server does not take, or too long for it.
_PARAMETER_REFUSED: Final = frozenset({400, 414, 422, 501})


_Get = Callable[[str], Page]


@dataclass(frozen=True, slots=True)
class Search:
    """What to get for one prefetch key: `url` is absolute. `further` is a page after the one that the client sent."""

    key: str
    url: str
    further: bool = False


class Progress:
    """What came of a search so far. A deadline may end it between two pages: then `reading` still names the page that is missing.

    `refused`: the server does not offer it to us. `missing`: why nothing came.
    """

    def __init__(self, search: Search) -> None:
        self.search = search
        self.reading: Reading | None = None
        self.refused: int | None = None
        self.missing: Reason | None = None
        self.line = Line()


def run(progress: Progress, transport: Transport, *, token: str | None, deadline: Deadline, allowance: Allowance) -> None:
    """Do the search of `progress`; whatever comes of it is written there. Raises nothing that a server can cause."""

    def get(url: str) -> Page:
        return transport.get(url, token=token, deadline=deadline, allowance=allowance, line=progress.line)

    try:
        page = _first_page(progress.search, get)
        reading = _read(page, progress.search.key)
        _follow(progress, reading, page.url, get)
    except Refused as refused:
        progress.refused = refused.status
    except Unavailable as unavailable:
        progress.missing = unavailable.reason


def _first_page(search: Search, get: _Get) -> Page:
    forms = [search.url] if search.further else list(fewer_and_fewer(search.url))
    for url in forms[:-1]:
        try:
            return get(url)
        except Refused as refused:
            if refused.status not in _PARAMETER_REFUSED:
                raise
    return get(forms[-1])


def _follow(progress: Progress, reading: Reading, url: str, get: _Get) -> None:
    """Follow the `next` links. What was read so far stays when a later page does not come."""
    key = progress.search.key
    progress.reading = reading
    seen = {url, progress.search.url}
    for _ in range(MOST_PAGES - 1):
        content = reading.keys[key]
        if content.next_page is not None and holds_newest(key, reading):
            progress.reading = replace(reading, keys={key: replace(content, next_page=None)})
            return
        link = content.next_page
        if link is None:
            return
        target = same_origin_link(url, link)
        if target is None or target in seen:
            return
        seen.add(target)
        try:
            page = get(target)
            further = _read(page, key)
        except (Refused, Unavailable):
            return
        url = page.url
        reading = reading + further
        progress.reading = reading


def _read(page: Page, key: str) -> Reading:
    try:
        reading = read_value(page.body.removeprefix(BOM_UTF8), key)
    except (NotJson, TooDeep, NotFhir):
        raise Unavailable("not-fhir") from None
    if reading.keys[key].state in {"failed", "unused", "garbage", "null"}:
        raise Unavailable("server" if reading.keys[key].state == "failed" else "not-fhir")
    return reading


def fewer_and_fewer(url: str) -> Iterator[str]:
    """A search in ever simpler forms: with a page size, as written, with patient and code alone, with the patient alone.

    A read has one form.
    """
    parts = urlsplit(url)
    parameters = parse_qsl(parts.query, keep_blank_values=True)
    if not parameters:
        yield url
        return
    named = {name for name, _ in parameters}
    forms = [
        parameters if "_count" in named else [*parameters, ("_count", _PAGE_SIZE)],
        parameters,
        [(name, value) for name, value in parameters if name in {"patient", "code"}],
        [(name, value) for name, value in parameters if name == "patient"],
    ]
    yield from dict.fromkeys(urlunsplit(parts._replace(query=urlencode(form, safe="/:,"))) for form in forms if form)
