"""
Settings: the defaults here, then ``config.yaml``, then the environment; each later one wins.

Read once, in ``cli.py``; ``app.py`` hands each part its own values. ``config.example.yaml`` explains every key.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from os import environ
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

from bot.errors import ConfigFileError, ConfigurationError, Problem
from bot.located import MappingNode, key_path, line_of

DEFAULT_CONFIG = Path("config.yaml")
PREFIX = "BOT__"

HttpAddress = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
DatabaseAddress = Annotated[str, StringConstraints(pattern=r"^(sqlite\+aiosqlite|postgresql\+asyncpg)://")]
OptionalAddress = Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")]
Port = Annotated[int, Field(ge=0, le=65535)]

# Names that others rely on, and the setting each one sets.
_ENVIRONMENT = {
    "DISCORD_TOKEN": ("discord", "token"),
    "DISCORD_TOKEN_FILE": ("discord", "token_file"),
    "DISCORD_API_URL": ("discord", "api_url"),
    "DISCORD_PUBLIC_KEY": ("discord", "public_key"),
    "DATABASE_URL": ("database", "url"),
    "BOT_KNOWLEDGE": ("knowledge", "folder"),
}


# Names of variables that name a file with the value in it: secrets are handed over as files.
_FILES = {"DATABASE_URL_FILE": ("database", "url")}


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class DiscordSettings(_Section):
    """How to reach Discord, and as whom."""

    token: SecretStr = SecretStr("")
    token_file: Path | None = None
    api_url: HttpAddress = "https://discord.com/api/v10"
    public_key: Annotated[str, StringConstraints(pattern=r"^([0-9a-fA-F]{64})?$")] = ""


class KnowledgeSettings(_Section):
    """Which pack answers."""

    folder: Path = Path("knowledge/nato-ukraine")
    reload_seconds: Annotated[float, Field(ge=0, le=3600)] = 2.0  # 0: only at start
    learn: bool = True  # let the search learn an edited pack's examples, in a process of its own
    draw_ahead: bool = True  # draw the pack's pictures after the start, before anybody asks for them


class DatabaseSettings(_Section):
    """Where the query log goes."""

    url: DatabaseAddress = Field("sqlite+aiosqlite:///data/bot.db", repr=False)  # may hold a password
    folder: Path = Path("data")  # the journal and the key of the pseudonyms
    upgrade_at_start: bool | None = None  # None: for SQLite yes, for PostgreSQL no

    @property
    def upgrades_at_start(self) -> bool:
        return self.url.startswith("sqlite") if self.upgrade_at_start is None else self.upgrade_at_start

    def require_driver(self) -> None:
        """
        Make sure that what speaks to the database is installed.

        Raises:
            ConfigurationError: It is an extra that was left out.
        """
        if self.url.startswith("postgresql") and find_spec("asyncpg") is None:
            raise ConfigurationError(
                "DATABASE_URL is a PostgreSQL address, and asyncpg is not installed. "
                "Install it with: pip install -r requirements/image.txt"
            )


class DeliverySettings(_Section):
    """How interactions come in and replies go out."""

    mode: Literal["gateway", "http"] = "gateway"
    start_patience: Annotated[float, Field(ge=0, le=86400)] = 300.0  # seconds to go on trying to reach Discord
    drain_seconds: Annotated[float, Field(ge=0, le=10)] = 5.0  # for replies in progress when asked to stop
    per_person: Annotated[int, Field(ge=0, le=10_000)] = 40  # interactions a minute; 0: no limit, as for the next three
    per_server: Annotated[int, Field(ge=0, le=1_000_000)] = 3_000  # interactions a minute
    in_total: Annotated[int, Field(ge=0, le=1_000_000)] = 30_000  # interactions a minute
    in_flight: Annotated[int, Field(ge=0, le=10_000)] = 200  # answers in progress at a time


class HttpSettings(_Section):
    """Where Discord's requests come in, when ``delivery.mode`` is ``http``."""

    host: str = "127.0.0.1"
    port: Port = 8081
    linger_seconds: Annotated[float, Field(ge=0, le=60)] = 3.0  # go on taking requests when asked to stop


class HealthSettings(_Section):
    """A small page for health checks."""

    host: str = "127.0.0.1"
    port: Port = 0  # 0: off


class LogSettings(_Section):
    """What the process prints."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class PrivacySettings(_Section):
    """How long things are kept, in days."""

    text_days: Annotated[int, Field(ge=1, le=90)] = 90  # the words of questions that found no clear answer
    row_days: Annotated[int, Field(ge=1, le=3650)] = 400  # rows; afterwards daily counts without people
    left_server_days: Annotated[int, Field(ge=1, le=365)] = 30  # data of servers that removed the bot
    key_file: Path | None = None  # the keys of the pseudonyms, shared by replicas; None: one's own, in database.folder


def _listed(value: object) -> object:
    """Take a list from the environment, where it is one text with commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class InsightsSettings(_Section):
    """Who may see in Discord what people ask."""

    server: Annotated[int, Field(ge=0)] = 0  # id of the maintainers' server, where /insights is offered; 0: nowhere
    users: Annotated[tuple[int, ...], BeforeValidator(_listed)] = ()  # ids of the people who may use it


class AboutSettings(_Section):
    """Links that /about shows."""

    code_url: OptionalAddress = ""
    privacy_url: OptionalAddress = ""


