"""What is exported, what is drawn and what raises an alarm speak of the same numbers."""

import asyncio
import json
import re
import shutil
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml

from bot.exposition import Histogram, Metric, Sample, counters, exposition
from tests.factories import REAL_PACK
from tests.wire.discord import WireDiscord
from tests.wire.process import run_bot

DEPLOY = REAL_PACK.parents[1] / "deploy"
BOARD = DEPLOY / "grafana" / "natobot.json"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
NAME = re.compile(r"\b(?:natobot|process)_[a-z_]+\b")


def fetch(address: str) -> tuple[str, str]:
    with urllib.request.urlopen(address, timeout=20) as response:
        return response.read().decode(), response.headers["Content-Type"]


async def test_every_number_drawn_or_watched_is_exported_and_none_names_anybody(
    discord: WireDiscord,
    tmp_path: Path,
    unused_tcp_port: int,
) -> None:
    """The board and the rules ask a running bot for nothing that it does not tell; it tells no ids."""
    address = f"http://127.0.0.1:{unused_tcp_port}"
    async with run_bot(discord, tmp_path, BOT__HEALTH__PORT=str(unused_tcp_port)):
        interaction = await discord.slash("article5", section="ukraine")
        await discord.answer_to(interaction, within=20)
        async with asyncio.timeout(20):
            while "natobot_ack_seconds_count 1" not in (got := await asyncio.to_thread(fetch, f"{address}/metrics"))[0]:
                await asyncio.sleep(0.05)
        alive = await asyncio.to_thread(fetch, f"{address}/healthz")
    text, content_type = got
    exported = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    wanted = set(NAME.findall(BOARD.read_text())) | set(NAME.findall(ALERTS.read_text()))

    assert alive[0] == "alive\n"
    assert content_type.startswith("text/plain; version=0.0.4")
    assert wanted - exported == set()
    assert 'natobot_answers_total{command="article5",source="command",outcome="found"} 1' in text
    assert "natobot_gateway_connected 1" in text
    assert "natobot_gateway_identifies_remaining 999" in text
    assert not {"500", "600", "700", str(interaction)} & set(re.findall(r'="(\d+)"', text))


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
async def test_prometheus_takes_the_rules() -> None:
    """Prometheus's own checker finds no mistake."""
    process = await asyncio.create_subprocess_exec(
        *("promtool", "check", "rules", str(ALERTS)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()

    assert process.returncode == 0, output.decode()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
async def test_prometheus_can_read_the_numbers() -> None:
    """Its checker reads our text format, odd values and labels included."""
    histogram = Histogram((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        histogram.observe(value)
    text = exposition(
        [
            histogram.metric("natobot_ack_seconds", "Seconds."),
            counters("natobot_odd_total", "Odd labels.", [({"reason": 'a "b" \\ \n c'}, 3)]),
            Metric(
                name="natobot_unknown", kind="gauge", help="No value.", samples=(Sample(value=float("nan"), labels={}),)
            ),
        ]
    )
    process = await asyncio.create_subprocess_exec(
        *("promtool", "check", "metrics"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate(text.encode())

    assert process.returncode == 0, output.decode()


async def test_a_start_loads_only_what_connecting_needs() -> None:
    """Who watches nothing pays nothing at the start, nor for what is needed later or never."""
    late = {"bot.metrics", "bot.health", "aiohttp.web", "bot.delivery.http", "sqlalchemy", "yaml", "rapidfuzz", "numpy"}
    code = f"import sys, bot.process; print({late!r} & sys.modules.keys())"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), cwd=REAL_PACK.parents[1], stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()

    assert output.decode().strip() == "set()"


def test_a_histogram_counts_what_is_at_most_each_bound() -> None:
    """Bounds belong to the values below them, and everything is in the last."""
    histogram = Histogram((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        histogram.observe(value)

    lines = exposition([histogram.metric("x_seconds", "Seconds.")]).splitlines()

    assert lines == [
        "# HELP x_seconds Seconds.",
        "# TYPE x_seconds histogram",
        'x_seconds_bucket{le="0.1"} 2',
        'x_seconds_bucket{le="1"} 3',
        'x_seconds_bucket{le="+Inf"} 4',
        "x_seconds_sum 7.65",
        "x_seconds_count 4",
    ]


def test_every_rule_says_what_to_do() -> None:
    """An alarm without a next step wakes people for nothing."""
    rules = yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]

    assert all({"summary", "description"} <= rule["annotations"].keys() for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)


def test_the_board_draws_every_panel_from_the_chosen_source() -> None:
    """It can be imported into any Grafana: nothing in it is of one installation."""
    board = json.loads(BOARD.read_text())

    assert all(panel["datasource"]["uid"] == "${source}" for panel in board["panels"])
    assert all("$job" in target["expr"] for panel in board["panels"] for target in panel["targets"])
