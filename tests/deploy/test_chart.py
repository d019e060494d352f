"""The Helm chart: what it makes is valid, hardened, and follows every value."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from service.app import create_app
from service.server import STOP_GRACE
from service.settings import Settings
from tests.deploy.chart import CHART, ROOT, Manifest, container, default_values, render
from tests.outside.programs import needs
from tests.service.checked_client import site

pytestmark = needs("deploy")

Kinds = dict[str, Manifest]


def pod(kinds: Kinds) -> Manifest:
    found: Manifest = kinds["Deployment"]["spec"]["template"]["spec"]
    return found


def test_helm_finds_nothing_to_complain_of():
    """Helm's own check passes, strictly; an icon is all that it misses."""
    import helm_python  # noqa: PLC0415

    told = helm_python.lint(CHART, strict=True)
    assert (told["errors"], [message["error"] for message in told["messages"]]) == ([], ["icon is recommended"])


def test_what_it_makes_as_it_comes():
    """All that a deployment needs, two replicas at the least, and nothing that is reached from outside."""
    kinds, _ = render()
    assert set(kinds) == {
        "Deployment",
        "HorizontalPodAutoscaler",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Service",
        "ServiceAccount",
    }
    assert kinds["HorizontalPodAutoscaler"]["spec"]["minReplicas"] == 2
    assert kinds["Service"]["spec"]["type"] == "ClusterIP"
    assert all(manifest["metadata"]["namespace"] == "oncology" for manifest in kinds.values())


