"""`compose.yaml` and the image: what they promise to whoever runs them. Without a container engine, so read rather than run."""

from __future__ import annotations

import ipaddress
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from annotated_types import Le
from granian.http import HTTP1Settings

from service.server import STOP_GRACE
from service.settings import Settings, variable
from tests.outside.programs import needs, path_of

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
REPLICAS = {name: service for name, service in SERVICES.items() if name.startswith("replica-")}
NGINX = (ROOT / "deploy" / "nginx" / "nginx.conf").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = {variable(name): field for name, field in Settings.model_fields.items()}


def seconds(text: str) -> int:
    """Of a duration such as `30s`."""
    found = re.fullmatch(r"(\d+)s", text)
    assert found, text
    return int(found[1])


def nginx_value(name: str) -> str:
    """The one value of a directive in nginx.conf."""
    (found,) = re.findall(rf"^\s*{name} ([^;]+);", NGINX, re.MULTILINE)
    return str(found)


def test_two_replicas_behind_nginx_on_postgresql():
    """These four containers; the replicas differ in their address alone."""
    assert set(SERVICES) == {"replica-1", "replica-2", "nginx", "postgresql"}
    one, other = ({key: value for key, value in replica.items() if key != "networks"} for replica in REPLICAS.values())
    assert one == other


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_may_more_than_it_must(name: str):
    """Nothing written but to memory and named volumes, no capability, nothing gained, bounded memory, started again, bounded logs."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & service.keys()
    assert service["mem_limit"]
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"]["max-size"]
    assert all({"noexec", "nosuid", "nodev"} <= set(mount.partition(":")[2].split(",")) for mount in service["tmpfs"])
    assert all(volume.endswith(":ro") for volume in service.get("volumes", []) if volume.startswith("."))
    assert not [volume for volume in service.get("volumes", []) if "docker.sock" in volume]
    assert not service["image"].endswith(":latest")


def test_no_secret_and_no_default_password_stands_in_it():
    """Passwords, salt and keys are files; each file of the replicas is named after a setting, and every secret is used."""
    for service in SERVICES.values():
        secretive = [name for name in service.get("environment", {}) if re.search("PASSWORD|SALT|DATABASE_URL|KEY", name)]
        assert all(name.endswith("_FILE") for name in secretive)
    assert all(set(secret) == {"file"} and secret["file"].startswith("deploy/secrets/") for secret in COMPOSE["secrets"].values())
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    for replica in REPLICAS.values():
        assert all(not SETTINGS[name].repr for name in replica["secrets"])
        assert replica["environment"]["HER2CDS_SECRETS"] == "/run/secrets"
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"deploy/secrets/", "site.env"} <= set(ignored)


def test_its_settings_exist():
    """Each variable is a setting of this release; whether clients are authenticated is left to the site, which has to say it."""
    for replica in REPLICAS.values():
        assert replica["environment"].keys() <= SETTINGS.keys()
        assert not {"HER2CDS_AUTH", "HER2CDS_OPEN"} & replica["environment"].keys()


def test_nginx_alone_is_reached_from_outside():
    """One published port, on loopback until the site says otherwise; PostgreSQL's network has no way out."""
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert SERVICES["nginx"]["ports"] == ["${CDS_PUBLISH:-127.0.0.1:8443}:8443"]
    assert COMPOSE["networks"]["store"]["internal"] is True
    assert set(SERVICES["postgresql"]["networks"]) == {"store"}
    assert set(SERVICES["nginx"]["networks"]) == {"front"}


def test_addresses_agree():
    """Nginx finds the replicas, and they believe nobody else's forwarded addresses."""
    (network,) = (ipaddress.ip_network(part["subnet"]) for part in COMPOSE["networks"]["front"]["ipam"]["config"])
    told = re.findall(r"^server ([0-9.]+):8000 ", (ROOT / "deploy" / "nginx" / "replicas.conf").read_text(), re.MULTILINE)
    assert told == [replica["networks"]["front"]["ipv4_address"] for replica in REPLICAS.values()]
    proxy = SERVICES["nginx"]["networks"]["front"]["ipv4_address"]
    assert all(ipaddress.ip_address(address) in network for address in [*told, proxy])
    assert {replica["environment"]["HER2CDS_TRUSTED_PROXIES"] for replica in REPLICAS.values()} == {f"{proxy}/32"}


