"""
What a plain discord.py bot does under each fault, and what ours does: ``make bench ARGS=faults``.

Every scenario runs both as processes on a small Discord of their own and says what was seen; the table goes into
docs/reliability.md. Outages are shortened and heartbeats quickened, so that the whole takes some minutes.
"""

import asyncio
import itertools
import json
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.factories import REAL_PACK
from tests.wire import faults
from tests.wire.discord import Fault, interaction_of, message_of
from tests.wire.gateway_faults import FaultyDiscord
from tests.wire.process import environment

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
BEGIN, END = "<!-- faults -->", "<!-- end of faults -->"
BOTS = {"plain": ("benchmarks.plain_bot",), "ours": ("bot", "run")}
AT_ONCE = 6  # bots running; more would slow each other down
START_LIMIT = 30.0  # seconds to READY
WATCHED = 32.0  # seconds in which an answer, or the end of trying, is waited for
BEAT = 10_000  # milliseconds between heartbeats where they matter
SILENCE_LIMIT = 75.0  # seconds
OUTAGE = 45.0  # seconds
STEADY = 12.0  # seconds after which a process that is still there counts as going on

COMMAND = {"id": "900", "name": "article5", "type": 1, "options": []}


@dataclass(slots=True)
class Attempt:
    """One request for a reply."""

    at: float
    given_up_at: float | None = None  # when the bot closed a connection that it had waited on


@dataclass(slots=True)
class WatchedDiscord(FaultyDiscord):
    """Notes when replies are tried."""

    attempts: list[Attempt] = field(default_factory=list)

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        attempt = Attempt(time.monotonic())
        self.attempts.append(attempt)
        watching = asyncio.create_task(_watch(request, attempt))
        try:
            return await FaultyDiscord._callback(self, request)
        finally:
            watching.cancel()


async def _watch(request: web.Request, attempt: Attempt) -> None:
    while request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(0.05)
    attempt.given_up_at = time.monotonic()


@dataclass(slots=True, kw_only=True)
class Stage:
    """A bot under test and the Discord it talks to."""

    discord: WatchedDiscord
    folder: Path
    bot: str
    process: asyncio.subprocess.Process | None = None
    started: float = 0.0

    async def start(self, *, ready: bool = True, **changes: str) -> None:
        """Start the bot; wait until it is connected when *ready*."""
        self.started = time.monotonic()
        with (self.folder / "output.txt").open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *BOTS[self.bot]),
                cwd=REAL_PACK.parents[1],
                env={
                    **environment(self.discord, self.folder),
                    "DISCORD_GATEWAY_URL": self.discord.url.replace("http://", "ws://") + "/gateway",
                    "PLAIN_DATABASE": str(self.folder / "plain.db"),
                    **changes,
                },
                stdout=output,
                stderr=output,
            )
        if ready:
            async with asyncio.timeout(START_LIMIT):
                await self.discord.ready.wait()
            await asyncio.sleep(1.0)  # its database is open

    async def end(self) -> None:
        """Make sure that the bot is gone."""
        if self.process is not None:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()

    async def exit_within(self, seconds: float) -> int | None:
        """Return the exit status; ``None`` when the process is still there after *seconds*."""
        assert self.process is not None, "started"
        try:
            async with asyncio.timeout(seconds):
                return await self.process.wait()
        except TimeoutError:
            return None

    async def reply_to(self, interaction: int, *, within: float = WATCHED) -> float | None:
        """Return the seconds until the reply was there; ``None`` when it did not come."""
        before = time.monotonic()
        try:
            await self.discord.answer_to(interaction, within=within)
        except TimeoutError:
            return None
        return time.monotonic() - before


