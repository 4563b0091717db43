"""Manifests are checked by validators that carry the schemas of those who read them."""

import importlib.resources
import json
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest

from tests.deploy.reading import DEPLOY, compose, manifests


def mistakes_in(manifest: dict[str, Any]) -> str:
    """Return what Kubernetes would refuse, unknown fields included; empty when nothing."""
    try:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error.message)
    return ""


def compose_mistakes_in(project: dict[str, Any]) -> str:
    """Return what the compose specification's schema refuses; empty when nothing."""
    schemas = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((schemas / "compose-spec.json").read_text(encoding="utf-8"))
    try:
        jsonschema.validate(project, schema)
    except jsonschema.ValidationError as error:
        return str(error.message)
    return ""


@pytest.mark.parametrize("kind", manifests())
def test_kubernetes_takes_each_manifest(kind: str) -> None:
    """Every field is one that its kind has, of the right type."""
    assert mistakes_in(manifests()[kind]) == ""


def test_the_validator_of_kubernetes_refuses_mistakes() -> None:
    """A misspelt field and a wrong type are found, at any depth."""
    misspelt, mistyped = deepcopy(manifests()["Deployment"]), deepcopy(manifests()["Deployment"])
    container = misspelt["spec"]["template"]["spec"]["containers"][0]
    container["readynessProbe"] = container.pop("readinessProbe")
    mistyped["spec"]["replicas"] = "three"

    assert "readynessProbe" in mistakes_in(misspelt)
    assert "three" in mistakes_in(mistyped)


def test_compose_takes_the_project() -> None:
    """compose.yaml fits the compose specification."""
    assert compose_mistakes_in(compose()) == ""


def test_the_validator_of_compose_refuses_mistakes() -> None:
    """A misspelt key and a wrong type are found."""
    misspelt, mistyped = deepcopy(compose()), deepcopy(compose())
    misspelt["services"]["bot"]["read_onli"] = True
    mistyped["services"]["bot"]["restart"] = ["always"]

    assert "read_onli" in compose_mistakes_in(misspelt)
    assert compose_mistakes_in(mistyped)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed (Debian: nginx-light)")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    """nginx's own test finds no mistake, with names that it can resolve here."""
    text = (DEPLOY / "nginx.conf").read_text()
    for number in (1, 2):
        text = text.replace(f"replica-{number}:8081", f"127.0.0.1:808{number}")
    (tmp_path / "nginx.conf").write_text(text.replace("/tmp/", f"{tmp_path}/"))

    tested = subprocess.run(
        ["nginx", "-t", "-q", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (tested.returncode, tested.stderr) == (0, "")
