"""What is deployed fits together, and fits the bot."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli_database import db_app
from bot.delivery.http import EVENTS, INTERACTIONS, KEEP_ALIVE
from bot.delivery.signed_requests import BODY_LIMIT
from bot.process import SHUTDOWN_LIMIT
from bot.query_log import CLOSING_PATIENCE
from bot.settings import Settings, load_settings
from tests.deploy.reading import DEPLOY, KUBERNETES, compose, every, kustomization, manifests, pods, settings_of_pods

IMAGE_USER = 10001  # as the Dockerfile makes it
KINDS = manifests()
NGINX = (DEPLOY / "nginx.conf").read_text()


def seconds(text: str) -> float:
    """Return a length of time as nginx and compose write it."""
    number, unit = re.fullmatch(r"(\d+)(ms|s)", text).groups()  # type: ignore[union-attr]
    return float(number) / (1000 if unit == "ms" else 1)


def setting(name: str) -> str:
    """Return the value of an instruction of nginx that stands there once, or as often alike."""
    (value,) = set(re.findall(rf"^\s*{name} ([^;]+);", NGINX, re.MULTILINE))
    return str(value)


def with_files(variables: dict[str, str], folder: Path) -> dict[str, str]:
    """Let variables that name secrets name files that are there."""
    address, token = folder / "address", folder / "token"
    address.write_text("postgresql+asyncpg://natobot:password@postgres/natobot")
    token.write_text("token")
    return variables | {"DATABASE_URL_FILE": str(address), "DISCORD_TOKEN_FILE": str(token)}


def test_every_manifest_is_named_and_there() -> None:
    """No file is forgotten, and none is named that is not there."""
    named = set(kustomization()["resources"]) | {"kustomization.yaml"}

    assert {path.name for path in KUBERNETES.glob("*.yaml")} == named


def test_pods_get_settings_that_the_bot_knows(tmp_path: Path) -> None:
    """Every variable is one the bot reads, and together they make it serve over HTTP on PostgreSQL."""
    settings = load_settings(with_files(settings_of_pods(), tmp_path))

    assert settings.delivery.mode == "http"
    assert settings.public_key() == "0" * 64
    assert settings.token() == "token"
    assert settings.database.url.startswith("postgresql")
    assert settings.privacy.key_file is not None


@pytest.mark.parametrize("service", ["bot", "replica-1", "replica-2", "migration"])
def test_services_get_settings_that_the_bot_knows(service: str, tmp_path: Path) -> None:
    """So it is with compose."""
    variables = {**compose()["services"][service]["environment"], "DISCORD_PUBLIC_KEY": "ab" * 32}
    settings = load_settings(with_files(variables, tmp_path) if "DATABASE_URL_FILE" in variables else variables)

    assert settings.delivery.mode == ("http" if service.startswith("replica") else "gateway")


def test_ports_meet() -> None:
    """The load balancers reach the port that the bot listens on, under the names that its containers give it."""
    settings = settings_of_pods()
    (container,) = pods()["Deployment"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    (served,) = KINDS["Service"]["spec"]["ports"]
    paths = [path for rule in KINDS["Ingress"]["spec"]["rules"] for path in rule["http"]["paths"]]
    allowed = {port["port"] for rule in KINDS["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]}
    probes = {container[f"{name}Probe"]["httpGet"]["port"] for name in ("startup", "liveness", "readiness")}
    replicas = set(re.findall(r"server (replica-\d):(\d+) ", NGINX))

    assert ports == {"http": int(settings["BOT__HTTP__PORT"]), "health": int(settings["BOT__HEALTH__PORT"])}
    assert served["targetPort"] == "http"
    assert {path["backend"]["service"]["port"]["name"] for path in paths} == {served["name"]}
    assert {path["backend"]["service"]["name"] for path in paths} == {KINDS["Service"]["metadata"]["name"]}
    assert allowed == set(ports)
    assert probes == {"health"}
    assert replicas == {("replica-1", "8081"), ("replica-2", "8081")}
    assert compose()["services"]["replica-1"]["environment"]["BOT__HTTP__PORT"] == "8081"


def test_only_the_two_paths_are_passed_on() -> None:
    """Nothing else of the bot can be reached from outside."""
    paths = {path["path"] for rule in KINDS["Ingress"]["spec"]["rules"] for path in rule["http"]["paths"]}

    assert paths == {INTERACTIONS, EVENTS}
    assert set(re.findall(r"location (\S+ ?\S*) \{", NGINX)) == {f"= {INTERACTIONS}", f"= {EVENTS}", "/"}


def test_selectors_find_the_replicas_and_only_them() -> None:
    """Whatever selects pods selects those of the Deployment."""
    labels = KINDS["Deployment"]["spec"]["template"]["metadata"]["labels"]
    others = [
        KINDS["Job"]["spec"]["template"]["metadata"]["labels"],
        KINDS["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"],
    ]
    selectors = [
        KINDS["Deployment"]["spec"]["selector"]["matchLabels"],
        KINDS["Service"]["spec"]["selector"],
        KINDS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        pods()["Deployment"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ]

    assert all(selector.items() <= labels.items() for selector in selectors)
    assert not any(selector.items() <= other.items() for selector in selectors for other in others)
    assert KINDS["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": KINDS["Deployment"]["metadata"]["name"],
    }


def test_a_rollout_leaves_nobody_without_a_replica() -> None:
    """A new one is ready before an old one goes, and never do all go at once."""
    deployment, scaler = KINDS["Deployment"]["spec"], KINDS["HorizontalPodAutoscaler"]["spec"]

    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert scaler["minReplicas"] >= deployment["replicas"] > KINDS["PodDisruptionBudget"]["spec"]["maxUnavailable"]


def test_there_is_time_to_stop() -> None:
    """Nothing is killed that is still lingering, finishing replies or writing its log."""
    pod = pods()["Deployment"]
    before = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    lingering = float(settings_of_pods()["BOT__HTTP__LINGER_SECONDS"])
    services = compose()["services"]

    assert pod["terminationGracePeriodSeconds"] >= before + lingering + SHUTDOWN_LIMIT + CLOSING_PATIENCE
    assert seconds(services["bot"]["stop_grace_period"]) > SHUTDOWN_LIMIT
    assert seconds(services["replica-1"]["stop_grace_period"]) > Settings().http.linger_seconds + SHUTDOWN_LIMIT


@pytest.mark.parametrize("kind", ["Deployment", "Job", "CronJob"])
def test_pods_can_do_no_more_than_they_need(kind: str) -> None:
    """Not root, nothing to write to but what is mounted, no rights, and only mounts that exist."""
    pod = pods()[kind]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == IMAGE_USER
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert f"USER {IMAGE_USER}" in (DEPLOY.parent / "Dockerfile").read_text()


@pytest.mark.parametrize("service", [name for name in compose()["services"] if name != "postgres"])
def test_containers_can_do_no_more_than_they_need(service: str) -> None:
    """So it is with compose."""
    found = compose()["services"][service]

    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]


def test_the_simple_bot_starts_alone() -> None:
    """Without a profile there is one bot and nothing else."""
    services = compose()["services"]

    assert [name for name, service in services.items() if "profiles" not in service] == ["bot"]


def test_no_secret_stands_in_a_manifest() -> None:
    """Secrets are files, which git leaves out, and every one is explained."""
    texts = [path.read_text() for path in (*DEPLOY.glob("*.yaml"), *KUBERNETES.glob("*.yaml"))]
    ignored = (DEPLOY / ".gitignore").read_text().split()
    wanted = {Path(secret["file"]).name for secret in compose()["secrets"].values()}
    explained = [
        set(re.findall(r"^\| `([\w.]+)`", (folder / "secrets" / "README.md").read_text(), re.MULTILINE))
        for folder in (DEPLOY, KUBERNETES)
    ]
    (generator,) = kustomization()["secretGenerator"]
    of_pods = {Path(file).name for file in generator["files"]}

    assert not any(re.search(r"(?i)(?<![a-z])(password|token): *['\"]?\w", text) for text in texts)
    assert {"secrets/*", "kubernetes/secrets/*"} <= set(ignored)
    assert explained == [wanted, of_pods]


def test_commands_exist() -> None:
    """What is run beside the bot is a command that it has."""
    known = {command.name or command.callback.__name__ for command in db_app.registered_commands if command.callback}
    run = [pod["containers"][0].get("args") for pod in pods().values()]
    run.append(compose()["services"]["migration"]["command"])

    assert {tuple(arguments) for arguments in run if arguments} == {("db", "upgrade"), ("db", "prune")}
    assert {"upgrade", "prune"} <= known


def test_the_balancer_fits_the_replicas() -> None:
    """It takes as much as they do, closes idle connections first, and gives up before Discord does."""
    assert int(setting("client_max_body_size").removesuffix("k")) * 1024 == BODY_LIMIT
    assert KINDS["Ingress"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"] == "128k"
    upstream = re.search(r"upstream replicas \{.*?keepalive_timeout (\w+);", NGINX, re.DOTALL)
    assert upstream is not None
    assert seconds(upstream[1]) < KEEP_ALIVE
    assert seconds(setting("proxy_next_upstream_timeout")) < 3
    assert "non_idempotent" in setting("proxy_next_upstream")


def test_names_that_are_referred_to_are_made() -> None:
    """ConfigMaps and Secrets that pods read are those that the kustomization makes."""
    made = {item["name"] for key in ("configMapGenerator", "secretGenerator") for item in kustomization()[key]}
    used: set[Any] = set()
    for value in every(pods()):
        if isinstance(value, dict):
            used |= {value[key]["name"] for key in ("configMapRef", "secretRef") if key in value}
            used |= {value["secretName"]} if "secretName" in value else set()

    assert used == made


def test_yaml_has_no_duplicate_keys() -> None:
    """A key that stands twice would silently win over the first."""
    for path in (*DEPLOY.glob("*.yaml"), *KUBERNETES.glob("*.yaml")):
        node = yaml.compose(path.read_text())
        stack = [node]
        while stack:
            current = stack.pop()
            if isinstance(current, yaml.MappingNode):
                keys = [key.value for key, _ in current.value]
                assert len(keys) == len(set(keys)), (path, keys)
                stack += [value for _, value in current.value]
            elif isinstance(current, yaml.SequenceNode):
                stack += current.value
