"""``natobot run`` with interactions over HTTP: what is answered, where, and what is refused."""

import asyncio
import json
import re
import socket
import sqlite3
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.signed_requests import BODY_LIMIT, TIME_WINDOW, Rejection
from tests.wire.discord import WireDiscord, interaction_of, interaction_payload
from tests.wire.load import signed_requests
from tests.wire.posting import KEY, PUBLIC_KEY, Answer, Poster, run_http_bot
from tests.wire.process import run_bot

SETTINGS_PANEL = {"id": "901", "name": "settings", "type": 1, "options": [{"name": "panel", "type": 1, "options": []}]}


def numbers(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as response:
        return str(response.read().decode())


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def rows(folder: Path) -> list[tuple[int, str]]:
    """Return the interactions in the log, and their commands."""
    with sqlite3.connect(folder / "data" / "bot.db") as connection:
        return connection.execute("SELECT interaction_id, command FROM queries ORDER BY 1").fetchall()


async def test_replies_are_in_the_answers_and_in_the_log(discord: WireDiscord, tmp_path: Path) -> None:
    """A question whether it is there, a command, choices and a press are answered by the request that brought them."""
    command, choices, press = discord.new_id(), discord.new_id(), discord.new_id()
    typed = {"name": "section", "type": 3, "value": "u", "focused": True}
    async with run_http_bot(discord, tmp_path) as (bot, poster):
        ping = await poster.post({"type": 1})
        answer = await poster.post(interaction_payload(command, "article5", {}))
        offered = await poster.post(
            interaction_of(choices, 4, {"id": "900", "name": "article5", "type": 1, "options": [typed]})
        )
        pressed = await poster.post(
            interaction_of(press, 3, {"custom_id": "k1:src:article5::700", "component_type": 2})
            | {"message": discord.message(answer.reply()["data"])}
        )
        bot.stop()
        status = await bot.exit_status()

    assert ping == Answer(200, "application/json", b'{"type":1}')
    assert answer.reply()["type"] == 4
    assert "Article 5" in json.dumps(answer.reply()["data"]["components"])
    assert offered.reply()["type"] == 8
    assert offered.reply()["data"]["choices"]
    assert pressed.reply()["type"] == 4
    assert status == 0
    assert [row[0] for row in rows(tmp_path)] == [command, press]
    assert discord.callbacks == []
    assert discord.identifies == []


@pytest.mark.parametrize(
    ("version", "connection", "stays"),
    [("1.1", None, True), ("1.1", "close", False), ("1.0", None, False), ("1.0", "keep-alive", True)],
)
async def test_answers_say_what_http_asks_for(
    discord: WireDiscord, tmp_path: Path, version: str, connection: str | None, stays: bool
) -> None:
    """Whatever a load balancer speaks, it learns the length, the day, and whether the connection stays open."""
    asked = f"HTTP/{version}\r\n" + (f"Connection: {connection}\r\n" if connection else "")
    async with run_http_bot(discord, tmp_path) as (_, poster):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(poster.address.rpartition(":")[2]))
        for request in signed_requests(discord.new_id(), 2 if stays else 1):
            writer.write(request.replace(b"HTTP/1.1\r\n", asked.encode()))
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(re.search(r"content-length: (\d+)", head).group(1))  # type: ignore[union-attr]
            reply = json.loads(await reader.readexactly(length))

            assert head.startswith(f"http/{version} 200 ok\r\n")
            assert "content-type: application/json\r\n" in head
            assert re.search(r"date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d gmt\r\n", head)
            assert reply["type"] == 4
        if not stays:
            assert await reader.read() == b""
        writer.close()