def test_the_pod_has_no_more_rights_than_it_needs():
    """Not root, nothing gained, nothing written but to memory, no token of Kubernetes, no variables of neighbours."""
    kinds, _ = render()
    spec, one = pod(kinds), container(kinds)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert one["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is kinds["ServiceAccount"]["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    writable = {mount["name"] for mount in one["volumeMounts"] if not mount.get("readOnly")}
    assert [volume["emptyDir"]["medium"] for volume in spec["volumes"] if volume["name"] in writable] == ["Memory"]
    assert {"cpu", "memory"} <= one["resources"]["requests"].keys() & one["resources"]["limits"].keys()


def test_secrets_are_files_and_never_variables():
    """The secret is mounted for the service's group alone, where the service looks for it; no variable takes a value from it."""
    kinds, _ = render(existingSecret="of-the-site")
    volume = next(volume for volume in pod(kinds)["volumes"] if "secret" in volume)
    assert volume["secret"] == {"secretName": "of-the-site", "defaultMode": 0o440}
    mount = next(mount for mount in container(kinds)["volumeMounts"] if mount["name"] == volume["name"])
    environment = {variable["name"]: variable["value"] for variable in container(kinds)["env"]}
    assert environment["HER2CDS_SECRETS"] == mount["mountPath"]
    assert "envFrom" not in container(kinds)


def test_probes_ask_what_is_served_and_a_stop_waits_for_calls_under_way():
    """Health is asked at addresses that exist, life never at the one that asks the store; a stop takes no call's answer."""
    one = container(render()[0])
    served = {rule.rule for rule in create_app(site()).url_map.iter_rules()}
    asked = {name: one[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert set(asked.values()) <= served
    assert asked["livenessProbe"] == asked["startupProbe"] == "/healthz"
    pause = int(one["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert pod(render()[0])["terminationGracePeriodSeconds"] > pause + STOP_GRACE


def test_settings_are_settings_of_this_release():
    """Every setting that the chart names exists, and each that is a secret is refused among the plain ones."""
    known = {name.upper(): field for name, field in Settings.model_fields.items()}
    assert default_values()["settings"].keys() <= known.keys()
    assert default_values()["settings"]["AUTH"] == "required"
    refused = json.loads((CHART / "values.schema.json").read_text())["properties"]["settings"]["propertyNames"]["not"]["enum"]
    secrets = {name for name, field in known.items() if not field.repr}
    assert set(refused) == secrets | {"SECRETS", "HOST", "PORT"}


def test_versions_agree():
    """The chart installs the release that it comes with."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert (chart["version"], chart["appVersion"]) == (version, version)
    assert container(render()[0])["image"] == f"her2-cds:{version}"


DIGEST = "sha256:" + 64 * "a"

#: For every value of values.yaml another one, and what is then to be seen.
OPTIONS: dict[str, tuple[Any, Callable[[Kinds], Any], Any]] = {
    "image.repository": (
        "registry.example.org/her2-cds",
        lambda kinds: container(kinds)["image"].partition(":")[0],
        "registry.example.org/her2-cds",
    ),
    "image.tag": ("9.9.9", lambda kinds: container(kinds)["image"], "her2-cds:9.9.9"),
    "image.digest": (DIGEST, lambda kinds: container(kinds)["image"], f"her2-cds@{DIGEST}"),
    "image.pullPolicy": ("Always", lambda kinds: container(kinds)["imagePullPolicy"], "Always"),
    "image.pullSecrets": ([{"name": "pull"}], lambda kinds: pod(kinds)["imagePullSecrets"], [{"name": "pull"}]),
    "settings.AUTH": ("warn", lambda kinds: {"name": "HER2CDS_AUTH", "value": "warn"} in container(kinds)["env"], True),
    "settings.WORKERS": ("4", lambda kinds: {"name": "HER2CDS_WORKERS", "value": "4"} in container(kinds)["env"], True),
    "existingSecret": ("own", lambda kinds: pod(kinds)["volumes"][1]["secret"]["secretName"], "own"),
    "files": ({"site.yaml": "rules_off: []\n"}, lambda kinds: kinds["ConfigMap"]["data"], {"site.yaml": "rules_off: []\n"}),
    "replicas": (3, lambda kinds: kinds["Deployment"]["spec"].get("replicas"), None),  # the autoscaler decides
    "autoscaling.enabled": (False, lambda kinds: ("HorizontalPodAutoscaler" in kinds, kinds["Deployment"]["spec"]["replicas"]), (False, 2)),
    "autoscaling.minReplicas": (3, lambda kinds: kinds["HorizontalPodAutoscaler"]["spec"]["minReplicas"], 3),
    "autoscaling.maxReplicas": (9, lambda kinds: kinds["HorizontalPodAutoscaler"]["spec"]["maxReplicas"], 9),
    "autoscaling.targetCPUPercent": (
        50,
        lambda kinds: kinds["HorizontalPodAutoscaler"]["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"],
        50,
    ),
    "disruptionBudget.enabled": (False, lambda kinds: "PodDisruptionBudget" in kinds, False),
    "disruptionBudget.maxUnavailable": ("25%", lambda kinds: kinds["PodDisruptionBudget"]["spec"]["maxUnavailable"], "25%"),
    "resources": (
        {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": None, "memory": "2Gi"}},  # null takes a default away
        lambda kinds: container(kinds)["resources"]["limits"],
        {"memory": "2Gi"},
    ),
    "service.port": (8080, lambda kinds: kinds["Service"]["spec"]["ports"][0]["port"], 8080),
    "service.annotations": ({"a": "b"}, lambda kinds: kinds["Service"]["metadata"]["annotations"], {"a": "b"}),
    "ingress.enabled": (True, lambda kinds: kinds["Ingress"]["spec"]["tls"][0]["hosts"], ["cds.example.org"]),
    "ingress.className": ("nginx", lambda kinds: kinds["Ingress"]["spec"]["ingressClassName"], "nginx"),
    "ingress.host": ("her2.example.org", lambda kinds: kinds["Ingress"]["spec"]["rules"][0]["host"], "her2.example.org"),
    "ingress.path": ("/her2", lambda kinds: kinds["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["path"], "/her2"),
    "ingress.annotations": ({"a": "b"}, lambda kinds: kinds["Ingress"]["metadata"]["annotations"], {"a": "b"}),
    "ingress.tlsSecret": ("own-tls", lambda kinds: kinds["Ingress"]["spec"]["tls"][0]["secretName"], "own-tls"),
    "networkPolicy.enabled": (False, lambda kinds: "NetworkPolicy" in kinds, False),
    "networkPolicy.from": (
        [{"ipBlock": {"cidr": "10.1.0.0/16"}}],
        lambda kinds: kinds["NetworkPolicy"]["spec"]["ingress"][0]["from"],
        [{"ipBlock": {"cidr": "10.1.0.0/16"}}],
    ),
    "networkPolicy.egress": ([], lambda kinds: kinds["NetworkPolicy"]["spec"]["egress"], []),
    "serviceAccount.create": (False, lambda kinds: ("ServiceAccount" in kinds, pod(kinds)["serviceAccountName"]), (False, "default")),
    "serviceAccount.name": ("own", lambda kinds: {kinds["ServiceAccount"]["metadata"]["name"], pod(kinds)["serviceAccountName"]}, {"own"}),
    "serviceAccount.annotations": ({"a": "b"}, lambda kinds: kinds["ServiceAccount"]["metadata"]["annotations"], {"a": "b"}),
    "podAnnotations": ({"a": "b"}, lambda kinds: kinds["Deployment"]["spec"]["template"]["metadata"]["annotations"]["a"], "b"),
    "podLabels": ({"a": "b"}, lambda kinds: kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]["a"], "b"),
    "nodeSelector": ({"a": "b"}, lambda kinds: pod(kinds)["nodeSelector"], {"a": "b"}),
    "tolerations": ([{"key": "a", "operator": "Exists"}], lambda kinds: pod(kinds)["tolerations"], [{"key": "a", "operator": "Exists"}]),
    "affinity": ({"podAntiAffinity": {}}, lambda kinds: pod(kinds)["affinity"], {"podAntiAffinity": {}}),
}


def with_value(path: str, value: Any) -> dict[str, Any]:
    """Values that change one; an ingress is only to be seen where it is made."""
    outer, _, inner = path.partition(".")
    values: dict[str, Any] = {outer: {inner: value}} if inner else {outer: value}
    return {"ingress": {"enabled": True} | values.get("ingress", {})} | {key: told for key, told in values.items() if key != "ingress"}


@pytest.mark.parametrize(("path", "told"), OPTIONS.items(), ids=OPTIONS)
def test_each_value_does_what_it_says(path: str, told: tuple[Any, Callable[[Kinds], Any], Any]):
    """Another value gives valid manifests, in which it is to be seen."""
    value, look, expected = told
    assert look(render(**with_value(path, value))[0]) == expected


def test_every_value_is_tried():
    """No value of values.yaml is without its test above, and without its place in the schema."""
    groups = {"image", "settings", "autoscaling", "disruptionBudget", "service", "ingress", "networkPolicy", "serviceAccount"}
    values = default_values()
    leaves = {
        f"{outer}.{inner}" if outer in groups else outer for outer, told in values.items() for inner in (told if outer in groups else [""])
    }
    assert leaves == OPTIONS.keys()
    assert values.keys() == json.loads((CHART / "values.schema.json").read_text())["properties"].keys() - {"global"}


@pytest.mark.parametrize(
    "values",
    [
        {"unknown": 1},
        {"image": {"repository": "her2-cds", "tag": "latest"}},
        {"image": {"digest": "abc"}},
        {"settings": {"DATABASE_URL": "postgresql://her2cds:secret@db/her2cds"}},
        {"settings": {"SALT": "a salt of some length"}},
        {"settings": {"WORKERS": 2}},
        {"settings": {"HER2CDS_auth": "off"}},
        {"existingSecret": ""},
        {"ingress": {"enabled": True, "tlsSecret": ""}},
        {"networkPolicy": {"from": []}},
        {"replicas": 0},
    ],
    ids=json.dumps,
)
def test_faulty_values_are_refused(values: dict[str, Any]):
    """A misspelt name, a secret in plain values, an image that moves, TLS left out, a policy that lets everybody in: not installed."""
    import helm_python  # noqa: PLC0415

    with pytest.raises(helm_python.HelmError, match="values don't meet the specifications of the schema"):
        render(**copy.deepcopy(values))


def test_new_files_make_new_pods():
    """A site file that changes reaches the service: its checksum stands on the pods."""

    def checksum(files: dict[str, str]) -> str:
        told: str = render(files=files)[0]["Deployment"]["spec"]["template"]["metadata"]["annotations"]["checksum/files"]
        return told

    assert checksum({"site.yaml": "a"}) == checksum({"site.yaml": "a"}) != checksum({"site.yaml": "b"})


def test_the_notes_say_what_is_missing():
    """Whoever installs it reads what keeps it from starting, and nothing of that once it is there."""
    _, notes = render()
    assert "STILL MISSING: settings.JWT_ISSUERS" in notes
    assert "STILL MISSING: settings.PUBLIC_URL" in notes
    told = {"PUBLIC_URL": "https://cds.example.org", "JWT_ISSUERS": "https://ehr.example.org https://ehr.example.org/jwks.json"}
    _, notes = render(settings=told | {"TRUSTED_PROXIES": "10.0.0.0/8"})
    assert "MISSING" not in notes
    assert "TRUSTED_PROXIES" not in notes
    assert "CAUTION" in render(settings={"AUTH": "off"})[1]
