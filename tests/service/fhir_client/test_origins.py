"""Which servers, links and addresses the FHIR client may use."""

from __future__ import annotations

import pytest

from service.fhir_client.origins import LONGEST_URL, AllowedHosts, Origin, address_of, origin_of, read_allowed_hosts, same_origin_link
from tests.service.fhir_client.loopback_only import only_loopback  # noqa: F401 - a fixture

PAGE = "https://fhir.example.org/r4/Observation?patient=1"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://fhir.example.org/r4", Origin("https", "fhir.example.org", 443)),
        ("HTTPS://FHIR.example.ORG:443/r4", Origin("https", "fhir.example.org", 443)),
        ("http://127.0.0.1:8080/fhir", Origin("http", "127.0.0.1", 8080)),
        ("http://[::1]:8080/fhir", Origin("http", "::1", 8080)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: Origin):
    """Upper case and a default port make no other origin."""
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "fhir.example.org",
        "//fhir.example.org/r4",
        "ftp://fhir.example.org",
        "file:///etc/passwd",
        "https://user@fhir.example.org/",
        "https://fhir.example.org@evil.example/",
        "https://fhir.example.org\\@evil.example/",
        "https://fhir.example.org\t.evil.example/",
        "https://fhir.example.org./",
        "https://fhir..example.org/",
        "https://fhir.example.org:99999/",
        "https://fhir.example.org:port/",
        "https://f%68ir.example.org/",
        "https://fhír.example.org/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
    ],
)
def test_what_parsers_could_read_in_two_ways_is_no_origin(url: str):
    """Users, odd characters, trailing dots and numbers that some resolvers take for addresses are refused, not interpreted."""
    assert origin_of(url) is None


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://fhir.example.org/r4?_getpages=2", "https://fhir.example.org/r4?_getpages=2"),
        ("https://fhir.example.org:443/r4?page=2", "https://fhir.example.org:443/r4?page=2"),
        ("?patient=1&_offset=20", "https://fhir.example.org/r4/Observation?patient=1&_offset=20"),
        ("Observation?page=2", "https://fhir.example.org/r4/Observation?page=2"),
        ("/next/2", "https://fhir.example.org/next/2"),
        ("http://fhir.example.org/r4?page=2", None),
        ("https://fhir.example.org:8443/r4?page=2", None),
        ("https://evil.example/r4?page=2", None),
        ("//evil.example/r4", None),
        ("https://fhir.example.org@evil.example/", None),
        ("https:\\\\evil.example/", None),
        ("javascript:alert(1)", None),
        ("http://[", None),
    ],
)
def test_a_link_is_followed_within_its_origin_only(link: str, target: str | None):
    """Relative and absolute links of the same scheme, host and port are followed as given, all others not at all."""
    assert same_origin_link(PAGE, link) == target


def test_an_endless_address_is_none():
    """What no server would take is not looked at for long, nor sent fourteen times."""
    assert origin_of("https://fhir.example.org/" + "a" * LONGEST_URL) is None
    assert origin_of("https://" + "a." * LONGEST_URL) is None
    assert same_origin_link("https://fhir.example.org/", "/" + "a" * LONGEST_URL) is None


def test_only_listed_origins_are_permitted():
    """Exactly the origins of the list: another port, host or scheme is another server. An empty list permits nothing."""
    allowed = read_allowed_hosts("https://fhir.example.org, http://127.0.0.1:8080", "")
    assert [
        allowed.permits(origin_of(url))
        for url in (
            "https://fhir.example.org/r4",
            "http://127.0.0.1:8080/fhir",
            "https://fhir.example.org:8443/r4",
            "http://fhir.example.org/r4",
            "https://sub.fhir.example.org/r4",
            "http://127.0.0.1/fhir",
            "http://localhost:8080/fhir",
            "nonsense",
        )
    ] == [True, True, False, False, False, False, False, False]
    assert not AllowedHosts().permits(origin_of("https://fhir.example.org"))


@pytest.mark.parametrize(
    ("host", "address", "permitted"),
    [
        ("fhir.example.org", "93.184.216.34", True),
        ("fhir.example.org", "2606:2800:220:1::1", True),
        ("fhir.example.org", "10.20.1.1", True),  # in the listed network
        ("fhir.example.org", "10.21.1.1", False),
        ("fhir.example.org", "192.168.1.1", False),
        ("fhir.example.org", "100.64.0.1", False),
        ("fhir.example.org", "fd00::1", False),
        ("fhir.example.org", "127.0.0.1", False),
        ("fhir.example.org", "::1", False),
        ("fhir.example.org", "0.0.0.0", False),  # noqa: S104 - an address that must not be called
        ("fhir.example.org", "169.254.169.254", False),
        ("fhir.example.org", "::ffff:169.254.169.254", False),
        ("fhir.example.org", "::ffff:10.21.0.1", False),
        ("fhir.example.org", "2002:a9fe:a9fe::1", False),
        ("fhir.example.org", "64:ff9b::a9fe:a9fe", False),
        ("fhir.example.org", "fe80::1", False),
        ("fhir.example.org", "fe80::1%eth0", False),
        ("fhir.example.org", "224.0.0.1", False),
        ("192.168.1.1", "192.168.1.1", True),  # listed as itself
        ("192.168.1.2", "192.168.1.1", False),
        ("169.254.169.254", "169.254.169.254", False),  # not even when it is listed
        ("localhost", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
    ],
)
def test_a_name_may_not_lead_into_the_local_network(host: str, address: str, permitted: bool):
    """Whatever a listed name resolves to: loopback only for a loopback host, private only if listed, link-local never."""
    assert read_allowed_hosts("https://fhir.example.org", "10.20.0.0/16").permits_address(host, address) is permitted


@pytest.mark.parametrize(
    "origins",
    [
        "fhir.example.org",
        "https://fhir.example.org/r4",
        "http://fhir.example.org",
        "https://fhir.example.org?x",
        "*",
        "https://u@h.example",
    ],
)
def test_a_faulty_entry_is_named_at_start(origins: str):
    """A list that would silently permit nothing, or too much, is refused."""
    with pytest.raises(ValueError, match="should"):
        read_allowed_hosts(origins, "")


def test_networks_are_checked_at_start():
    """A misspelt network is refused."""
    with pytest.raises(ValueError, match="should be networks"):
        read_allowed_hosts("", "10.20.0.1/16")


def test_ipv4_inside_ipv6_counts_as_what_it_carries():
    """Mapped and 6to4 addresses lead where their IPv4 address leads."""
    assert str(address_of("::ffff:10.0.0.1")) == "10.0.0.1"
    assert str(address_of("2002:0a00:0001::")) == "10.0.0.1"
    assert address_of("fhir.example.org") is None