async def test_what_is_followed_up_goes_to_the_callback_route(discord: WireDiscord, tmp_path: Path) -> None:
    """A reply that announces another is no answer to the request: Discord would not know the message yet."""
    interaction = discord.new_id()
    async with run_http_bot(discord, tmp_path) as (_, poster):
        answer = await poster.post(interaction_of(interaction, 2, SETTINGS_PANEL))
        edit = await discord.edit_of(interaction)

    assert answer == Answer(202, "application/octet-stream", b"")
    assert [(reply.interaction_id, reply.payload["type"]) for reply in discord.callbacks] == [(interaction, 5)]
    assert edit["components"]


async def test_pictures_are_in_the_answer_and_later_ones_follow(discord: WireDiscord, tmp_path: Path) -> None:
    """A picture that has to be drawn follows the words; one that is there comes with them."""
    drawn, kept = discord.new_id(), discord.new_id()
    async with run_http_bot(discord, tmp_path) as (_, poster):
        words = await poster.post(interaction_payload(drawn, "aid", {"chart": "largest-donors"}))
        edit = await discord.edit_of(drawn, within=30)
        whole = await poster.post(interaction_payload(kept, "aid", {"chart": "largest-donors"}))

    assert words.status == 202
    assert "attachment://" in json.dumps(edit)
    assert whole.content_type == "multipart/form-data"
    assert "attachment://" in json.dumps(whole.reply())
    assert b"\x89PNG" in whole.body
    assert [reply.interaction_id for reply in discord.callbacks] == [drawn]


async def test_a_request_that_comes_again_gets_the_same_answer_once(discord: WireDiscord, tmp_path: Path) -> None:
    """A load balancer that tries again gets the same bytes, and the log has one row."""
    payload = interaction_payload(discord.new_id(), "article5", {})
    async with run_http_bot(discord, tmp_path) as (bot, poster):
        first, second, third = await asyncio.gather(*(poster.post(payload) for _ in range(3)))
        later = await poster.post(payload)
        bot.stop()
        await bot.exit_status()

    assert first.reply()["type"] == 4
    assert first == second == third == later
    assert len(rows(tmp_path)) == 1


async def test_who_hung_up_is_answered_by_the_callback_route(discord: WireDiscord, tmp_path: Path) -> None:
    """Discord may still wait although the connection that brought the interaction has gone."""
    interaction = discord.new_id()
    body = json.dumps(interaction_payload(interaction, "article5", {})).encode()
    async with run_http_bot(discord, tmp_path) as (_, poster):
        with socket.create_connection(address_of(poster), timeout=10) as connection:
            connection.sendall(request(body, poster.signed(body)))
        async with asyncio.timeout(20):
            while not discord.callbacks:
                await asyncio.sleep(0.02)

    assert [(reply.interaction_id, reply.payload["type"]) for reply in discord.callbacks] == [(interaction, 4)]


