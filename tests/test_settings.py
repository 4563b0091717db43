from pathlib import Path

import pytest
import yaml

from bot.errors import ConfigFileError, ConfigurationError
from bot.settings import Settings, load_settings

EXAMPLE = Path(__file__).parents[1] / "config.example.yaml"


def write_config(text: str) -> None:
    Path("config.yaml").write_text(text, encoding="utf-8")


def test_everything_has_a_default() -> None:
    """Without a file and without variables the settings are complete."""
    assert load_settings({}) == Settings()


def test_the_environment_wins_over_the_file() -> None:
    """An operator can override a file without editing it."""
    write_config("log:\n  level: debug\n  format: json\n")

    settings = load_settings({"BOT__LOG__LEVEL": "warning"})

    assert settings.log.level == "warning"
    assert settings.log.format == "json"


def test_the_fixed_names_are_understood(tmp_path: Path) -> None:
    """The variables that others rely on set what they say."""
    (tmp_path / "token").write_text("abc\n")
    settings = load_settings(
        {
            "DISCORD_TOKEN_FILE": str(tmp_path / "token"),
            "DISCORD_API_URL": "http://127.0.0.1:1/api",
            "DATABASE_URL": "postgresql+asyncpg://u:p@h/d",
            "BOT_KNOWLEDGE": "packs/other",
            "DISCORD_PUBLIC_KEY": "ab" * 32,
        }
    )

    assert settings.token() == "abc"
    assert settings.discord.api_url == "http://127.0.0.1:1/api"
    assert settings.database.url.endswith("@h/d")
    assert settings.knowledge.folder == Path("packs/other")
    assert not settings.database.upgrades_at_start


def test_secrets_may_stand_in_files_of_their_own(tmp_path: Path) -> None:
    """An address with a password comes from a file that a variable names; one that is missing is said so."""
    (tmp_path / "address").write_text("postgresql+asyncpg://u:p@h/d\n")

    settings = load_settings({"DATABASE_URL_FILE": str(tmp_path / "address"), "BOT__PRIVACY__KEY_FILE": "/run/keys"})

    assert settings.database.url == "postgresql+asyncpg://u:p@h/d"
    assert settings.key_path == Path("/run/keys")
    assert load_settings({}).key_path == Path("data/pseudonyms.key")
    with pytest.raises(ConfigurationError, match="DATABASE_URL_FILE cannot be read"):
        load_settings({"DATABASE_URL_FILE": str(tmp_path / "none")})


def test_a_mistake_in_the_file_names_its_line() -> None:
    """An unknown key and a wrong value are both reported, each with its line."""
    write_config("log:\n  level: loud\n  colour: red\n")

    with pytest.raises(ConfigFileError) as error:
        load_settings({})

    assert [(problem.line, problem.key) for problem in error.value.problems] == [(2, "log.level"), (3, "log.colour")]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DATABASE_URL", "mysql://x", "not a database address"),
        ("DISCORD_API_URL", "discord.com", "not an http or https address"),
        ("BOT__HEALTH__PORT", "70000", "less than or equal to 65535"),
        ("BOT__NO__SUCH", "x", "not a setting"),
    ],
)
def test_a_mistake_in_the_environment_names_its_variable(name: str, value: str, message: str) -> None:
    """The operator reads which variable to change."""
    with pytest.raises(ConfigurationError, match=f"{name}: .*{message}"):
        load_settings({name: value})


def test_secrets_are_not_repeated() -> None:
    """Neither an error nor a printed setting shows a token or a password."""
    settings = load_settings({"DISCORD_TOKEN": "s3cret-token", "DATABASE_URL": "postgresql+asyncpg://u:s3cret@h/d"})
    with pytest.raises(ConfigurationError) as error:
        load_settings({"DATABASE_URL": "mysql://u:s3cret@h/d"})

    assert "s3cret" not in repr(settings)
    assert "s3cret" not in str(error.value)


def test_a_missing_token_says_what_to_do() -> None:
    """Whoever starts the bot without a token learns where it goes, and how to try it without."""
    with pytest.raises(ConfigurationError, match="make try"):
        load_settings({}).token()


def test_a_named_file_must_be_there() -> None:
    """A BOT_CONFIG that points nowhere is not passed over."""
    with pytest.raises(ConfigFileError, match="cannot be read"):
        load_settings({"BOT_CONFIG": "nowhere.yaml"})


def test_the_example_explains_every_key_and_shows_the_defaults() -> None:
    """config.example.yaml is complete, loads as it stands, and changes nothing."""
    text = EXAMPLE.read_text(encoding="utf-8")
    write_config(text)

    assert load_settings({}) == Settings()
    for section, field in Settings.model_fields.items():
        assert field.annotation is not None
        for key in field.annotation.model_fields:
            if (section, key) != ("discord", "token"):
                assert f"{key}:" in text, f"{section}.{key} is not in the example"
    assert set(yaml.safe_load(text)) == set(Settings.model_fields)
