"""A release goes into the pack by one command: the difference in words, then both tables or nothing."""

from pathlib import Path

import pytest

from tests.factories import make_topic, write_pack, write_yaml
from tests.knowledge.test_aid_releases import (
    AID_LINES,
    EU,
    EXPLORER_ROWS,
    MONTHLY_LINES,
    SPECS,
    changed,
    write_explorer,
    write_workbook,
)
from tests.reports.conftest import Run


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of tables of a small pack."""
    folder = write_pack(tmp_path / "pack", make_topic("aid")) / "data"
    folder.mkdir()
    write_yaml(folder / "tables.yaml", SPECS)
    for name, lines in (("aid.csv", AID_LINES), ("aid_monthly.csv", MONTHLY_LINES)):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setenv("BOT_KNOWLEDGE", str(folder.parent))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_release_is_written_and_its_difference_told(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Donor by donor, before and after, and month by month; the pack stays sound and nothing else is left behind."""
    release = write_explorer(tmp_path / "data_explorer.csv")
    before = contents(data)

    assert run("knowledge", "import-aid", str(release), "--accept-smaller") == 0

    told = capsys.readouterr().out.splitlines()
    assert told[:6] == [
        "data/aid.csv, EUR billion: 2026-04-30 -> 2026-06-30",
        f"  {EU}: 90.161 -> 12.609",
        "  Türkiye: 0.071 -> 0.066",
        "  as before: 1",
        f"Totals that become smaller: {EU}, Türkiye.",
        "This file lacks aid that the tracker cannot date to a month, so totals lack it too; the workbook has it.",
    ]
    assert told[6:9] == [
        "data/aid_monthly.csv, EUR billion: 2026-04-30 -> 2026-06-30",
        "  2022-03: 1.692 -> 1.688",
        "  2022-04: 0 (new)",
    ]
    assert "  2026-06: 10.924 (new)" in told
    after = contents(data)
    assert after.keys() == before.keys()
    assert after["aid.csv"].decode().splitlines()[:2] == [
        AID_LINES[0],
        "China,CN,country,Other countries,0,0,0.002,0.002,0,0.002,0,2026-06-30",
    ]
    assert after["aid_monthly.csv"].decode().splitlines()[-1] == "2026-06,4.243,6.681,0,10.924,2026-06-30"
    assert run("check") == 0


def test_a_workbook_is_written_with_the_day_that_was_given(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a total stays, the columns that changed are named."""
    release = write_workbook(tmp_path / "release.xlsx")

    assert run("knowledge", "import-aid", str(release), "--as-of", "2026-06-30") == 0

    told = capsys.readouterr().out
    assert "  Türkiye: 0.071 as before; changed: in_2022_eur_bn\n" in told
    assert "cannot date" not in told
    assert "0.071,0.01,0.066,0,2026-06-30" in (data / "aid.csv").read_text(encoding="utf-8")


def test_a_dry_run_tells_the_same_and_writes_nothing(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One can look first."""
    release = write_explorer(tmp_path / "data_explorer.csv")
    before = contents(data)

    assert run("knowledge", "import-aid", str(release), "--dry-run") == 0

    told = capsys.readouterr().out
    assert f"  {EU}: 90.161 -> 12.609" in told
    assert told.endswith("Nothing was written, as --dry-run asks.\n")
    assert contents(data) == before


def test_the_same_release_again_changes_nothing(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who imports twice is told so."""
    release = str(write_explorer(tmp_path / "data_explorer.csv"))
    assert run("knowledge", "import-aid", release, "--accept-smaller") == 0
    before = contents(data)
    capsys.readouterr()

    assert run("knowledge", "import-aid", release, "--accept-smaller") == 0

    assert capsys.readouterr().out == "The pack has these figures until 2026-06-30 already. Nothing changes.\n"
    assert contents(data) == before


def test_totals_that_fall_are_not_taken_over_unasked(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The team's file lacks aid without a date, so its totals can be smaller than those of the workbook."""
    release = write_explorer(tmp_path / "data_explorer.csv")
    before = contents(data)

    assert run("knowledge", "import-aid", str(release)) == 1

    told = capsys.readouterr().err
    assert f"{release}: Türkiye: the total falls from 0.071 to 0.066" in told
    assert "Take the workbook, or take it over with --accept-smaller." in told
    assert contents(data) == before


def test_a_refused_release_leaves_the_pack_as_it_was(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mistakes are told with file, line and column; the exit status is 1."""
    rows = changed(changed(EXPLORER_ROWS, 0, c6="-1"), 3, c5="6,68")
    release = write_explorer(tmp_path / "data_explorer.csv", rows)
    before = contents(data)

    assert run("knowledge", "import-aid", str(release)) == 1

    told = capsys.readouterr().err
    assert f"{release}:2: humanitarian: “-1” is negative." in told
    assert f"{release}:5: financial: “6,68” has a comma." in told
    assert "2 problems found" in told
    assert contents(data) == before


def test_what_the_pack_would_refuse_is_found_before_anything_is_replaced(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The new tables are read as the pack reads them, under the names of its own files."""
    rows = changed(EXPLORER_ROWS, 3, c4="1e16", c5="1e16", c6="0", c7="0")
    release = write_explorer(tmp_path / "data_explorer.csv", rows)
    before = contents(data)

    assert run("knowledge", "import-aid", str(release), "--accept-smaller") == 1

    told = capsys.readouterr().err
    assert f"{data / 'aid.csv'}:3: total_eur_bn: " in told
    assert f"{data / 'aid_monthly.csv'}:" in told
    assert contents(data) == before


def test_a_day_that_is_none_is_a_wrong_command_line(run: Run, data: Path) -> None:
    """The day is written as everywhere in the pack."""
    assert run("knowledge", "import-aid", "release.xlsx", "--as-of", "30.06.2026") == 2


@pytest.mark.parametrize(
    ("specs", "words"),
    [
        ([SPECS[0]], "describes no table “aid-monthly”"),
        (
            [SPECS[0], SPECS[1] | {"columns": [c for c in SPECS[1]["columns"] if c["name"] != "military_eur_bn"]}],
            "aid-monthly.military_eur_bn: is missing among its columns.",
        ),
    ],
    ids=["no-table", "no-column"],
)
def test_a_pack_without_the_tables_is_told_what_it_lacks(
    run: Run, data: Path, tmp_path: Path, specs: object, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures are not written where nothing says what they mean."""
    write_yaml(data / "tables.yaml", specs)
    lines = [line.split(",") for line in MONTHLY_LINES]
    (data / "aid_monthly.csv").write_text("".join(",".join([a, *b]) + "\n" for a, _, *b in lines), encoding="utf-8")

    assert run("knowledge", "import-aid", str(write_explorer(tmp_path / "data_explorer.csv"))) == 1

    told = capsys.readouterr().err
    assert f"{data / 'tables.yaml'}: " in told
    assert words in told