async def test_what_is_not_from_discord_is_refused_and_counted(
    discord: WireDiscord, tmp_path: Path, unused_tcp_port: int
) -> None:
    """Forged, late, oversized and odd requests get a status and no more, and the next good one its answer."""
    body = json.dumps(interaction_payload(discord.new_id(), "article5", {})).encode()
    async with run_http_bot(discord, tmp_path, BOT__HEALTH__PORT=str(unused_tcp_port), BOT__LOG__LEVEL="debug") as (
        bot,
        poster,
    ):
        good = poster.signed(body)
        forged = good | {"X-Signature-Ed25519": KEY.sign(b"else").signature.hex()}
        other_time = good | {"X-Signature-Timestamp": str(int(good["X-Signature-Timestamp"]) + 1)}
        late = Poster(poster.address, poster.session, skew=-TIME_WINDOW - 5).signed(body)
        early = Poster(poster.address, poster.session, skew=TIME_WINDOW + 5).signed(body)
        large = b'{"type":1,"x":"' + b"x" * BODY_LIMIT + b'"}'
        cases: list[tuple[int, bytes, Mapping[str, str]]] = [
            (401, body, forged),
            (401, body, other_time),
            (401, body + b" ", good),
            (401, body, without(good, "X-Signature-Ed25519")),
            (401, body, without(good, "X-Signature-Timestamp")),
            (401, body, good | {"X-Signature-Ed25519": "zz" * 64}),
            (401, body, good | {"X-Signature-Ed25519": "ab" * 63}),
            (401, body, good | {"X-Signature-Timestamp": "soon"}),
            (401, body, good | {"X-Signature-Timestamp": "9" * 5000}),
            (401, body, late),
            (401, body, early),
            (415, body, good | {"Content-Type": "text/plain"}),
            (413, large, poster.signed(large)),
            (400, b"not json", poster.signed(b"not json")),
            (400, b"[1]", poster.signed(b"[1]")),
            (400, b'{"type":2}', poster.signed(b'{"type":2}')),
        ]
        for status, content, headers in cases:
            answer = await poster.post_raw(content, headers)
            assert (answer.status, len(answer.body) < 20) == (status, True), (content[:40], headers)
        assert (await poster.post_raw(body, good, "/elsewhere")).status == 404
        async with poster.session.get(f"{poster.address}/interactions") as answer_to_get:
            assert answer_to_get.status == 405
        chunked = await poster.session.post(f"{poster.address}/interactions", data=pieces(large), headers=good)
        assert chunked.status == 413
        assert (await poster.post_raw(body, good)).reply()["type"] == 4
        text = await asyncio.to_thread(numbers, unused_tcp_port)
        printed = bot.output()

    counted = {kind: int(count) for kind, count in re.findall(r'rejected_total\{reason="(\w+)"\} (\d+)', text)}
    assert counted == {kind.value: 0 for kind in Rejection} | {
        "signature": 3,
        "headers": 6,
        "time": 2,
        "content_type": 1,
        "size": 2,
        "body": 3,
        "path": 1,
        "method": 1,
    }
    assert "natobot_http_interactions_total 1" in text
    assert "natobot_http_serving 1" in text
    assert "natobot_gateway" not in text
    assert "let it be set by NTP" in printed
    assert good["X-Signature-Ed25519"] not in printed
    assert "Traceback" not in printed


async def test_a_slow_body_is_not_waited_for(discord: WireDiscord, tmp_path: Path) -> None:
    """Whoever sends half a request keeps nobody waiting, and is told so."""
    body = json.dumps(interaction_payload(discord.new_id(), "article5", {})).encode()
    async with run_http_bot(discord, tmp_path) as (_, poster):
        reader, writer = await asyncio.open_connection(*address_of(poster))
        writer.write(request(body, poster.signed(body))[: -len(body) // 2])
        answer = await poster.post_raw(body, poster.signed(body))
        async with asyncio.timeout(15):
            told = await reader.read()
        writer.close()

    assert answer.reply()["type"] == 4
    assert told.startswith(b"HTTP/1.1 408 ")


async def test_what_is_not_http_harms_nobody(discord: WireDiscord, tmp_path: Path, unused_tcp_port: int) -> None:
    """Garbage on the port ends its own connection, is counted, and is not quoted in the log."""
    async with run_http_bot(discord, tmp_path, BOT__HEALTH__PORT=str(unused_tcp_port), BOT__LOG__LEVEL="debug") as (
        bot,
        poster,
    ):
        for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"POST / HTTP/9.9\r\n\r\n", b"\r\n" * 100):
            reader, writer = await asyncio.open_connection(*address_of(poster))
            writer.write(garbage)
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 10)
            writer.close()
        answer = await poster.post(interaction_payload(discord.new_id(), "article5", {}))
        text = await asyncio.to_thread(numbers, unused_tcp_port)
        printed = bot.output()

    assert answer.reply()["type"] == 4
    assert 'natobot_http_rejected_total{reason="not_http"} 0' not in text
    assert "Traceback" not in printed