Observe = Callable[[Stage], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A fault, how it is brought about and seen, and the test that holds what ours does."""

    fault: str
    test: str  # file and function below tests/
    observe: Observe


def exits(*, within: float = STEADY, prepare: Callable[[WatchedDiscord], None] = lambda _: None, **env: str) -> Observe:
    """The bot is started into a fault."""

    async def observe(stage: Stage) -> str:
        prepare(stage.discord)
        await stage.start(ready=False, **env)
        status = await stage.exit_within(within)
        if stage.discord.ready.is_set():
            return "waits and starts"
        return "goes on trying" if status is None else _ended(status, stage)

    return observe


def replies(*happening: Fault, for_ever: bool = False) -> Observe:
    """The reply to a command meets *happening*."""

    async def observe(stage: Stage) -> str:
        await stage.start()
        stage.discord.faults = iter(happening * (1000 if for_ever else 1))
        asked = await stage.discord.slash("article5")
        began = time.monotonic()
        taken = await stage.reply_to(asked)
        if taken is not None:
            return f"answered {_after(taken)}"
        attempts = stage.discord.attempts
        last = attempts[-1].given_up_at or attempts[-1].at
        words = "1 attempt" if len(attempts) == 1 else f"{len(attempts)} attempts"
        if attempts[-1].given_up_at is None and happening[-1] is faults.hang:
            return f"not answered: {words}, still waiting after {_seconds(WATCHED)}"
        return f"not answered: {words}, given up {_after(last - began)}"

    return observe


def reconnects(happen: Callable[[Stage], Awaitable[None]], *, within: float = WATCHED, beat: int = 0) -> Observe:
    """Something happens to the gateway connection."""

    async def observe(stage: Stage) -> str:
        if beat:
            stage.discord.heartbeat_ms = beat
        await stage.start()
        signed_in = len(stage.discord.identifies)
        stage.discord.ready.clear()
        before = time.monotonic()
        await happen(stage)
        try:
            async with asyncio.timeout(within):
                await stage.discord.ready.wait()
        except TimeoutError:
            return f"not noticed in {_seconds(within)}"
        how = "signed in anew" if len(stage.discord.identifies) > signed_in else "resumed"
        return f"{how} {_after(time.monotonic() - before)}"

    return observe


def receives(*frames: str, interaction: dict[str, Any] | None = None) -> Observe:
    """Something odd comes in, then a command."""

    async def observe(stage: Stage) -> str:
        await stage.start()
        for frame in frames:
            await stage.discord.send_raw(frame)
        if interaction is not None:
            await stage.discord.send("INTERACTION_CREATE", interaction)
        status = await stage.exit_within(3.0)
        if status is not None:
            return _ended(status, stage)
        odd = "" if interaction is None else _odd(stage, int(interaction["id"]))
        taken = await stage.reply_to(await stage.discord.slash("article5"), within=5.0)
        return odd + ("answers on" if taken is not None else "answers no more")

    return observe


def stops(number: signal.Signals) -> Observe:
    """The process is asked to end while a reply is on its way."""

    async def observe(stage: Stage) -> str:
        await stage.start()
        stage.discord.callback_delay = 1.0
        asked = await stage.discord.slash("article5")
        await asyncio.sleep(0.3)
        assert stage.process is not None, "started"
        stage.process.send_signal(number)
        status = await stage.exit_within(WATCHED)
        delivered = any(reply.interaction_id == asked for reply in stage.discord.callbacks)
        return f"reply {'delivered' if delivered else 'lost'}, ends with {status}"

    return observe


async def _invalid_for_ever(stage: Stage) -> str:
    stage.discord.invalidates = True
    await stage.start(ready=False)
    await asyncio.sleep(30.0)
    return f"{len(stage.discord.identifies)} sign-ins in 30 s"


async def _outage(stage: Stage) -> str:
    await stage.start()
    port = stage.discord.port
    stage.discord.ready.clear()
    await stage.discord.go_away()
    await asyncio.sleep(OUTAGE)
    await stage.discord.come_back(port)
    before = time.monotonic()
    try:
        async with asyncio.timeout(2 * OUTAGE):
            await stage.discord.ready.wait()
    except TimeoutError:
        return f"not back {_seconds(2 * OUTAGE)} after the network"
    return f"back {_seconds(time.monotonic() - before)} after the network"


async def _commands_refused(stage: Stage) -> str:
    stage.discord.command_faults = itertools.repeat(faults.status(503))
    await stage.start(ready=False)
    status = await stage.exit_within(5.0)
    if status is not None:
        return _ended(status, stage)
    taken = await stage.reply_to(await stage.discord.slash("article5"), within=5.0)
    return "answers meanwhile" if taken is not None else "does not answer"


async def _stale_button(stage: Stage) -> str:
    await stage.start()
    data = {"custom_id": "v0:what", "component_type": 2}
    asked = await stage.discord.interact(3, data, message=message_of({}))
    taken = await stage.reply_to(asked, within=4.0)
    return "not answered, no line" if taken is None else f"answered {_after(taken)}, privately"


def _skewed(seconds: float) -> Observe:
    async def observe(stage: Stage) -> str:
        await stage.start()
        stage.discord.clock_ahead = seconds
        taken = await stage.reply_to(await stage.discord.slash("article5"))
        return "not answered" if taken is None else f"answered {_after(taken)}"

    return observe


async def _silent(stage: Stage) -> None:
    stage.discord.acks = False


async def _unacknowledged(stage: Stage) -> None:
    stage.discord.acks = False

    async def chatter() -> None:
        while not stage.discord.ready.is_set():
            await stage.discord.send("TYPING_START", {})
            await asyncio.sleep(1.0)

    asyncio.get_running_loop().create_task(chatter(), name="chatter")


def _closes(code: int) -> Callable[[Stage], Awaitable[None]]:
    return lambda stage: stage.discord.drop(code)


def _sends(frame: dict[str, Any]) -> Callable[[Stage], Awaitable[None]]:
    return lambda stage: stage.discord.send_raw(json.dumps({"s": None, "t": None, **frame}))


async def _revoked(stage: Stage) -> str:
    await stage.start()
    await stage.discord.drop(4004)
    status = await stage.exit_within(WATCHED)
    return "goes on trying" if status is None else _ended(status, stage)


def _without(payload: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name != key}


def _refuse_sign_in(code: int) -> Callable[[WatchedDiscord], None]:
    return lambda discord: setattr(discord, "close_code", code)


def _answer_login(status: int, body: str, kind: str) -> Callable[[WatchedDiscord], None]:
    def prepare(discord: WatchedDiscord) -> None:
        discord.login_answers.extend(
            web.Response(status=status, body=body.encode(), headers={"Content-Type": kind}) for _ in range(2)
        )

    return prepare


_ODD_ID = 1_400_000_000_000_000_001
_START, _RUN, _WIRE, _GATE = (
    "wire/test_start_and_stop.py::test_",
    "wire/test_run.py::test_",
    "wire/test_faults.py::test_",
    "wire/test_connection.py::test_",
)
_SKEW = _WIRE + "a_clock_that_is_wrong_changes_nothing"
_PASSING = _WIRE + "a_passing_fault_does_not_keep_the_answer_from_the_person"
_LASTING = _WIRE + "what_cannot_be_delivered_is_said_once_and_never_answered_again"
_OPERATOR = _START + "what_an_operator_has_to_change_ends_with_78"

SCENARIOS = (
    Scenario(
        fault="token refused at login",
        test=_RUN + "a_refused_token_is_one_clear_line",
        observe=exits(DISCORD_TOKEN="not.a.token"),
    ),
    Scenario(fault="intents refused (4014)", test=_OPERATOR, observe=exits(prepare=_refuse_sign_in(4014))),
    Scenario(fault="gateway version refused (4012)", test=_OPERATOR, observe=exits(prepare=_refuse_sign_in(4012))),
    Scenario(
        fault="token revoked while running (4004)",
        test=_RUN + "a_token_revoked_while_running_ends_with_78",
        observe=_revoked,
    ),
    Scenario(
        fault="no name resolution at start",
        test=_START + "a_name_that_cannot_be_resolved_is_tried_again_and_ends_with_75",
        observe=exits(DISCORD_API_URL="http://discord.invalid/api/v10"),
    ),
    Scenario(
        fault="nothing listens at start",
        test=_RUN + "an_unreachable_discord_is_tried_again_and_ends_with_75",
        observe=exits(DISCORD_API_URL="http://127.0.0.1:9/api/v10"),
    ),
    Scenario(
        fault="captive portal at start (200, a page)",
        test=_START + "whatever_stands_before_discord_is_waited_out",
        observe=exits(prepare=_answer_login(200, "<html>Log in</html>", "text/html; charset=utf-8")),
    ),
    Scenario(
        fault="Discord down at start (503, twice)",
        test=_START + "whatever_stands_before_discord_is_waited_out",
        observe=exits(prepare=_answer_login(503, '{"message":"unavailable"}', "application/json")),
    ),
    Scenario(
        fault="commands cannot be written (503)",
        test=_START + "commands_that_cannot_be_written_are_tried_again_while_it_answers",
        observe=_commands_refused,
    ),
    Scenario(
        fault="session invalid, once",
        test=_GATE + "a_session_refused_when_resuming_is_made_anew",
        observe=reconnects(_sends({"op": 9, "d": False})),
    ),
    Scenario(
        fault="session invalid, for ever",
        test=_GATE + "sessions_refused_for_ever_end_before_the_token_is_in_danger",
        observe=_invalid_for_ever,
    ),
    *(
        Scenario(
            fault=f"gateway closed with {code}",
            test=_GATE + "a_closed_connection_is_resumed",
            observe=reconnects(_closes(code)),
        )
        for code in (1000, 4000, 4009)
    ),
    Scenario(
        fault="gateway connection cut",
        test=_GATE + "an_aborted_connection_is_resumed",
        observe=reconnects(lambda stage: stage.discord.abort()),
    ),
    Scenario(
        fault="asked to reconnect (op 7)",
        test=_GATE + "being_asked_to_reconnect_is_followed",
        observe=reconnects(_sends({"op": 7, "d": None})),
    ),
    Scenario(
        fault="gateway falls silent",
        test=_GATE + "a_silent_socket_is_left_and_the_session_resumed",
        observe=reconnects(_silent, within=SILENCE_LIMIT, beat=BEAT),
    ),
    Scenario(
        fault="heartbeats unacknowledged, events go on",
        test=_GATE + "missing_acknowledgements_are_noticed_although_events_arrive",
        observe=reconnects(_unacknowledged, within=SILENCE_LIMIT, beat=BEAT),
    ),
    Scenario(
        fault=f"network away for {OUTAGE:.0f} s",
        test=_START + "it_is_back_half_a_minute_after_the_network",
        observe=_outage,
    ),
    Scenario(
        fault="interaction without a field",
        test=_WIRE + "what_the_bot_does_not_know_gets_a_private_reply",
        observe=receives(interaction=_without(interaction_of(_ODD_ID, 2, COMMAND), "attachment_size_limit")),
    ),
    Scenario(
        fault="event without a field",
        test=_WIRE + "a_frame_that_makes_no_sense_is_dropped",
        observe=receives('{"op":0,"t":"MESSAGE_CREATE","s":1,"d":{"content":"x"}}'),
    ),
    Scenario(
        fault="frame that is no JSON",
        test=_GATE + "an_unreadable_frame_does_not_end_the_process",
        observe=receives("not json"),
    ),
    Scenario(
        fault="unknown event and opcode",
        test=_WIRE + "a_frame_that_makes_no_sense_is_dropped",
        observe=receives('{"op":0,"t":"NEW","s":1,"d":{}}', '{"op":99,"d":null}'),
    ),
    Scenario(
        fault="unknown kind of interaction",
        test=_WIRE + "what_the_bot_does_not_know_gets_a_private_reply",
        observe=receives(interaction=interaction_of(_ODD_ID, 77, {})),
    ),
    Scenario(
        fault="button of an older version",
        test=_WIRE + "what_the_bot_does_not_know_gets_a_private_reply",
        observe=_stale_button,
    ),
    Scenario(fault="the bot's clock an hour slow", test=_SKEW, observe=_skewed(3600.0)),
    Scenario(fault="the bot's clock an hour fast", test=_SKEW, observe=_skewed(-3600.0)),
    Scenario(fault="reply: connection reset", test=_PASSING, observe=replies(faults.reset)),
    Scenario(fault="reply: connection closed", test=_PASSING, observe=replies(faults.disconnect)),
    Scenario(fault="reply: one 503", test=_PASSING, observe=replies(faults.status(503))),
    Scenario(fault="reply: 500 for ever", test=_LASTING, observe=replies(faults.status(500), for_ever=True)),
    Scenario(fault="reply: one silent connection", test=_PASSING, observe=replies(faults.hang)),
    Scenario(fault="reply: silence for ever", test=_LASTING, observe=replies(faults.hang, for_ever=True)),
    Scenario(fault="reply: rate limit of 0.5 s", test=_PASSING, observe=replies(faults.rate_limit(0.5))),
    Scenario(
        fault="reply: global rate limit of 0.5 s",
        test="delivery/test_callback.py::test_a_rate_limit_holds_up_one_person_only",
        observe=replies(faults.rate_limit(0.5, everywhere=True)),
    ),
    Scenario(fault="reply: rate limit of 30 s", test=_LASTING, observe=replies(faults.rate_limit(30), for_ever=True)),
    Scenario(fault="reply: taken, confirmation lost", test=_PASSING, observe=replies(faults.response_lost)),
    Scenario(
        fault="reply: interaction unknown (10062)",
        test=_LASTING,
        observe=replies(faults.status(404, code=10062), for_ever=True),
    ),
    Scenario(fault="SIGTERM during a reply", test=_RUN + "a_signal_lets_replies_finish", observe=stops(signal.SIGTERM)),
    Scenario(fault="SIGINT during a reply", test=_RUN + "a_signal_lets_replies_finish", observe=stops(signal.SIGINT)),
)


def _ended(status: int, stage: Stage) -> str:
    output = (stage.folder / "output.txt").read_text(errors="replace")
    return f"ends with {status}" + (", traceback" if "Traceback" in output else "")


def _odd(stage: Stage, interaction: int) -> str:
    answered = any(reply.interaction_id == interaction for reply in stage.discord.callbacks)
    return "answered privately, " if answered else "not answered, "


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 1 else f"{value:.0f} s"


def _after(value: float) -> str:
    return "at once" if value < 0.05 else f"after {_seconds(value)}"


async def _seen(scenario: Scenario, bot: str, turn: asyncio.Semaphore) -> str:
    async with turn:
        with tempfile.TemporaryDirectory() as name:
            discord = WatchedDiscord(validates=False)
            stage = Stage(discord=discord, folder=Path(name), bot=bot)
            await discord.come_back()
            try:
                return await scenario.observe(stage)
            finally:
                await stage.end()
                await discord.go_away()


async def observe(scenarios: Sequence[Scenario] = SCENARIOS) -> list[tuple[Scenario, str, str]]:
    """Run each scenario with both bots, some at a time; return what was seen of the plain one and of ours."""
    turn = asyncio.Semaphore(AT_ONCE)
    runs = [_seen(scenario, bot, turn) for scenario in scenarios for bot in BOTS]
    seen = await asyncio.gather(*runs)
    return list(zip(scenarios, seen[::2], seen[1::2], strict=True))


def table(rows: Sequence[tuple[Scenario, str, str]]) -> str:
    """Return what was seen as Markdown."""
    lines = ["| fault | plain discord.py 2.7.1 | ours | held by |", "|---|---|---|---|"]
    for scenario, plain, ours in rows:
        file, _, function = scenario.test.partition("::")
        words = function.removeprefix("test_").replace("_", " ")
        lines.append(f"| {scenario.fault} | {plain} | {ours} | [{words}](../tests/{file}) |")
    return "\n".join(lines)


async def measure() -> None:
    """Run everything, print the table and put it into the page."""
    made = table(await observe())
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")
    print(made)
