"""/settings check: what does not work as it is set up, from what Discord says of the server."""

import discord
import pytest

from tests.commands import panel as on
from tests.commands.panel import chosen, noted, opened, pressed, used
from tests.commands.reading import text_of
from tests.conftest import World

WELL = "All is well"


async def checked(world: World) -> str:
    return text_of(await used(world, "check"))


async def test_all_is_well(world: World) -> None:
    """Where nothing is wrong, the admin reads so, and comes back to the panel with one press."""
    panel = await opened(world)
    await chosen(world, panel, on.PRIVATE, [world.channel])
    await chosen(world, panel, on.NEWS, [world.channel])
    message = await used(world, "check")

    assert WELL in text_of(message)
    assert "How the bot speaks" in await pressed(world, message, on.BACK)


@pytest.mark.parametrize("control", [on.PRIVATE, on.PUBLIC])
async def test_a_deleted_channel_with_a_rule(world: World, control: str) -> None:
    """It is named, with the way to take it out."""
    gone = world.guild.create_text_channel("gone")
    await chosen(world, await opened(world), control, [gone])
    world.env.backend.delete_channel(gone.id)

    text = await checked(world)

    assert f"<#{gone.id}> ({gone.id}) has a rule, but no longer exists" in text
    assert "Take it out of the list" in text


async def test_a_deleted_role(world: World) -> None:
    """A role that may share and is no more is named."""
    role = world.guild.create_role("Helpers")
    await chosen(world, await opened(world), on.SHARERS, [role])
    world.env.backend.delete_role(world.guild.id, role.id)

    assert f"A role ({role.id}) that may show private answers to everyone no longer exists." in await checked(world)


@pytest.mark.parametrize(
    ("denied", "missing"),
    [({"send_messages": False}, "Send Messages"), ({"view_channel": False}, "View Channel")],
    ids=["send", "view"],
)
async def test_a_news_channel_the_bot_may_not_post_in(world: World, denied: dict[str, bool], missing: str) -> None:
    """The missing permission is named as Discord names it."""
    closed = world.guild.create_text_channel(
        "closed", overwrites={world.guild.default_role: discord.PermissionOverwrite(**denied)}
    )
    await chosen(world, await opened(world), on.NEWS, [closed])

    text = await checked(world)

    assert f"may not post edition news in <#{closed.id}>" in text
    assert f"“{missing}”" in text


async def test_a_note_that_refers_to_a_hidden_topic(world: World) -> None:
    """A note must not send members to a command that is hidden here; other notes may stay."""
    panel = await opened(world)
    await noted(world, panel, "all", "See also /aid.")
    await noted(world, panel, "stance", "See /article5.")
    await chosen(world, panel, on.HIDE, ["aid"])

    text = await checked(world)

    assert "The note above every answer refers to `/aid`, which is hidden here." in text
    assert text.count("refers to") == 1


async def test_a_note_above_a_hidden_topic(world: World) -> None:
    """Nobody would ever see it."""
    panel = await opened(world)
    await noted(world, panel, "aid", "Read this first.")
    await chosen(world, panel, on.HIDE, ["aid"])

    assert "There is a note above `aid`, which is hidden here." in await checked(world)


def command_id(world: World, name: str) -> int:
    commands = world.env.backend.commands[None].values()
    return next(int(command["id"]) for command in commands if command["name"] == name)


async def test_commands_that_the_server_itself_restricts(world: World) -> None:
    """Each restricted command is named as members know it, with whom it is allowed for and closed for."""
    staff = world.guild.create_text_channel("staff")
    world.guild.set_command_permissions(
        command_id(world, "aid"), {world.guild.default_role: False, world.other: True, staff: False}
    )
    world.guild.set_command_permissions(command_id(world, "Check the facts"), {world.guild.default_role: False})

    text = await checked(world)

    closed = f"closed for everyone, <#{staff.id}>"
    assert f"`/aid` is restricted by this server itself: allowed for <@{world.other.id}>; {closed}." in text
    assert "“Check the facts” is restricted by this server itself: closed for everyone." in text
    assert "Server Settings, Integrations" in text


async def test_a_restriction_of_the_whole_bot(world: World) -> None:
    """An override of the app itself concerns all commands, and is said so."""
    role = world.guild.create_role("Helpers")
    world.guild.set_command_permissions(world.env.backend.application_id, {role: True})

    text = await checked(world)

    assert f"All commands of the bot are restricted by this server itself: allowed for <@&{role.id}>." in text


REFUSALS: list[tuple[str, str]] = [
    ("/guilds/*/channels", "The channels of this server could not be looked up."),
    ("/guilds/*/members/*", "The channels of this server could not be looked up."),
    ("/guilds/*", "The channels of this server could not be looked up."),
    ("/applications/*/guilds/*/commands/permissions", "commands of the bot could not be looked up."),
    ("/applications/*/commands", "commands of the bot could not be looked up."),
]


@pytest.mark.parametrize(("route", "said"), REFUSALS, ids=[route for route, _ in REFUSALS])
async def test_what_cannot_be_asked_is_said_not_guessed(world: World, route: str, said: str) -> None:
    """“All is well” is only said of what was looked at."""
    await chosen(world, await opened(world), on.PRIVATE, [world.channel])
    world.env.inject_error("GET", route, status=403, code=50001, message="Missing Access", times=None)

    text = await checked(world)

    assert WELL not in text
    assert said in text
    assert "no longer exists" not in text


async def test_an_import_does_not_refuse_channels_that_cannot_be_looked_up(world: World) -> None:
    """Where Discord does not say which channels there are, the file is believed."""
    world.env.inject_error("GET", "/guilds/*", status=403, code=50001, message="Missing Access", times=None)

    preview = await used(world, "import", file=("s.yaml", f"private_channels: ['{world.channel.id}']\n".encode()))

    assert f"no channel → <#{world.channel.id}>" in text_of(preview)
