"""/privacy, as members use it."""

import asyncio
import gzip
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_bot
from bot.delivery.command_sync import CommandSync
from bot.pseudonyms import rotate
from tests.commands.reading import text_of
from tests.conftest import World, open_world, settings_for


async def said(world: World, command: str) -> str:
    """Use a subcommand of /privacy and return what it says."""
    result = await world.member.slash(world.channel, f"privacy {command}")
    assert result.ephemeral
    return "\n".join(text_of(message) for message in (result.response, *result.followups) if message is not None)


def rows_in(folder: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(folder / "data" / "bot.db")
    rows = connection.execute("SELECT user_key, command FROM queries").fetchall()
    connection.close()
    return rows


async def settings_changes(folder: Path, *changed_by: int) -> None:
    """Put a change of a server's settings into the database for each of these members."""
    await asyncio.to_thread(_insert_changes, folder, changed_by)  # the bot must be able to end its transactions


def _insert_changes(folder: Path, changed_by: Sequence[int]) -> None:
    connection = sqlite3.connect(folder / "data" / "bot.db")
    with connection:
        connection.executemany(
            "INSERT INTO server_changes VALUES (7, ?, '2026-11-25T12:00:00.000+00:00', ?, '{}', ?, NULL)",
            [(version, id_, '{"language": "uk"}') for version, id_ in enumerate(changed_by, 1)],
        )
    connection.close()


def changed_by(folder: Path) -> list[int | None]:
    connection = sqlite3.connect(folder / "data" / "bot.db")
    ids = [row[0] for row in connection.execute("SELECT changed_by FROM server_changes ORDER BY version")]
    connection.close()
    return ids


async def exported(world: World) -> Any:
    """Use /privacy export and return what the file holds."""
    result = await world.member.slash(world.channel, "privacy export")
    message = result.followups[0] if result.followups else result.response
    assert message is not None
    (file,) = message.attachments
    return json.loads(world.env.backend.cdn.get(file.url) or b"")


async def test_show_counts_what_is_stored_and_for_how_long(world: World) -> None:
    """A member reads how much is stored, what each row holds, and when it goes."""
    await world.member.slash(world.channel, "article5")
    await world.member.slash(world.channel, "aid")

    text = await said(world, "show")

    assert "**2** rows" in text
    assert "90 days" in text
    assert "400 days" in text


async def test_export_is_a_file_of_all_rows(world: World) -> None:
    """What is stored about somebody is theirs to take away."""
    await world.member.slash(world.channel, "article5")

    data = await exported(world)

    assert [row["command"] for row in data["queries"]] == ["article5"]
    assert data["settings_changes"] == []


async def test_an_export_too_large_for_discord_is_compressed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with very many rows gets a file too."""
    monkeypatch.setattr("bot.commands.privacy.PLAIN_LIMIT", 10)
    await world.member.slash(world.channel, "article5")

    result = await world.member.slash(world.channel, "privacy export")
    message = result.followups[0] if result.followups else result.response
    assert message is not None
    (file,) = message.attachments

    assert file.filename == "my-data.json.gz"
    assert len(json.loads(gzip.decompress(world.env.backend.cdn.get(file.url) or b""))["queries"]) == 1


async def test_an_admin_sees_the_changes_that_carry_their_id(tmp_path: Path) -> None:
    """Show counts them and export holds them, with what was changed; nobody sees another's."""
    async with open_world(settings_for(tmp_path)) as world:
        await said(world, "show")
        await settings_changes(tmp_path, world.member.id, world.other.id, world.member.id)

        text = await said(world, "show")
        data = await exported(world)

    assert "that carry your id:** 2." in text
    assert [change["version"] for change in data["settings_changes"]] == [1, 3]
    assert {change["changed_by"] for change in data["settings_changes"]} == {world.member.id}
    assert data["settings_changes"][0]["after"] == {"language": "uk"}


async def test_forget_takes_the_id_out_of_settings_changes(tmp_path: Path) -> None:
    """The server keeps what was changed, without who did it; others stay named."""
    async with open_world(settings_for(tmp_path)) as world:
        await world.member.slash(world.channel, "article5")
        await said(world, "show")
        await settings_changes(tmp_path, world.member.id, world.other.id, world.member.id)

        text = await said(world, "forget")
        after = await said(world, "show")
        other = world.other.id

    assert "Deleted: **1** row." in text
    assert "taken out of **2** changes" in text
    assert "that carry your id:** 0." in after
    assert changed_by(tmp_path) == [None, other, None]


async def test_opting_out_says_that_it_does_not_concern_settings(tmp_path: Path) -> None:
    """An admin is not led to believe that they change settings unseen."""
    async with open_world(settings_for(tmp_path)) as world:
        await said(world, "show")
        await settings_changes(tmp_path, world.member.id)

        text = await said(world, "opt-out")
        id_ = world.member.id

    assert "its admins still see that it was you" in text
    assert changed_by(tmp_path) == [id_]


async def test_forget_deletes_now_and_says_how_much(tmp_path: Path) -> None:
    """Only that person's rows are gone, at once, and /privacy itself leaves none."""
    async with open_world(settings_for(tmp_path)) as world:
        await world.member.slash(world.channel, "article5")
        await world.member.slash(world.channel, "aid")
        await world.other.slash(world.channel, "stance")

        text = await said(world, "forget")
        again = await said(world, "forget")

    assert "**2** rows" in text
    assert "Nothing was stored" in again
    assert [command for _, command in rows_in(tmp_path)] == ["stance"]


async def test_opting_out_is_honoured_before_anything_is_written(tmp_path: Path) -> None:
    """Nothing new is stored, also after a restart, until the member opts in again."""
    settings = settings_for(tmp_path)
    async with open_world(settings) as world:
        await said(world, "opt-out")
        await world.member.slash(world.channel, "article5")
        shown = await said(world, "show")
        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            await world.member.slash(world.channel, "aid")
            await said(world, "show")
            opted_out = rows_in(tmp_path)
            await said(world, "opt-in")
            await world.member.slash(world.channel, "stance")

    assert "You have opted out" in shown
    assert opted_out == []
    assert [command for _, command in rows_in(tmp_path)] == ["stance"]


async def test_rows_under_an_older_key_can_still_be_forgotten(tmp_path: Path) -> None:
    """A new key hides who is who from whoever has the old one, not from the member."""
    settings = settings_for(tmp_path)
    async with open_world(settings) as world:
        await world.member.slash(world.channel, "article5")
        await said(world, "show")
        rotate(tmp_path / "data" / "pseudonyms.key")
        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            await world.member.slash(world.channel, "aid")
            await said(world, "show")
            keys = {key for key, _ in rows_in(tmp_path)}
            text = await said(world, "forget")

    assert len(keys) == 2
    assert "**2** rows" in text
    assert rows_in(tmp_path) == []


async def test_it_works_in_direct_messages(world: World) -> None:
    """Nobody has to use it in front of others."""
    result = await world.member.user.slash("privacy show")

    assert "What is stored about you" in "\n".join(
        text_of(message) for message in result.followups or [result.response]
    )


async def test_a_database_that_is_away_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is claimed to be deleted that is not."""
    (tmp_path / "data").write_text("a file where the folder should be")
    monkeypatch.setattr("bot.privacy.PATIENCE", 0)

    async with open_world(settings_for(tmp_path)) as world:
        text = await said(world, "forget")

    assert "nothing was changed" in text
