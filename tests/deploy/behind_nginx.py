"""Replicas of the service behind a real nginx that reads the project's own `deploy/nginx/nginx.conf`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests
import trustme
from requests.adapters import HTTPAdapter

from tests.outside.ports import free_port
from tests.outside.programs import path_of
from tests.service.test_server import Running, start, wait_until_ready
from tests.stopwatch import wait_for

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx"


class Nginx:
    """nginx before some ports of this machine, with TLS, started and ended by `with`."""

    def __init__(self, folder: Path, ports: Iterable[int]) -> None:
        self._folder = folder
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.authority = folder / "authority.pem"
        for file in ("nginx.conf", "outcome.conf"):
            shutil.copy(CONFIGURATION / file, folder)
        replicas = (f"server 127.0.0.1:{port} max_fails=3 fail_timeout=2s;" for port in ports)
        (folder / "replicas.conf").write_text("\n".join(replicas))
        self._listen()
        # Its workers would be another user's, who cannot read below the folders of tests.
        self._command = [str(path_of("nginx")), "-p", f"{folder}/", "-c", str(folder / "nginx.conf"), "-g", "daemon off; user root;"]

    def _listen(self) -> None:
        """As in `listen.conf`, at another port and with a certificate made for the test."""
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.authority))
        certificate = authority.issue_cert("127.0.0.1")
        certificate.private_key_pem.write_to_path(str(self._folder / "tls_key"))
        for number, pem in enumerate(certificate.cert_chain_pems):
            pem.write_to_path(str(self._folder / "tls_certificate"), append=number > 0)
        told = (CONFIGURATION / "listen.conf").read_text()
        (self._folder / "listen.conf").write_text(told.replace("8443", f"127.0.0.1:{self.port}").replace("/run/secrets", str(self._folder)))

    def __enter__(self) -> Self:
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)  # noqa: S603 - our own arguments
        wait_for(self._answers, "nginx did not start")
        return self

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.log
        try:
            requests.get(f"{self.url}/metrics", verify=str(self.authority), timeout=120)
        except requests.ConnectionError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(120)

    @property
    def log(self) -> str:
        """What it has written."""
        return (self._folder / "log").read_text()

    def session(self, address: str = "127.0.0.1") -> requests.Session:
        """A client that trusts its certificate and calls from one of this machine's loopback addresses."""
        client = session_from(address)
        client.verify = str(self.authority)
        return client


@dataclass(frozen=True, slots=True)
class Stack:
    """nginx and the replicas behind it."""

    nginx: Nginx
    replicas: list[Running]
    settings: dict[str, str]

    def replace(self, number: int) -> None:
        """Start a replica again that has ended, where it was."""
        ended = self.replicas[number]
        again = start(ended.folder, int(ended.url.rpartition(":")[2]), **self.settings)
        wait_until_ready(again)
        self.replicas[number] = again


def start_replicas(folder: Path, count: int, **settings: str) -> list[Running]:
    """Some services with the same settings, each in its own folder, ready to be called."""
    replicas: list[Running] = []
    try:
        for number in range(count):
            (folder / f"replica-{number}").mkdir()
            replicas.append(start(folder / f"replica-{number}", free_port(), **settings))
        for replica in replicas:
            wait_until_ready(replica)
    except BaseException:
        stop_all(replicas)
        raise
    return replicas


def stop_all(replicas: Sequence[Running]) -> None:
    """End services that still run, and wait for it."""
    for replica in replicas:
        if replica.process.poll() is None:
            replica.process.terminate()
    for replica in replicas:
        replica.process.wait(120)


class _From(HTTPAdapter):
    """Connections from one address."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, source_address=(self._address, 0))


def session_from(address: str) -> requests.Session:
    """A client that calls from one of this machine's loopback addresses."""
    client = requests.Session()
    client.trust_env = False
    for scheme in ("http://", "https://"):
        client.mount(scheme, _From(address))
    return client
