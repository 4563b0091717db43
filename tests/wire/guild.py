"""The server that the small Discord's members are in, as Discord's REST routes tell of it."""

from typing import Any

from aiohttp import web

from tests.wire.discord import BOT_ID, BOT_USER, CHANNEL, json_answer, member_of

SERVER, ROLE = "500", "900"
_SEES_AND_POSTS = str((1 << 10) | (1 << 11))
_ROLE: dict[str, Any] = {
    "id": ROLE,
    "name": "Helpers",
    "color": 0,
    "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
    "hoist": False,
    "position": 1,
    "permissions": "0",
    "managed": False,
    "mentionable": False,
    "flags": 0,
}
_GUILD = {
    "id": SERVER,
    "name": "Server",
    "owner_id": "800",
    "roles": [_ROLE, _ROLE | {"id": SERVER, "name": "@everyone", "position": 0, "permissions": _SEES_AND_POSTS}],
    "emojis": [],
    "stickers": [],
    "features": [],
    "verification_level": 0,
    "default_message_notifications": 0,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "nsfw_level": 0,
    "premium_tier": 0,
    "preferred_locale": "en-US",
    "system_channel_flags": 0,
    "afk_timeout": 300,
}
# One role may use one command: the first that was registered.
_RESTRICTED = [{"id": "1000", "permissions": [{"id": ROLE, "type": 1, "permission": True}]}]


def guild_routes() -> list[web.RouteDef]:
    """Return the routes that tell of the server."""
    api, application = "/api/v10", f"/api/v10/applications/{BOT_ID}"
    return [
        web.get(f"{api}/guilds/{SERVER}", _answering(_GUILD)),
        web.get(f"{api}/guilds/{SERVER}/channels", _answering([CHANNEL | {"permission_overwrites": []}])),
        web.get(f"{api}/guilds/{SERVER}/members/{BOT_ID}", _answering(member_of(BOT_USER))),
        web.get(f"{application}/guilds/{SERVER}/commands/permissions", _answering(_RESTRICTED)),
    ]


def _answering(data: Any) -> Any:
    async def answer(_: web.Request) -> web.Response:
        return json_answer(data)

    return answer
