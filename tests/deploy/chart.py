"""The Helm chart, rendered by Helm's own engine and checked against the schemas of Kubernetes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "her2-cds"

Manifest = dict[str, Any]


def render(**values: Any) -> tuple[dict[str, Manifest], str]:
    """The manifests of a release by their kinds, and its notes. Each manifest is valid for the newest Kubernetes, no field unknown."""
    # Large, and not installed everywhere.
    import helm_python  # noqa: PLC0415
    import kubernetes_validate  # noqa: PLC0415

    with helm_python.Chart.load(CHART) as chart:
        rendered = chart.render(values, name="test", namespace="oncology")
    notes = rendered.pop("her2-cds/templates/NOTES.txt")
    found = [manifest for text in rendered.values() for manifest in yaml.safe_load_all(text) if manifest]
    for manifest in found:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
    kinds = {manifest["kind"]: manifest for manifest in found}
    assert len(kinds) == len(found)
    return kinds, notes


def default_values() -> dict[str, Any]:
    """What stands in `values.yaml`."""
    values: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    return values


def container(kinds: dict[str, Manifest]) -> Manifest:
    """The one container of the deployment."""
    (one,) = kinds["Deployment"]["spec"]["template"]["spec"]["containers"]
    found: Manifest = one
    return found
