"""A small table of bridges in a small pack."""

from pathlib import Path
from typing import Any

from tests.factories import write_pack, write_yaml

COLUMNS = [
    {"name": "name", "title": "Name", "meaning": "Of the bridge.", "type": "text"},
    {"name": "code", "title": "Code", "meaning": "Of its country.", "type": "code"},
    {
        "name": "length",
        "title": "Length",
        "meaning": "From end to end.",
        "unit": "metres",
        "card": "ranked",
        "basis_in": "basis",
        "sources_in": "proof",
    },
    {"name": "basis", "title": "Basis", "meaning": "Who measured.", "type": "text"},
    {"name": "opened", "title": "Opened", "meaning": "First crossing.", "type": "day"},
    {"name": "toll", "title": "Toll", "meaning": "Whether one pays.", "type": "yes-no"},
    {"name": "proof", "title": "Proof", "meaning": "Its source.", "type": "sources"},
]
TABLE: dict[str, Any] = {
    "id": "bridges",
    "file": "bridges.csv",
    "title": "Bridges",
    "topic": "bridge",
    "key": "name",
    "code": "code",
    "as_of": "2026-01-01",
    "sources": ["survey"],
    "option": {"name": "which", "description": "One bridge", "noun": "bridge", "plural": "bridges"},
    "columns": COLUMNS,
}
HEADER = "name,code,length,basis,opened,toll,proof"
GOOD = (HEADER, "Old,PL,300.5,survey,1999-05-04,yes,gazette", "New,DE,200,survey,2010-01-01,no,", "Far,FR,900,guess,,,")
CHART: dict[str, Any] = {
    "id": "lengths",
    "topics": ["bridge"],
    "title": "Lengths",
    "table": "bridges",
    "form": "bars",
    "columns": ["length"],
    "where": {"basis": "survey"},
}


def pack_with(
    folder: Path, lines: tuple[str, ...] = GOOD, *, table: dict[str, Any] | None = None, charts: Any = ()
) -> Path:
    write_pack(folder, charts=list(charts))
    (folder / "data").mkdir(exist_ok=True)
    write_yaml(folder / "data" / "tables.yaml", [TABLE | (table or {})])
    (folder / "data" / "bridges.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
