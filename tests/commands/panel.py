"""Uses the settings panel as admins do, and reads what it says."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import simcord
from simcord.backend.serializers import message_payload
from simcord.builders import ChannelHandle

from tests.commands.reading import custom_id_of, parts_of, text_of
from tests.conftest import World

# The controls of the panel, by the words they stand under.
ANSWERS = "Who sees answers"
PRIVATE = "Always private in…"
PUBLIC = "Always public in…"
SHARERS = "Roles that may, too…"
LANGUAGE = "Language"
HIDE = "Hide topics…"
NOTE = "Write, change or remove a note…"
NEWS = "Post news in…"
TEXTS = "Questions without an answer"
UNDO = "Undo the last change"
BACK = "Open the settings"

Who = simcord.MemberActor

NOTHING = "**Nothing was changed.**"  # how refusals begin


async def used(world: World, command: str, who: Who | None = None, **options: Any) -> simcord.ResponseMessage:
    """Use a subcommand of /settings and return the private message it answers with."""
    who = who or world.admin
    channel = next(iter(who.guild.channels.values())) if who.guild.id != world.guild.id else world.channel
    return answer_of(await who.slash(channel, f"settings {command}", **options))


def answer_of(result: simcord.InteractionResult) -> simcord.ResponseMessage:
    """Return the private message that answers an interaction."""
    message = result.followups[-1] if result.followups else result.response
    assert message is not None, "there was no answer"
    assert message.ephemeral, "settings are nobody else's business"
    return message


async def opened(world: World, who: Who | None = None) -> simcord.ResponseMessage:
    """Open the panel."""
    return await used(world, "panel", who)


async def chosen(
    world: World, panel: simcord.ResponseMessage, control: str, values: Sequence[Any], who: Who | None = None
) -> str:
    """Choose in a control of *panel*; return what it says then."""
    result = await (who or world.admin).select(panel, values, custom_id=custom_id_of(panel, control))
    assert result.acknowledged
    return text_of(result.followups[-1] if result.followups else panel)


async def pressed(world: World, panel: simcord.ResponseMessage, label: str, who: Who | None = None) -> str:
    """Press a button of *panel*; return what it says then."""
    result = await (who or world.admin).click(panel, label=label)
    assert result.acknowledged
    return text_of(result.followups[-1] if result.followups else panel)


async def noted(world: World, panel: simcord.ResponseMessage, place: str, text: str, who: Who | None = None) -> str:
    """Write *text* into the form of a note, of a topic or of ``all`` answers; return what the panel says then."""
    who = who or world.admin
    form = await who.select(panel, [place], custom_id=custom_id_of(panel, NOTE))
    result = await submitted(who, form, text)
    assert result.acknowledged
    return text_of(result.followups[-1] if result.followups else panel)


async def submitted(who: Who, form: simcord.InteractionResult, text: str) -> simcord.InteractionResult:
    """Write *text* into the only field of an opened form and send it."""
    return await who.submit_modal(form, {field_of(form)["custom_id"]: text})


async def decided(world: World, control: str, *values: Any) -> None:
    """Open a panel, choose one thing, and make sure it was saved."""
    assert "**Saved.**" in await chosen(world, await opened(world), control, values)


def field_of(form: simcord.InteractionResult) -> dict[str, Any]:
    """Return the only field of an opened form."""
    assert form.modal is not None, "no form was opened"
    field: dict[str, Any] = form.modal["components"][0]["component"]
    return field


def standing_in(form: simcord.InteractionResult) -> str:
    """Return the text that an opened form is filled with."""
    return str(field_of(form).get("value") or "")


async def forged(
    actor: simcord.MemberActor, kind: int, channel: simcord.ChannelHandle, data: dict[str, Any], **extra: Any
) -> simcord.InteractionResult:
    """Send an interaction that Discord's own client would not offer."""
    return await actor._dispatch_interaction(kind, channel, data, **extra)


async def forged_press(
    actor: simcord.MemberActor, panel: simcord.ResponseMessage, custom_id: str, values: Sequence[str] = ()
) -> simcord.InteractionResult:
    """Use a component of a message with an id and values of one's own, although the client would not let *actor*."""
    env = actor._env
    kind, more = (3, {"options": [{"label": value, "value": value} for value in values]}) if values else (2, {})
    component = {"type": kind, "style": 2, "label": "Forged", "custom_id": custom_id, **more}
    stored = env.backend.get_message(panel.channel_id, panel.id)
    message = {**message_payload(env.backend, stored), "components": [{"type": 1, "components": [component]}]}
    data = {"custom_id": custom_id, "component_type": kind, "values": list(values)}
    channel = ChannelHandle(env, actor.guild, env.backend.get_channel(panel.channel_id))
    return await forged(actor, 3, channel, data, extra={"message": message}, source_message_id=panel.id)


@asynccontextmanager
async def write_lock(folder: Path) -> AsyncIterator[sqlite3.Connection]:
    """Yield a connection to a running bot's database that alone may write; what it writes is kept."""
    connection = sqlite3.connect(folder / "data" / "bot.db", isolation_level=None, timeout=0)
    try:
        while not connection.in_transaction:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:  # the bot is writing; it needs our event loop to get done
                await asyncio.sleep(0.01)
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what the database of a bot that has stopped holds."""
    connection = sqlite3.connect(folder / "data" / "bot.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def trail(folder: Path) -> list[int]:
    """Return the versions in the audit trail."""
    return [version for (version,) in rows(folder, "SELECT version FROM server_changes ORDER BY version")]


def manager_in(world: World, name: str = "manager") -> tuple[simcord.MemberActor, simcord.RoleHandle]:
    """Add somebody who may manage the server through a role that can be taken from them."""
    role = world.guild.create_role(name, permissions=discord.Permissions(manage_guild=True))
    return world.guild.add_member(world.env.create_user(name), roles=[role]), role


def form_of(custom_id: str, text: str) -> dict[str, Any]:
    """Return what a submitted form sends."""
    field = {"type": 4, "id": 2, "custom_id": "note", "value": text}
    return {"custom_id": custom_id, "components": [{"type": 18, "id": 1, "component": field}]}


async def card_of(world: World, command: str = "article5", **options: Any) -> simcord.ResponseMessage:
    """Return what the member is answered with in the channel."""
    result = await world.member.slash(world.channel, command, **options)
    assert result.response is not None
    return result.response


def menu_of(message: simcord.ResponseMessage, placeholder: str) -> dict[str, Any]:
    """Return the menu or picker that stands under these words."""
    return next(item for item in parts_of(message) if item.get("placeholder") == placeholder)
