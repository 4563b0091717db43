"""What stands in deploy/, read as the tools read it that run it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
GENERATED_KINDS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}

Manifest = dict[str, Any]


def compose() -> Manifest:
    """Return compose.yaml, its merges carried out."""
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text()))


def kustomization() -> Manifest:
    return dict(yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text()))


def manifests() -> dict[str, Manifest]:
    """Return every resource that the kustomization names, by its kind; there is one of each."""
    found = [yaml.safe_load((KUBERNETES / name).read_text()) for name in kustomization()["resources"]]
    by_kind = {manifest["kind"]: manifest for manifest in found}
    assert len(by_kind) == len(found), "one of each kind"
    return by_kind


def pods() -> dict[str, Manifest]:
    """Return the specification of the pods that each workload makes."""
    kinds = manifests()
    templates = {
        "Deployment": kinds["Deployment"]["spec"]["template"],
        "Job": kinds["Job"]["spec"]["template"],
        "CronJob": kinds["CronJob"]["spec"]["jobTemplate"]["spec"]["template"],
    }
    return {kind: template["spec"] for kind, template in templates.items()}


def settings_of_pods() -> dict[str, str]:
    """Return the variables that the generated ConfigMap holds."""
    (generator,) = kustomization()["configMapGenerator"]
    return dict(literal.split("=", 1) for literal in generator["literals"])


def every(value: Any) -> Iterator[Any]:
    """Yield *value* and all that is in it."""
    yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        yield from every(item)