class Settings(_Section):
    """Everything an operator can set."""

    discord: DiscordSettings = Field(default_factory=DiscordSettings)
    knowledge: KnowledgeSettings = Field(default_factory=KnowledgeSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    delivery: DeliverySettings = Field(default_factory=DeliverySettings)
    http: HttpSettings = Field(default_factory=HttpSettings)
    health: HealthSettings = Field(default_factory=HealthSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
    insights: InsightsSettings = Field(default_factory=InsightsSettings)
    about: AboutSettings = Field(default_factory=AboutSettings)

    def token(self) -> str:
        """
        Return the bot's token.

        Raises:
            ConfigurationError: There is none, or its file cannot be read.
        """
        token = self.discord.token.get_secret_value().strip()
        if not token and self.discord.token_file is not None:
            token = _content("DISCORD_TOKEN_FILE", self.discord.token_file)
        if not token:
            raise ConfigurationError(
                "There is no Discord token. Set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it. "
                "To try the bot without one, run: make try"
            )
        return token

    @property
    def key_path(self) -> Path:
        """The file with the keys of the pseudonyms."""
        return self.privacy.key_file or self.database.folder / "pseudonyms.key"

    def public_key(self) -> str:
        """
        Return the key that requests of Discord are signed for.

        Raises:
            ConfigurationError: There is none.
        """
        if not self.discord.public_key:
            raise ConfigurationError(
                "With delivery.mode “http” requests are checked with the application's public key. Copy it from "
                "General Information in the developer portal into DISCORD_PUBLIC_KEY."
            )
        return self.discord.public_key


# A section that is left out is read as an empty one: made from its class it would need a validator of its own, and
# building those takes longer than the rest of the settings.
_SECTIONS: Mapping[str, Any] = {name: {} for name in Settings.model_fields}

_PATTERN_HINTS = {
    r"^(sqlite\+aiosqlite|postgresql\+asyncpg)://": "is not a database address we can use. Write "
    "sqlite+aiosqlite:///data/bot.db or postgresql+asyncpg://user@host/name.",
    r"^https?://\S+$": "is not an http or https address.",
    r"^(https?://\S+)?$": "is not an http or https address.",
    r"^([0-9a-fA-F]{64})?$": "is not a public key: 64 hexadecimal digits, from General Information in the portal.",
}


def load_settings(environment: Mapping[str, str] = environ) -> Settings:
    """
    Read the configuration file and the environment.

    The file is ``BOT_CONFIG``, else ``config.yaml`` in the working directory if there is one.

    Raises:
        ConfigFileError: The file has mistakes; the error lists every one with its line.
        ConfigurationError: A variable of the environment has a value that cannot be used.
    """
    path = Path(environment.get("BOT_CONFIG") or DEFAULT_CONFIG)
    from_file = _from_file(path, required=bool(environment.get("BOT_CONFIG")))
    from_environment, names = _from_environment(environment)
    try:
        return Settings.model_validate(_merged(_merged(_SECTIONS, from_file), from_environment))
    except ValidationError as error:
        raise _worded(error, path, from_file, names) from None


def _from_file(path: Path, *, required: bool) -> Mapping[str, Any]:
    if not path.is_file() and not required:
        return {}
    from bot.strict_yaml import read_yaml  # brings the YAML parser, which an unchanged start does without

    problems: list[Problem] = []
    data = read_yaml(path, problems, booleans=True)
    if isinstance(data, list):
        problems.append(Problem(file=path, line=1, key="", message="is a list. It should be a mapping of sections."))
    if problems:
        raise ConfigFileError(problems)
    return data if isinstance(data, MappingNode) else {}


def _from_environment(environment: Mapping[str, str]) -> tuple[dict[str, Any], dict[tuple[str, ...], str]]:
    """Return the settings the environment makes, and the variable behind each."""
    values: dict[str, Any] = {}
    names: dict[tuple[str, ...], str] = {}
    for name, value in environment.items():
        if name in _ENVIRONMENT:
            location: tuple[str, ...] = _ENVIRONMENT[name]
        elif name in _FILES:
            location = _FILES[name]
        elif name.startswith(PREFIX):
            location = tuple(name.removeprefix(PREFIX).lower().split("__"))
        else:
            continue
        if value == "" or not all(location):
            continue
        if name in _FILES:
            value = _content(name, Path(value))
        place = values
        for step in location[:-1]:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                raise ConfigurationError(f"{name} reaches into a setting that {names[location[:-1]]} sets as a whole.")
            place = inner
        place[location[-1]] = value
        names[location] = name
    return values, names


def _content(name: str, path: Path) -> str:
    """
    Return what stands in the file that the variable *name* names.

    Raises:
        ConfigurationError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name} cannot be read: {error}") from None


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(value, Mapping) and isinstance(below, Mapping) else value
    return merged


def _variable_of(location: tuple[str, ...], names: Mapping[tuple[str, ...], str]) -> str | None:
    """Return the variable that set this place, something above it or something below it."""
    return next(
        (name for set_, name in names.items() if all(a == b for a, b in zip(set_, location, strict=False))), None
    )


def _worded(
    error: ValidationError, path: Path, data: Mapping[str, Any], names: Mapping[tuple[str, ...], str]
) -> ConfigurationError:
    """Name the variable or the line that each mistake comes from. Values are never repeated: one may be a secret."""
    lines: list[str] = []
    problems: list[Problem] = []
    for detail in error.errors(include_url=False, include_input=False):
        location = tuple(str(step) for step in detail["loc"])
        message = {
            "extra_forbidden": "is not a setting. config.example.yaml lists them all.",
            "string_pattern_mismatch": _PATTERN_HINTS.get(str(detail.get("ctx", {}).get("pattern")), detail["msg"]),
        }.get(detail["type"], f"{detail['msg']}.")
        variable = names.get(location) or (None if line_of(data, location[:1]) else _variable_of(location, names))
        if variable is not None:
            lines.append(f"{variable}: {message}")
        else:
            problems.append(Problem(file=path, line=line_of(data, location), key=key_path(location), message=message))
    if problems:
        return ConfigFileError(problems)
    return ConfigurationError("\n".join(lines))
