"""What is shipped is listed, and an audit that could not be done never looks like a good one."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.audit import REQUIREMENTS, SOUND, UNCHECKED, VULNERABLE, verdict, write_bill

FLAW = {"id": "PYSEC-1", "fix_versions": ["2.0"]}


def test_the_bill_of_materials_has_every_pinned_package(tmp_path: Path) -> None:
    """Name, version and hashes of each, as CycloneDX."""
    count = write_bill(REQUIREMENTS, tmp_path / "bom.json")

    bill = json.loads((tmp_path / "bom.json").read_text(encoding="utf-8"))
    pinned = re.findall(r"^([\w.\[\]-]+)==([^\s;\\]+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    assert bill["bomFormat"] == "CycloneDX"
    assert sorted((part["name"], part["version"]) for part in bill["components"]) == sorted(pinned)
    assert count == len(pinned)


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        (None, UNCHECKED, "NOTHING was checked"),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, SOUND, "1 packages checked"),
        ({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, UNCHECKED, "1 of 1 packages were NOT checked"),
        (
            {"dependencies": [{"name": "a", "version": "1", "vulns": [FLAW]}, {"name": "b", "skip_reason": "no"}]},
            VULNERABLE,
            "a 1: PYSEC-1, mended in 2.0",
        ),
    ],
)
def test_the_verdict_says_what_was_checked(found: Mapping[str, Any] | None, status: int, words: str) -> None:
    """Silence of the index is not soundness."""
    assert verdict(found)[0] == status
    assert words in verdict(found)[1]
