"""Who calls: known by the request, or set by the site."""

from __future__ import annotations

from typing import Any

import pytest

from cards.context import AS_SPECIFIED, ClientTraits
from service.cds_hooks.client_traits import TRAITS, traits_of
from service.errors import SettingsError
from service.settings import Settings, load_settings
from tests.service.checked_client import site
from tests.service.vendors.as_sent import VENDORS, sample

EPIC = {"extension": {"com.epic.cdshooks.request.epic-version": "11.2"}}

EXTENSIONS: dict[str, tuple[dict[str, Any], str]] = {
    "Epic": (EPIC, "epic"),
    "Epic's internal member": ({"extension": {"internal.epic.cdshooks.request.bpa-trigger-action": "60"}}, "epic"),
    "another vendor": ({"extension": {"com.example.request": {"epic": True}}}, "generic"),
    "none": ({}, "generic"),
    "null": ({"extension": None}, "generic"),
    "a list": ({"extension": ["com.epic.cdshooks."]}, "generic"),
    "a string": ({"extension": "com.epic.cdshooks."}, "generic"),
}


@pytest.mark.parametrize(("envelope", "name"), EXTENSIONS.values(), ids=EXTENSIONS)
def test_a_client_is_known_by_its_request(envelope: dict[str, Any], name: str) -> None:
    """Only Epic names itself; an extension of any other kind or shape says nothing."""
    assert traits_of(envelope, site()) == TRAITS[name]


@pytest.mark.parametrize("vendor", VENDORS)
def test_requests_as_they_are_sent(vendor: str) -> None:
    """Of the requests that these tests send, Epic's is known by itself, and none is taken for Epic's."""
    as_sent, _, hooks = VENDORS[vendor]
    body = as_sent(sample("second-line" if "patient-view" in hooks else "order-tdm1"))
    assert traits_of(body, site()) == TRAITS["epic" if vendor == "Epic" else "generic"]


@pytest.mark.parametrize("name", TRAITS)
def test_the_setting_wins(name: str) -> None:
    """A site that names its EHR is believed, whatever the request says."""
    for envelope in (EPIC, {}):
        assert traits_of(envelope, site(client=name)) == TRAITS[name]


@pytest.mark.parametrize("name", TRAITS)
@pytest.mark.parametrize("detail", ["markdown", "plain"])
def test_the_form_of_the_detail_is_chosen_by_itself(name: str, detail: str) -> None:
    """`HER2CDS_DETAIL` decides the form of the detail and nothing else."""
    traits = traits_of({}, site(client=name, detail=detail))
    assert traits.plain_text == (detail == "plain")
    assert {trait: getattr(traits, trait) for trait in ClientTraits.__slots__ if trait != "plain_text"} == {
        trait: getattr(TRAITS[name], trait) for trait in ClientTraits.__slots__ if trait != "plain_text"
    }


def test_every_name_of_the_setting_has_traits() -> None:
    """What the setting accepts, besides `auto`, is known; the generic client is the specification's."""
    assert set(Settings.model_fields["client"].annotation.__args__) == {"auto", *TRAITS}  # type: ignore[union-attr]
    assert TRAITS["generic"] == AS_SPECIFIED


@pytest.mark.parametrize(("name", "value"), [("HER2CDS_CLIENT", "cerner"), ("HER2CDS_DETAIL", "html")])
def test_a_faulty_name_is_a_fault(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A client or a form that nobody knows is named at the start."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()
