"""/settings export and import: files that come back whole, and files with mistakes."""

from pathlib import Path

import discord
import pytest
import yaml

from bot.app import open_bot
from bot.delivery.command_sync import CommandSync
from tests.commands import panel as on
from tests.commands.panel import (
    NOTHING,
    chosen,
    forged_press,
    noted,
    opened,
    pressed,
    used,
)
from tests.commands.reading import custom_id_of, labels_of, text_of
from tests.conftest import World, open_world, settings_for


async def exported(world: World) -> bytes:
    """Return the file that /settings export gives."""
    (file,) = (await used(world, "export")).attachments
    assert file.filename == "settings.yaml"
    return world.env.backend.cdn.get(file.url) or b""


async def test_export_is_a_file_that_says_it_all(world: World) -> None:
    """The settings come as YAML with this server's id."""
    panel = await opened(world)
    await chosen(world, panel, on.PRIVATE, [world.channel])
    await noted(world, panel, "all", "Be kind: no + yes.")

    data = yaml.safe_load(await exported(world))

    assert str(data["server"]) == str(world.guild.id)
    assert [str(id_) for id_ in data["private_channels"]] == [str(world.channel.id)]
    assert data["note"] == "Be kind: no + yes."


async def test_import_shows_the_difference_and_applies_it_when_told(world: World) -> None:
    """What was exported comes back whole, after a preview."""
    panel = await opened(world)
    await chosen(world, panel, on.PRIVATE, [world.channel])
    await chosen(world, panel, on.HIDE, ["aid"])
    await noted(world, panel, "all", "Be kind.")
    file = await exported(world)
    await pressed(world, await used(world, "reset"), "Reset everything")

    preview = await used(world, "import", file=("settings.yaml", file))
    shown, before = text_of(preview), text_of(await opened(world))
    applied = await pressed(world, preview, "Apply")
    undone = await pressed(world, preview, on.UNDO)

    assert "This would change" in shown
    assert "Hidden topics: none → `aid`" in shown
    assert "**Hidden topics**: none" in before
    assert "**Saved.**" in applied
    assert "**Hidden topics**: `aid`" in applied
    assert "Be kind." in applied
    assert "**Hidden topics**: none" in undone


async def test_an_import_can_be_dropped(world: World) -> None:
    """After the preview, “Change nothing” changes nothing."""
    preview = await used(world, "import", file=("s.yaml", b"answers: private\n"))

    text = await pressed(world, preview, "Change nothing")

    assert "**Nothing was changed.**" in text
    assert "**Answers** are shown to everyone" in text


async def test_importing_what_already_holds_changes_nothing(world: World) -> None:
    """There is nothing to apply."""
    preview = await used(world, "import", file=("s.yaml", await exported(world)))

    assert "**Nothing would change.**" in text_of(preview)
    assert labels_of(preview) == [on.BACK]


async def test_a_preview_can_be_applied_after_a_restart(tmp_path: Path) -> None:
    """What a file asks for is kept until it is applied."""
    settings = settings_for(tmp_path)
    async with open_world(settings) as world:
        preview = await used(world, "import", file=("s.yaml", b"keep_texts: false\n"))
        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            text = await pressed(world, preview, "Apply")

    assert "**Saved.** Questions without an answer: kept as text → never kept as text" in text


async def test_a_draft_that_is_gone(tmp_path: Path) -> None:
    """An import that was not applied within a day has to be given again."""
    async with open_world(settings_for(tmp_path)) as world:
        preview = await used(world, "import", file=("s.yaml", b"answers: private\n"))
        async with on.write_lock(tmp_path) as connection:
            connection.execute("DELETE FROM settings_drafts")

        text = await pressed(world, preview, "Apply")

    assert NOTHING in text
    assert "import the file again" in text


async def test_a_draft_of_another_server_cannot_be_applied(world: World) -> None:
    """The number of somebody else's import is of no use elsewhere."""
    elsewhere = world.env.create_guild(name="Elsewhere")
    elsewhere.create_text_channel("room")
    boss = elsewhere.create_role("Boss", permissions=discord.Permissions(manage_guild=True))
    admin = elsewhere.add_member(world.env.create_user("boss"), roles=[boss])
    preview = await used(world, "import", file=("s.yaml", b"note: Ours.\n"))
    panel = await opened(world, admin)

    await forged_press(admin, panel, custom_id_of(preview, "Apply"))

    assert NOTHING in text_of(panel)
    assert "Ours." not in text_of(panel)


FILES = {
    "unknown keys": (b"answers: private\nanswer: private\n", "settings.yaml:2"),
    "not YAML": (b"{[", "settings.yaml:1"),
    "not text": (bytes(range(128, 256)), "settings.yaml"),
    "empty": (b"", "settings.yaml"),
    "a list": (b"- answers\n", "is a list"),
    "unknown topic": (b"hidden_topics: [weather]\n", "There is no topic “weather”"),
    "a channel that is not here": (b"private_channels: ['123']\n", "This server has no channel 123"),
    "a role that is not here": (b"sharers: ['123']\n", "This server has no role 123"),
    "both rules": (b"private_channels: ['1']\npublic_channels: ['1']\n", "Remove one"),
    "a long note": (b"note: " + b"x" * 301 + b"\n", "settings.yaml:1"),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_with_mistakes_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    """The admin reads what is wrong and where; nothing is kept and nothing changes."""
    content, said = FILES[name]
    async with open_world(settings_for(tmp_path)) as world:
        await opened(world)
        message = await used(world, "import", file=("s.yaml", content))

        assert NOTHING in text_of(message)
        assert said in text_of(message)
        assert labels_of(message) == []
    assert on.rows(tmp_path, "SELECT * FROM settings_drafts") == []


async def test_a_file_of_1_mib_is_refused_without_being_read(world: World) -> None:
    """The size that Discord states is enough to say no."""
    message = await used(world, "import", file=("s.yaml", b"# long\n" * (2**20 // 7)))

    assert NOTHING in text_of(message)
    assert "settings never need more" in text_of(message)
    assert not [request for request in world.env.http_requests if "attachments" in str(request)]


async def test_another_server_s_export_leaves_its_channels_and_roles_out(world: World) -> None:
    """What means nothing here is named and not taken over; the rest can be applied."""
    file = b"server: 42\nanswers: private\nprivate_channels: ['123']\nsharers: ['456']\n"

    preview = await used(world, "import", file=("s.yaml", file))
    shown = text_of(preview)
    applied = await pressed(world, preview, "Apply")

    assert "The file is of another server" in shown
    assert "channels with private answers" in shown
    assert "**Saved.** Answers in this server" in applied
    assert "**Always private** in no channel" in applied
