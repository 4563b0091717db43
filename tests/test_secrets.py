"""No secret stands in the project's files."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

from tests.wire.discord import TOKEN

ROOT = Path(__file__).parents[1]
KINDS = (
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "DiscordBotTokenDetector",
    "GitHubTokenDetector",
    "JwtTokenDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SlackDetector",
    "StripeDetector",
    "TelegramBotTokenDetector",
)
# Stand in tests of what is taken out of logs and stored texts; made up, or from their makers' documentation.
EXAMPLES = (
    TOKEN,
    "hunter2",
    "s3cret",
    "secret",
    "password",
    "PASSWORD",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.",
    "AKIAIOSFODNN7EXAMPLE",
    "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
)


def secrets_in(files: Iterable[Path]) -> list[str]:
    """Return where *files* hold something that looks like a secret and is no example."""
    found = SecretsCollection()
    with transient_settings({"plugins_used": [{"name": kind} for kind in KINDS]}):
        for file in files:
            found.scan_file(str(file))
    return [
        f"{name}:{secret.line_number} {secret.type}"
        for name, secret in found
        if not any(example.startswith(secret.secret_value or "?") for example in EXAMPLES)
    ]


def test_no_secret_is_committed() -> None:
    """Tokens, keys and passwords belong into the environment; every file that git knows is looked at."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a checkout")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]

    assert len(files) > 300
    assert secrets_in(file for file in files if file.is_file()) == []


@pytest.mark.parametrize(
    "secret",
    [
        "DISCORD_TOKEN=" + TOKEN.replace("GxYzAb", "HxYzAc"),
        "DATABASE_URL: postgresql+asyncpg://bot:" + "correct-horse@db/nato",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "token: ghp_" + "a1B2c3D4e5F6" * 3,
    ],
)
def test_a_secret_that_is_planted_is_found(tmp_path: Path, secret: str) -> None:
    """The scan is worth something."""
    (tmp_path / "config.yaml").write_text(f"# settings\n{secret}\n")

    assert len(secrets_in([tmp_path / "config.yaml"])) == 1
