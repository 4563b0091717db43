"""
Makes Discord's list of commands equal to ours: compared at start, written in one PUT, and only if they differ.

A command that Discord has and we do not is kept there unless removal was allowed: deleting a command also deletes every
server's permission overrides for it (Discord docs, "Application Command Permissions").
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.http import Route

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]

# What Discord fills in when we leave it out, by key.
_DEFAULTS: Mapping[str, Any] = {
    "type": 1,
    "nsfw": False,
    "description": "",
    "default_member_permissions": None,
    "name_localizations": None,
    "description_localizations": None,
    "options": [],
    "choices": [],
    "required": False,
    "autocomplete": False,
    "min_value": None,
    "max_value": None,
    "min_length": None,
    "max_length": None,
    "channel_types": [],
}
# What identifies a registration rather than describing the command, or is derived from another key.
_IGNORED = frozenset({"id", "application_id", "version", "guild_id", "dm_permission", "default_permission", "handler"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How our commands differ from those Discord has; names carry a slash."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()  # Discord has them, we do not

    def __str__(self) -> str:
        parts = [
            f"{word} {', '.join(names)}"
            for word, names in (("added", self.added), ("changed", self.changed), ("no longer ours", self.removed))
            if names
        ]
        return "; ".join(parts) or "no difference"

    @property
    def advice(self) -> str:
        """What can be done about commands that are no longer ours; empty when there are none."""
        if not self.removed:
            return ""
        return (
            f"Discord still has {', '.join(self.removed)}, which this edition does not. Removing a command deletes "
            "every server's permission overrides for it, so it stays until you run once with --allow-removals. If it "
            "was a topic's, an entry in the pack's retired.yaml keeps it answering with the topic that took its place."
        )


def compare(ours: Sequence[Payload], theirs: Sequence[Payload]) -> Difference:
    """Return how *ours* differ from *theirs*, whatever defaults either side spells out."""
    mine = {_key(command): _canonical(command) for command in ours}
    known = {_key(command): _canonical(command) for command in theirs}
    return Difference(
        added=tuple(_shown(key) for key in mine if key not in known),
        changed=tuple(_shown(key) for key in mine if key in known and mine[key] != known[key]),
        removed=tuple(_shown(key) for key in known if key not in mine),
    )


def _key(command: Payload) -> tuple[int, str]:
    return int(command.get("type") or 1), str(command["name"])


def _shown(key: tuple[int, str]) -> str:
    return f"/{key[1]}" if key[0] == 1 else f"“{key[1]}”"


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _canonical(sorted(item) if key in {"contexts", "integration_types"} and item else item)
            for key, item in value.items()
            if key not in _IGNORED and item is not None and item != _DEFAULTS.get(key, ...) and item != {}
        }
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value


@dataclass(slots=True, kw_only=True)
class CommandSync:
    """Writes the commands when they differ; failing to do so does not keep the bot from answering."""

    allow_removals: bool = False
    last: Difference = field(default_factory=Difference)  # what the last run found
    was_refused: bool = False  # by Discord in the last run, which trying again does not change

    async def run(
        self, client: discord.Client, tree: app_commands.CommandTree[Any], *, servers: Sequence[int] = ()
    ) -> bool:
        """
        Compare, and write if needed; return whether Discord has what it should.

        *servers* have commands of their own, which are compared likewise; there, what is not ours goes at once.
        """
        self.was_refused = False
        everywhere = await self._run_everywhere(client, tree)
        return all([everywhere, *[await self._run_in(server, client, tree) for server in servers]])

    async def _run_in(self, server: int, client: discord.Client, tree: app_commands.CommandTree[Any]) -> bool:
        try:
            ours, theirs = await registered_and_ours(client, tree, server=server)
            difference = compare(ours, theirs)
            if difference == Difference():
                return True
            assert client.application_id is not None, "logged in"
            await client.http.bulk_upsert_guild_commands(client.application_id, server, payload=[*map(dict, ours)])
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.error("Discord did not take the commands of server %d (insights.server): %s", server, error)
            self.was_refused |= _is_refusal(error)
            return False
        log.info("Commands of server %d written: %s.", server, difference)
        return True

    async def _run_everywhere(self, client: discord.Client, tree: app_commands.CommandTree[Any]) -> bool:
        try:
            ours, theirs = await registered_and_ours(client, tree)
            self.last = compare(ours, theirs)
            kept = self._kept(ours, theirs)
            if not (self.last.added or self.last.changed or (self.last.removed and self.allow_removals)):
                return True
            assert client.application_id is not None, "logged in"
            await client.http.bulk_upsert_global_commands(client.application_id, payload=[*map(dict, ours), *kept])
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.error("Discord did not take the commands; those it has go on working: %s", error)
            self.was_refused |= _is_refusal(error)
            return False
        log.info("Commands written: %s.", self.last)
        return True

    def _kept(self, ours: Sequence[Payload], theirs: Sequence[Payload]) -> list[Any]:
        """Return the registrations to leave in place although they are not ours any more."""
        if not self.last.removed or self.allow_removals:
            return []
        log.warning("%s", self.last.advice)
        mine = {_key(command) for command in ours}
        return [
            {key: value for key, value in command.items() if key not in _IGNORED}
            for command in theirs
            if _key(command) not in mine
        ]


def _is_refusal(error: Exception) -> bool:
    return isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429


async def registered_and_ours(
    client: discord.Client, tree: app_commands.CommandTree[Any], *, server: int | None = None
) -> tuple[list[Payload], list[Payload]]:
    """Return our command payloads and those Discord has, for all or for one server. The client must be logged in."""
    assert client.application_id is not None, "logged in"
    guild = discord.Object(server) if server is not None else None
    ours = [command.to_dict(tree) for command in tree.get_commands(guild=guild)]
    scope = "" if server is None else f"/guilds/{server}"
    route = Route("GET", f"/applications/{{application_id}}{scope}/commands", application_id=client.application_id)
    theirs = await client.http.request(route, params={"with_localizations": "true"})
    return list(ours), list(theirs)