def test_everybody_waits_until_the_next_one_is_healthy():
    """Each container has a check of its health, the replicas that of the image, and starts after those that it needs."""
    for name, service in SERVICES.items():
        assert "healthcheck" in service or (name in REPLICAS and "\nHEALTHCHECK " in DOCKERFILE)
    assert SERVICES["nginx"]["depends_on"] == {name: {"condition": "service_healthy"} for name in REPLICAS}
    for replica in REPLICAS.values():
        assert replica["depends_on"] == {"postgresql": {"condition": "service_healthy"}}
        assert seconds(replica["stop_grace_period"]) > STOP_GRACE


def test_nginx_and_the_service_have_the_same_limits():
    """As large bodies as the service takes, and as patient as its longest call."""
    assert nginx_value("client_max_body_size") == f"{Settings.model_fields['max_body_mb'].default}m"
    (longest,) = (bound.le for bound in Settings.model_fields["deadline_ms"].metadata if isinstance(bound, Le))
    assert isinstance(longest, int)
    assert seconds(nginx_value("proxy_read_timeout")) > longest / 1000


def test_nginx_lets_go_of_a_connection_before_the_service_does():
    """A kept connection that the service closes at the moment of the next call costs that call."""
    (upstream,) = re.findall(r"upstream her2cds \{(.*?)\n    \}", NGINX, re.DOTALL)
    (idle,) = re.findall(r"^\s*keepalive_timeout (\w+);", upstream, re.MULTILINE)
    assert seconds(idle) * 1000 < HTTP1Settings().header_read_timeout


def test_its_image_is_this_release():
    """The replicas run the version that they come with."""
    assert {replica["image"] for replica in REPLICAS.values()} == {f"her2-cds:{PROJECT['project']['version']}"}


def test_the_image_runs_as_nobody_special_and_without_tools():
    """The last stage installs nothing, has no package manager of Python, an unprivileged user by number, and a check of its health."""
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE) == ["10001"]
    assert not re.search(r"apt-get|pip install|build-essential|gcc", last)
    assert "pip uninstall" in last
    assert "\nHEALTHCHECK " in last
    assert not re.search(r"\bADD\b|:latest|curl .*\| *sh", DOCKERFILE)
    assert "PIP_ONLY_BINARY=:all:" in DOCKERFILE


def test_a_volume_for_the_store_is_the_users():
    """The folder at which a volume is to be mounted is in the image and its user's own: a volume takes over the owner."""
    page = (ROOT / "docs" / "operations.md").read_text()
    (folder,) = set(re.findall(r"--volume her2-cds:(\S+?)`", page))
    last = DOCKERFILE.rpartition("FROM ${BASE}")[2]
    assert f"install --directory --owner=10001 --group=10001 --mode=700 {folder}\n" in last
    (working,) = re.findall(r"^WORKDIR (.+)$", last, re.MULTILINE)
    assert folder == f"{working}/{Settings(_env_file=None, data=Settings.model_fields['data'].default).data}"
    assert "chown 10001:10001" in page


def test_what_is_kept_is_ignored():
    """Nothing that a service keeps beside the sources gets into git: the store, and the key that is made where none is set."""
    assert "/data/" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_image_holds_what_ships():
    """All packages of the wheel are copied, and let through to the build."""
    let_through = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert f"COPY {package} {package}\n" in DOCKERFILE
        assert package in let_through


@needs("deploy")
def test_hadolint_finds_nothing_to_complain_of():
    """The Dockerfile follows the rules of its trade, without one being switched off."""
    told = subprocess.run([path_of("deploy"), ROOT / "Dockerfile"], capture_output=True, text=True, check=False, timeout=120)  # noqa: S603
    assert (told.returncode, told.stdout) == (0, "")
    assert "hadolint ignore" not in DOCKERFILE
