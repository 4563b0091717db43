"""``natobot run`` against a small Discord on a real socket."""

import asyncio
import itertools
import json
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from bot.query import Query
from bot.query_lines import read_rows
from tests.factories import make_retired, make_topic, write_pack, write_yaml
from tests.wire.discord import TOKEN, WireDiscord
from tests.wire.process import run_bot


def logged_ids(folder: Path) -> set[int]:
    """Return the interactions that are in the database or wait in its journal."""
    ids = set()
    database = folder / "data" / "bot.db"
    if database.exists():
        connection = sqlite3.connect(database)
        ids |= {row[0] for row in connection.execute("SELECT interaction_id FROM queries")}
        connection.close()
    with (folder / "data" / "queries.journal").open("rb") as lines:
        ids |= {row.interaction_id for row in read_rows(lines) if isinstance(row, Query)}
    return ids


async def test_it_connects_registers_and_answers(discord: WireDiscord, tmp_path: Path) -> None:
    """With a token, the bot asks for no intents, registers its commands in one write and answers."""
    async with run_bot(discord, tmp_path):
        answer = await discord.answer_to(await discord.slash("article5", section="ukraine"))
        await discord.written.wait()

    assert discord.identifies[0]["intents"] == 0
    assert len(discord.writes()) == 1
    assert len(discord.commands) == 21
    assert answer["type"] == 4
    assert "Does it cover Ukraine?" in json.dumps(answer)
    assert answer["data"]["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("compression", ["zstd-stream", "zlib-stream"])
async def test_it_reads_the_gateway_as_it_is_compressed(discord: WireDiscord, tmp_path: Path, compression: str) -> None:
    """discord.py asks for Zstandard, and for zlib where that is not installed."""
    if compression == "zlib-stream":
        (tmp_path / "zstandard.py").write_text("raise ImportError('not installed')")
    async with run_bot(discord, tmp_path, PYTHONPATH=str(tmp_path)):
        answers = [await discord.answer_to(await discord.slash("article5")) for _ in range(3)]

    assert discord.compressions == [compression]
    assert [answer["type"] for answer in answers] == [4, 4, 4]


async def test_an_unchanged_start_writes_no_commands(discord: WireDiscord, tmp_path: Path) -> None:
    """The second start compares and leaves Discord's commands alone."""
    for _ in range(2):
        async with run_bot(discord, tmp_path) as bot:
            bot.stop()
            await bot.exit_status()

    assert len(discord.writes()) == 1


async def test_a_command_that_is_gone_stays_until_its_removal_is_allowed(discord: WireDiscord, tmp_path: Path) -> None:
    """An edition without a topic does not delete the command, and with it every server's permissions, by itself."""
    pack = write_pack(tmp_path / "pack", make_topic("bridge"), make_topic("tunnel"))
    async with run_bot(discord, tmp_path, BOT_KNOWLEDGE=str(pack)):
        await discord.written.wait()
    discord.written.clear()
    (pack / "topics" / "tunnel.yaml").unlink()

    async with run_bot(discord, tmp_path, BOT_KNOWLEDGE=str(pack)) as bot:
        answer = await discord.answer_to(await discord.slash("tunnel"))
        kept = {command["name"] for command in discord.commands}
    async with run_bot(discord, tmp_path, arguments=("run", "--allow-removals"), BOT_KNOWLEDGE=str(pack)):
        await discord.written.wait()
        removed = {command["name"] for command in discord.commands}

    assert "tunnel" in kept
    assert "--allow-removals" in bot.output()
    assert "retired.yaml" in bot.output()
    assert "no longer offered" in json.dumps(answer)
    assert "tunnel" not in removed
    assert len(discord.writes()) == 2


async def test_a_retired_topic_keeps_its_command(discord: WireDiscord, tmp_path: Path) -> None:
    """Retiring a topic writes nothing to Discord: the command stays, and answers with the topic it moved to."""
    pack = write_pack(tmp_path / "pack", make_topic("bridge"), make_topic("tunnel"))
    async with run_bot(discord, tmp_path, BOT_KNOWLEDGE=str(pack)):
        await discord.written.wait()
    (pack / "topics" / "tunnel.yaml").unlink()
    write_yaml(pack / "retired.yaml", [make_retired("tunnel")])

    async with run_bot(discord, tmp_path, BOT_KNOWLEDGE=str(pack)) as bot:
        answer = await discord.answer_to(await discord.slash("tunnel"))
        bot.stop()
        await bot.exit_status()

    assert "`/tunnel` is now part of `/bridge`." in json.dumps(answer)
    assert "tunnel" in {command["name"] for command in discord.commands}
    assert "no longer ours" not in bot.output()
    assert len(discord.writes()) == 1


async def test_a_retired_topic_s_new_description_is_written(discord: WireDiscord, tmp_path: Path) -> None:
    """Who wants the list of commands to say where the topic went changes the description, and nothing else."""
    pack = write_pack(tmp_path / "pack", make_topic("bridge"), make_topic("tunnel"))
    async with run_bot(discord, tmp_path, BOT_KNOWLEDGE=str(pack)):
        await discord.written.wait()
    discord.written.clear()
    (pack / "topics" / "tunnel.yaml").unlink()
    moved = make_retired("tunnel", command={"name": "tunnel", "description": "Now in /bridge"})
    write_yaml(pack / "retired.yaml", [moved])

    async with run_bot(discord, tmp_path, BOT_KNOWLEDGE=str(pack)) as bot:
        await discord.written.wait()
        bot.stop()
        await bot.exit_status()

    assert "Commands written: changed /tunnel." in bot.output()
    assert len(discord.writes()) == 2


async def test_a_retired_entry_that_is_gone_leaves_its_command_until_removal_is_allowed(
    discord: WireDiscord, tmp_path: Path
) -> None:
    """Ending a redirect takes two steps: the entry goes, and the operator allows the removal."""
    pack = write_pack(tmp_path / "pack", retired=[make_retired("tunnel")])
    async with run_bot(discord, tmp_path, BOT_KNOWLEDGE=str(pack)):
        await discord.written.wait()
    discord.written.clear()
    (pack / "retired.yaml").unlink()

    async with run_bot(discord, tmp_path, BOT_KNOWLEDGE=str(pack)) as bot:
        bot.stop()
        await bot.exit_status()
    kept = {command["name"] for command in discord.commands}
    async with run_bot(discord, tmp_path, arguments=("run", "--allow-removals"), BOT_KNOWLEDGE=str(pack)):
        await discord.written.wait()

    assert "tunnel" in kept
    assert "tunnel" not in {command["name"] for command in discord.commands}
    assert len(discord.writes()) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_replies_finish(discord: WireDiscord, tmp_path: Path, number: signal.Signals) -> None:
    """Stopping the container finishes the reply in progress, writes the log and exits with 0."""
    async with run_bot(discord, tmp_path) as bot:
        discord.callback_delay = 1.0
        interaction = await discord.slash("aid")
        await asyncio.sleep(0.3)
        bot.stop(number)
        answer = await discord.answer_to(interaction)
        status = await bot.exit_status(within=10)

    assert answer["type"] == 4
    assert status == 0
    assert interaction in logged_ids(tmp_path)
    assert (tmp_path / "data" / "queries.journal").stat().st_size == 0


async def test_a_refused_token_is_one_clear_line(discord: WireDiscord, tmp_path: Path) -> None:
    """A wrong token ends the process with 78 after one request, says what to do, and repeats no secret."""
    async with run_bot(discord, tmp_path, ready=False, DISCORD_TOKEN=TOKEN.replace("A", "B")) as bot:
        status = await bot.exit_status()

    assert status == 78
    assert "Discord refused the token" in bot.output()
    assert "Traceback" not in bot.output()
    assert TOKEN.replace("A", "B") not in bot.output()
    assert len(discord.requests) == 1


async def test_a_token_revoked_while_running_ends_with_78(discord: WireDiscord, tmp_path: Path) -> None:
    """The gateway's refusal of a token is a setting to change, not a reason to try for ever."""
    async with run_bot(discord, tmp_path) as bot:
        assert discord._socket is not None
        await discord._socket.close(code=4004)
        status = await bot.exit_status()

    assert status == 78
    assert "no longer accepts the token" in bot.output()


async def test_an_unreachable_discord_is_tried_again_and_ends_with_75(tmp_path: Path) -> None:
    """A machine without network waits, then leaves it to its supervisor."""
    async with run_bot(WireDiscord(), tmp_path, ready=False, BOT__DELIVERY__START_PATIENCE="2") as bot:
        status = await bot.exit_status()

    assert status == 75
    assert "trying again" in bot.output()
    assert "Traceback" not in bot.output()


async def test_a_folder_that_cannot_be_written_to_does_not_stop_the_answers(
    discord: WireDiscord, tmp_path: Path
) -> None:
    """Where the log cannot be kept the bot says so once and answers on."""
    (tmp_path / "data").write_text("a file where the folder should be")

    async with run_bot(discord, tmp_path) as bot:
        answer = await discord.answer_to(await discord.slash("stance"))
        bot.stop()
        status = await bot.exit_status()

    assert answer["type"] == 4
    assert status == 0
    assert "cannot be written to" in bot.output()
    assert "Traceback" not in bot.output()


async def test_an_edited_pack_is_in_use_without_a_restart(discord: WireDiscord, tmp_path: Path) -> None:
    """The running process picks up an edit, and a broken edit changes nothing."""
    pack = write_pack(tmp_path / "pack")
    async with run_bot(discord, tmp_path, BOT_KNOWLEDGE=str(pack), BOT__KNOWLEDGE__RELOAD_SECONDS="0.1") as bot:
        write_pack(pack, make_topic(summary="Closed for repair."))
        async with asyncio.timeout(10):
            while "replaces" not in bot.output():
                await asyncio.sleep(0.05)
        edited = await discord.answer_to(await discord.slash("bridge"))
        (pack / "topics" / "bridge.yaml").write_text("id: no\n")
        async with asyncio.timeout(10):
            while "bridge.yaml:1" not in bot.output():
                await asyncio.sleep(0.05)
        after_mistake = await discord.answer_to(await discord.slash("bridge"))

    assert "Closed for repair." in json.dumps(edited)
    assert "Closed for repair." in json.dumps(after_mistake)
    assert "is broken" in bot.output()


async def test_health_is_served_and_asked_for_without_a_shell(discord: WireDiscord, tmp_path: Path) -> None:
    """``natobot health`` is 0 while the bot is connected and 1 when it is not there."""
    port = "18099"
    async with (
        run_bot(discord, tmp_path, BOT__HEALTH__PORT=port),
        run_bot(discord, tmp_path / "1", arguments=("health",), ready=False, BOT__HEALTH__PORT=port) as asking,
    ):
        while_running = await asking.exit_status()
        facts = json.loads(asking.output())
    async with run_bot(discord, tmp_path / "2", arguments=("health",), ready=False, BOT__HEALTH__PORT=port) as asking:
        afterwards = await asking.exit_status()

    assert while_running == 0
    assert facts["ready"]
    assert afterwards == 1


async def test_invite_prints_both_links(discord: WireDiscord, tmp_path: Path) -> None:
    """The links ask for no permissions: replies to commands need none."""
    async with run_bot(discord, tmp_path, arguments=("invite",), ready=False) as bot:
        status = await bot.exit_status()

    assert status == 0
    assert "permissions=0" in bot.output()
    assert bot.output().count("client_id=1048576432109876543") == 2


async def test_killed_ten_times_at_200_answers_a_second_no_answer_is_missing_from_the_log(
    discord: WireDiscord, tmp_path: Path
) -> None:
    """However suddenly the process dies, each reply that Discord accepted is on disk, and logged by the next start."""
    discord.validates = False
    for attempt in range(10):
        answered = len(discord.callbacks)
        # While the database opens, answers wait; past the bound people are asked to come back, which is no answer.
        async with run_bot(discord, tmp_path, BOT__DELIVERY__IN_FLIGHT="0") as bot:
            asking = asyncio.create_task(ask_steadily(discord, 200))
            async with asyncio.timeout(20):
                while len(discord.callbacks) < answered + 100 + 13 * attempt:
                    await asyncio.sleep(0.001)
            bot.stop(signal.SIGKILL)
            await bot.exit_status()
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
    acknowledged = {callback.interaction_id for callback in discord.callbacks}
    on_disk = logged_ids(tmp_path)

    said_before = bot.output()
    async with run_bot(discord, tmp_path) as restarted:
        async with asyncio.timeout(30):
            while "rows from the query journal" not in restarted.output().removeprefix(said_before):
                await asyncio.sleep(0.05)
        restarted.stop()
        await restarted.exit_status()

    connection = sqlite3.connect(tmp_path / "data" / "bot.db")
    stored = {row[0] for row in connection.execute("SELECT interaction_id FROM queries")}
    connection.close()
    assert len(acknowledged) >= 1000
    assert sorted(acknowledged - on_disk) == []
    assert sorted(acknowledged - stored) == []


async def ask_often(discord: WireDiscord) -> None:
    """Ask again as soon as the answer is there."""
    while True:
        await discord.answer_to(await discord.slash("article5"), within=10)


async def ask_steadily(discord: WireDiscord, rate: int) -> None:
    """Ask so many times a second, whether or not anything is answered."""
    started = time.monotonic()
    for number in itertools.count():
        await discord.slash("article5")
        await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