async def test_events_of_the_application_are_taken(discord: WireDiscord, tmp_path: Path, unused_tcp_port: int) -> None:
    """Discord's question is answered as it wants, events are counted by kind, and nothing else is taken."""
    added = {"type": "APPLICATION_AUTHORIZED", "data": {"integration_type": 0, "guild": {"id": "500"}}}
    removed = {"type": "APPLICATION_DEAUTHORIZED", "data": {"user": {"id": "700"}}}
    bought = {"type": "ENTITLEMENT_CREATE", "data": {"id": "1"}}
    async with run_http_bot(discord, tmp_path, BOT__HEALTH__PORT=str(unused_tcp_port)) as (_, poster):
        ping = await poster.post({"version": 1, "type": 0}, "/events")
        taken = [
            (await poster.post({"version": 1, "type": 1, "event": event}, "/events")).status
            for event in (added, removed, bought, {}, {"type": ["odd"], "data": 5})
        ]
        odd = [(await poster.post(data, "/events")).status for data in ({"type": 7}, {"type": 1, "event": 5})]
        forged = await poster.post_raw(b"{}", poster.signed(b"[]"), "/events")
        text = await asyncio.to_thread(numbers, unused_tcp_port)

    assert (ping.status, ping.content_type, ping.body) == (204, "application/json", b"")
    assert taken == [204] * 5
    assert (odd, forged.status) == ([400, 400], 401)
    assert 'natobot_webhook_events_total{kind="APPLICATION_AUTHORIZED"} 1' in text
    assert 'natobot_webhook_events_total{kind="APPLICATION_DEAUTHORIZED"} 1' in text
    assert 'natobot_webhook_events_total{kind="other"} 3' in text


async def test_stopping_loses_nothing(discord: WireDiscord, tmp_path: Path, unused_tcp_port: int) -> None:
    """After SIGTERM it says that it is not ready, goes on answering for a moment, and then leaves."""
    statuses: list[int] = []
    async with run_http_bot(
        discord, tmp_path, BOT__HEALTH__PORT=str(unused_tcp_port), BOT__HTTP__LINGER_SECONDS="1.5"
    ) as (bot, poster):
        assert await asyncio.to_thread(is_ready, unused_tcp_port)
        bot.stop()
        async with asyncio.timeout(10):
            while await asyncio.to_thread(is_ready, unused_tcp_port):
                await asyncio.sleep(0.02)
        for _ in range(5):
            answer = await poster.post(interaction_payload(discord.new_id(), "article5", {}))
            statuses.append(answer.status)
        status = await bot.exit_status()

    assert statuses == [200] * 5
    assert status == 0
    assert len(rows(tmp_path)) == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "DISCORD_PUBLIC_KEY"),
        ({"DISCORD_PUBLIC_KEY": "abc"}, "64 hexadecimal digits"),
        (
            {"DISCORD_PUBLIC_KEY": PUBLIC_KEY, "BOT__HTTP__HOST": "192.0.2.1"},
            "http.port 8081 on 192.0.2.1 cannot be used",
        ),
        ({"DISCORD_PUBLIC_KEY": PUBLIC_KEY, "DISCORD_TOKEN": "wrong"}, "Discord refused the token"),
    ],
)
async def test_a_wrong_setting_is_named(
    discord: WireDiscord, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    """Without its key, its port or its token it ends with 78 and says which."""
    async with run_bot(discord, tmp_path, ready=False, BOT__DELIVERY__MODE="http", **changes) as bot:
        status = await bot.exit_status()
        printed = bot.output()

    assert status == 78
    assert words in printed
    assert "Traceback" not in printed


def without(headers: Mapping[str, str], name: str) -> Mapping[str, str]:
    return {key: value for key, value in headers.items() if key != name}


async def pieces(body: bytes) -> Any:
    """Yield *body* in parts, so that nobody says how long it will be."""
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


def address_of(poster: Poster) -> tuple[str, int]:
    host, port = poster.address.removeprefix("http://").split(":")
    return host, int(port)


def request(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return the bytes of a request."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /interactions HTTP/1.1\r\nHost: bot\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body
