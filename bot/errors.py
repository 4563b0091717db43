"""The error tree: each class says who can act on it, and words itself for that reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class BotError(Exception):
    """Anything this project raises on purpose."""


class UserError(BotError):
    """An error the person who asked can act on; ``str(error)`` is sent to them, privately."""


class ConfigurationError(BotError):
    """The operator has to change a setting; ``str(error)`` is what they read. Exit status 78."""


class ReplyLost(BotError):
    """A reply did not reach Discord. It was logged and counted where it happened, and no other reply can arrive."""


class TryAgainLater(BotError):
    """Discord or the network could not be reached for too long. Exit status 75."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file a person edits."""

    file: Path
    line: int | None  # 1 is the first; None when the whole file is meant
    key: str  # dotted path such as ``sections[0].claims[2].kind``; empty when the whole file is meant
    message: str  # what is wrong and what to do

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else str(self.file)
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class FileProblems(BotError):
    """Files a person edits are wrong; every problem of the run is listed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class KnowledgeError(FileProblems):
    """A knowledge pack cannot be published as it stands."""


class ConfigFileError(FileProblems, ConfigurationError):
    """The configuration file is wrong. Exit status 78."""
