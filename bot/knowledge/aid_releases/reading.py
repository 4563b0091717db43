"""What has been read of a release of the Ukraine Support Tracker, and what is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from bot.errors import Problem
from bot.knowledge.mistakes import near
from bot.knowledge.tables import Table

KINDS = ("military", "financial", "humanitarian")
TOTAL = "total"
YEAR_COLUMN = re.compile(r"in_(\d{4})_eur_bn")
ALIASES: Mapping[str, str] = {"Turkiye": "Türkiye"}  # a release's name -> the pack's, where they differ
TOLERANCE = Decimal("0.002")  # EUR billion; the parts are rounded
NONE = Decimal(0)

Amounts = dict[str, Decimal]  # EUR billion by kind, and the total

_NUMBER = re.compile(r"\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE)
_COMMA = re.compile(r"-?[\d.]*,[\d.,]*\d")


class Reading:
    """What has been read of a file, and what is wrong with it."""

    def __init__(self, path: Path, aid: Table) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.day: date | None = None
        self.has_undated = False
        self.totals: dict[str, Amounts] = {}
        self.gdp: dict[str, Decimal] = {}  # EUR billion
        self.by_year: dict[tuple[str, int], Decimal] = {}
        self.by_month: dict[tuple[int, int], Amounts] = {}
        self._pack = {aid.name(row): row for row in aid.rows}
        self._years = {int(found[1]) for c in aid.spec.columns if (found := YEAR_COLUMN.fullmatch(c.name))}
        self._named: set[str] = set()
        self._strange: dict[str, tuple[int, str]] = {}  # donors the pack lacks, and where they are first named
        self._without_column: set[int] = set()

    def complain(self, line: int | None, key: str, message: str) -> None:
        """Note a mistake."""
        self.problems.append(Problem(file=self.path, line=line, key=key, message=message))

    def donor(self, cell: object, line: int, key: str, *, lists_donors: bool = True) -> str | None:
        """Return the pack's name of a donor; where *lists_donors*, the pack's others have to be named there too."""
        name = ALIASES.get(text_of(cell), text_of(cell))
        if name in self._pack:
            if lists_donors:
                self._named.add(name)
            return name
        self._strange.setdefault(name, (line, key))
        return None

    def amount(self, cell: object, line: int, key: str) -> Decimal | None:
        """Return the amount in a cell; ``None``, and a mistake noted, when it has none."""
        text = text_of(cell)
        if _NUMBER.fullmatch(text):
            return Decimal(text)
        if not text:
            message = "is empty. Look it up in the file as it was published; where nothing was given, that has 0."
        elif text.startswith("-") and _NUMBER.fullmatch(text[1:]):
            message = f"“{text}” is negative. Amounts are zero or more; look it up in the file as it was published."
        elif _COMMA.fullmatch(text):
            message = f"“{text}” has a comma. Write a point before decimals and nothing between thousands."
        else:
            message = f"“{text}” is not a number. Look it up in the file as it was published."
        self.complain(line, key, message)
        return None

    def amounts(self, cells: Mapping[str, object], keys: Mapping[str, str], line: int) -> Amounts | None:
        """Return the amounts that stand in *cells* under the columns *keys*, when they add up."""
        found = {name: self.amount(cells[name], line, key) for name, key in keys.items()}
        sound = {name: amount for name, amount in found.items() if amount is not None}
        if len(sound) < len(found):
            return None
        parts = sum((sound[kind] for kind in KINDS), NONE)
        if abs(sound[TOTAL] - parts) > TOLERANCE:
            message = (
                f"is {sound[TOTAL]}, but its parts make {parts}. Look at the four in the file as it was published."
            )
            self.complain(line, keys[TOTAL], message)
            return None
        return sound

    def add_dated(self, donor: str, year: int, month: int, amounts: Amounts, line: int, key: str) -> None:
        """Add what was given in a month."""
        if year not in self._years:
            if year not in self._without_column:
                name = f"in_{year}_eur_bn"
                where = "data/tables.yaml (under columns and trend) and to data/aid.csv"
                self.complain(line, key, f"{year} has no column in the pack. Add {name} to {where}, or mend the year.")
            self._without_column.add(year)
            return
        self.by_year[donor, year] = self.by_year.get((donor, year), NONE) + amounts[TOTAL]
        add_amounts(self.by_month.setdefault((year, month), {}), amounts)

    def check_donors(self, key: str) -> None:
        """Complain of donors that only the file or only the pack has."""
        missing = [name for name in self._pack if name not in self._named]
        left = f" Of the pack's donors the file lacks {_quoted(missing)}." if missing else ""
        for name, (line, place) in self._strange.items():
            message = (
                f"the pack has no donor “{name}”.{near(name, missing or self._pack)}{left} Rename the donor's row in "
                "data/aid.csv, or add one, then import again."
            )
            self.complain(line, place, message)
        for name in missing:
            message = f"“{name}” is missing, which data/aid.csv has. Rename or remove that row, or get the whole file."
            self.complain(None, key, message)

    def check_gdp(self, donor: str, gdp: Decimal | None, line: int, key: str) -> None:
        """Take over a GDP, which only countries have."""
        if self.is_country(donor) and gdp is not None:
            if not gdp:
                self.complain(line, key, f"“{donor}” is a country without a GDP. Look it up in the published file.")
            elif self.gdp.setdefault(donor, gdp) != gdp:
                self.complain(line, key, f"“{donor}” has two GDPs, {self.gdp[donor]} and {gdp}. Keep the right one.")

    def is_country(self, donor: str) -> bool:
        """Whether a donor is a country, which has a GDP."""
        return self._pack[donor].cells.get("group") != "institution"


def add_amounts(to: Amounts, amounts: Amounts) -> None:
    """Add each amount to what *to* has of it."""
    for name, amount in amounts.items():
        to[name] = to.get(name, NONE) + amount


def text_of(cell: object) -> str:
    """Return what a cell says, without what surrounds it."""
    return "" if cell is None else str(cell).strip()


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
