"""Which findings share a card, and in which order the cards stand (decision 31).

A clinician reads four cards at most. Beyond that, information joins the treatment card, and warnings join one another from the least
urgent up, so that the most urgent keep a card of their own. Nothing that was found is dropped on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from cards.topics import TOPICS
from guideline.advice import INDICATOR_RANK, Advice, Finding, Indicator, Treatment

MOST_CARDS = 4

_T = TypeVar("_T")


class CardContent(Struct, frozen=True):
    """What one card says: the finding it is about, and those that joined it because there were too many cards."""

    main: Finding
    joined: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings of the card, the main one first."""
        return (self.main, *self.joined)

    @property
    def indicator(self) -> Indicator:
        """The highest indicator of its findings: joining makes nothing less urgent."""
        if not self.joined:
            return self.main.indicator
        return max((finding.indicator for finding in self.findings), key=INDICATOR_RANK.__getitem__)


def share_cards(advice: Advice, shown: Callable[[list[Finding]], list[Finding]] = list) -> list[CardContent]:
    """The contents of at most four cards, the most urgent first, the treatment first among equals.

    `shown` may take out findings that are not to be said, before they share cards.
    """
    findings = shown(_without_repeats(advice))
    findings.sort(key=_place)
    if len(findings) <= MOST_CARDS:
        return [CardContent(finding) for finding in findings]
    treatment = [finding for finding in findings if isinstance(finding, Treatment)]
    others = [finding for finding in findings if not isinstance(finding, Treatment)]
    urgent = [finding for finding in others if finding.indicator != "info"]
    unhurried = treatment + [finding for finding in others if finding.indicator == "info"]
    contents = [CardContent(unhurried[0], tuple(unhurried[1:]))] if unhurried else []
    own_card = MOST_CARDS - len(contents)
    if len(urgent) > own_card:
        first, *rest = urgent[own_card - 1 :]
        contents.append(CardContent(first, tuple(rest)))
        urgent = urgent[: own_card - 1]
    contents.extend(CardContent(finding) for finding in urgent)
    contents.sort(key=lambda content: (-INDICATOR_RANK[content.indicator], *_place(content.main)[1:]))
    return contents


def _place(finding: Finding) -> tuple[int, bool, int]:
    return -INDICATOR_RANK[finding.indicator], not isinstance(finding, Treatment), TOPICS[finding.topic].rank


def _without_repeats(advice: Advice) -> list[Finding]:
    """The findings, those that say the same (one topic, one headline) as one."""
    different: dict[tuple[str, str], Finding] = {}
    for finding in (advice.treatment, *advice.findings):
        if finding is not None:
            says = finding.topic, finding.headline.text
            earlier = different.get(says)
            different[says] = finding if earlier is None else _united(earlier, finding)
    return list(different.values())


def _united(first: Finding, second: Finding) -> Finding:
    return replace(
        first,
        indicator=max(first.indicator, second.indicator, key=INDICATOR_RANK.__getitem__),
        detail=each_once(chain(first.detail, second.detail)),
        facts=each_once(chain(first.facts, second.facts)),
        missing=each_once(chain(first.missing, second.missing)),
        avoid=each_once(chain(first.avoid, second.avoid)),
        requests=each_once(chain(first.requests, second.requests)),
        rules=each_once(chain(first.rules, second.rules, second.headline.rules)),
        suggestions=each_once(chain(first.suggestions, second.suggestions)),
    )


def each_once(items: Iterable[_T]) -> tuple[_T, ...]:
    """The items without repeats, in the order of their first."""
    return tuple(dict.fromkeys(items))
