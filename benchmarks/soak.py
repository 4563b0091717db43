"""
Hours in minutes: the bot as a process answers 50 interactions a second while something goes wrong every few seconds.

``make soak MINUTES=60``, or ``python -m benchmarks.soak 60 [SEED]``. Exit status 1 when a promise was broken:

- an interaction that one more attempt could have saved got no answer;
- an answer that Discord accepted is not in the log, exactly once;
- memory grows after the first minutes.

What nobody could have answered is counted apart, with the fault that was to blame: two faults that hit one reply, a
process that was killed, a session that Discord had ended, a network that was away longer than an interaction lives.
"""

import asyncio
import itertools
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks.beside import memory_mib
from benchmarks.soak_report import SAMPLE_SECONDS, Report
from bot.rendering import wording
from bot.rendering.custom_ids import Action, Press
from tests.wire import faults
from tests.wire.discord import Fault, interaction_of, json_answer, message_of
from tests.wire.gateway_faults import FaultyDiscord
from tests.wire.process import BotProcess, run_bot

RATE = 50  # interactions a second
TOKEN_LIFE = 3.0  # seconds in which Discord takes the first reply
IN_TIME = 1.5  # seconds after which a bot that hears of an interaction cannot be blamed
CATCHING_UP = 0.15  # seconds that a second away costs afterwards: all that was missed comes at once
FAULT_GAPS = (1.0, 5.0)  # seconds between faults, drawn evenly
SESSION_GAP = 110.0  # seconds between faults that cost a session: the bot uses 50 an hour at most
LAST_WAIT = 6.0  # seconds for what is still being answered at the end
PEOPLE, SERVERS = 5_000, 500
SILENT_REFUSAL = b'{"type":6}'  # of a press by somebody who was told a moment ago
REFUSALS = (wording.BUSY.encode(), wording.SEARCH_NOT_READY.encode())  # what the bot says instead of an answer
NEAR = 5.0  # seconds around what was lost in which an absence is worth telling
REPLY_KEPT = 160  # bytes of each reply

TOPICS = ("article5", "aid", "membership", "members", "consensus", "scenarios", "training", "stance")
QUESTIONS = (
    "does article 5 cover ukraine",
    "who gives the most aid",
    "чи захищає стаття 5 Україну",
    "what is the best pizza in town",
    "will nato troops fight",
)

# Each hits one reply; after another attempt it must be there.
REPLY_FAULTS: dict[str, Fault] = {
    "connection reset": faults.reset,
    "connection closed": faults.disconnect,
    "503": faults.status(503),
    "short rate limit": faults.rate_limit(0.3),
    "answer lost": faults.response_lost,
    "malformed success": faults.malformed,
    "silence": faults.hang,
    "last on its connection": faults.last_on_its_connection,
}
ODD_FRAMES = (
    "not json",
    "[]",
    '{"op":99,"d":null}',
    '{"op":0,"t":"SOMETHING_NEW","s":1,"d":{"id":5}}',
    '{"op":0,"t":"INTERACTION_CREATE","s":1,"d":{"id":"1"}}',
    '{"op":0,"t":"INTERACTION_CREATE","s":1,"d":[]}',
    '{"op":0,"t":"MESSAGE_CREATE","s":1,"d":{"content":1}}',
)

Happenings = dict[str, Callable[[], Awaitable[None]]]  # what can go wrong, by name


@dataclass(slots=True, kw_only=True)
class Asked:
    """An interaction that was sent, and what became of it."""

    kind: str
    at: float  # time.monotonic()
    is_logged: bool
    hit_by: list[str] = field(default_factory=list)  # faults of its replies
    answered: bool = False
    reply: bytes = b""  # its beginning


@dataclass(slots=True, kw_only=True)
class Absence:
    """A time in which the bot could not hear or could not answer."""

    why: str
    start: float
    end: float = float("inf")
    reaches_back: float = 0.0  # seconds; what was being answered when it began could be lost too
    spares: float = IN_TIME  # seconds before its end in which nothing may be lost; 0 where the session was lost

    def excuses(self, at: float) -> bool:
        """Return whether an interaction sent then may have been lost to this."""
        spares = max(0.0, self.spares - CATCHING_UP * (self.end - self.start))
        return self.start - self.reaches_back <= at <= self.end - spares


@dataclass(slots=True)
class SoakDiscord(FaultyDiscord):
    """Takes replies as Discord does, forgets interactions after three seconds, and spoils replies as planned."""

    asked: dict[int, Asked] = field(default_factory=dict)
    planned: list[str] = field(default_factory=list)  # faults of the next replies
    late: int = 0  # replies to interactions whose token had died
    refused: int = 0  # politely: too many at once, as after a replay; the search not ready yet, as after a start

    async def ask(self, kind: str, type_: int, data: dict[str, Any], *, user: int, is_logged: bool = True) -> None:
        """Send an interaction of somebody, somewhere."""
        id_ = self.new_id()
        server = str(500 + user % SERVERS)
        payload = interaction_of(id_, type_, data) | {
            "guild_id": server,
            "guild": {"id": server, "locale": "en-US", "features": []},
            "authorizing_integration_owners": {"0": server},
        }
        payload["member"]["user"]["id"] = str(user)
        if type_ == 3:
            payload["message"] = message_of({})
        self.asked[id_] = Asked(kind=kind, at=time.monotonic(), is_logged=is_logged)
        await self.send("INTERACTION_CREATE", payload)

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        asked = self.asked[int(request.match_info["id"])]
        if time.monotonic() - asked.at > TOKEN_LIFE:
            self.late += 1
            return await faults.status(404, code=10062)(request, self._take_callback)
        if not self.planned:
            return await self._take_callback(request)
        fault = self.planned.pop()
        asked.hit_by.append(fault)
        return await REPLY_FAULTS[fault](request, self._take_callback)

    async def _take_callback(self, request: web.Request) -> web.Response:
        body = await request.read()
        asked = self.asked[int(request.match_info["id"])]
        if asked.answered:
            answer = {"message": "Interaction has already been acknowledged.", "code": 40060}
            return json_answer(answer, status=400)
        asked.answered = True
        asked.reply = body[:REPLY_KEPT]
        if body == SILENT_REFUSAL or any(words in body for words in REFUSALS):
            asked.is_logged = False  # it is no answer
            self.refused += 1
        return web.Response(body=b'{"interaction":{"id":"1","type":2}}', content_type="application/json")


class Soak:
    """One run: who asks, what goes wrong, and who starts the bot again."""

    def __init__(self, discord: SoakDiscord, folder: Path, *, minutes: float, seed: int, log_level: str) -> None:
        self.report = Report(seed=seed)
        self._discord = discord
        self._folder = folder
        self._log_level = log_level
        self._seconds = minutes * 60
        self._chance = random.Random(seed)
        self._absences: list[Absence] = []
        self._bot: BotProcess | None = None
        self._started = self._bot_started = 0.0
        self._ending = False
        # A process whose memory is judged must live long enough, so it is stopped and killed in the first third only.
        self._restarts: Happenings = {"SIGTERM": self._terminate, "SIGKILL": self._kill}
        self._sessions: Happenings = {"invalid session": self._invalidate}
        self._others: Happenings = {
            "resumable close": self._drop,
            "gateway aborted": self._abort,
            "asked to reconnect": self._reconnect,
            "odd frames": self._send_odd_frames,
            "network away": self._go_away,
            "database locked": self._lock,
        }

    async def run(self) -> Report:
        """Ask, spoil and restart for the given time; then stop the bot and look at what it has logged."""
        self._started = time.monotonic()
        keeping = asyncio.create_task(self._keep_running())
        await self._until_ready()
        async with asyncio.TaskGroup() as group:  # to the end of each: what went away comes back
            for work in (self._ask(), self._spoil(), self._watch_memory()):
                group.create_task(work)
        await self._until_ready()
        await asyncio.sleep(LAST_WAIT)
        self._ending = True
        assert self._bot is not None, "running"
        self._bot.stop()
        await keeping
        self._judge()
        return self.report

    @property
    def _is_going_on(self) -> bool:
        return time.monotonic() < self._started + self._seconds

    async def _keep_running(self) -> None:
        """Start the bot, and again whenever it ended, as a supervisor does."""
        while not self._ending:
            async with run_bot(self._discord, self._folder, ready=False, BOT__LOG__LEVEL=self._log_level) as bot:
                self._bot, self._bot_started = bot, time.monotonic()
                self.report.memory.clear()
                self.report.exit_status = await bot.process.wait()

    async def _until_ready(self) -> None:
        async with asyncio.timeout(150):  # a session that is refused is asked for again after 120 s at the latest
            await self._discord.ready.wait()

    async def _ask(self) -> None:
        """Send interactions at the rate, also while nobody can hear them."""
        started = time.monotonic()
        number = 0
        while self._is_going_on:
            await self._ask_one()
            number += 1
            await asyncio.sleep(max(0.0, started + number / RATE - time.monotonic()))
        self.report.seconds = time.monotonic() - self._started

    async def _ask_one(self) -> None:
        chance, discord = self._chance, self._discord
        user = 10**17 + chance.randrange(PEOPLE)
        topic = chance.choice(TOPICS)
        match chance.random():
            case share if share < 0.5:
                await discord.ask("command", 2, {"id": "900", "name": topic, "type": 1, "options": []}, user=user)
            case share if share < 0.65:
                question = {"name": "question", "type": 3, "value": chance.choice(QUESTIONS)}
                data = {"id": "900", "name": "ask", "type": 1, "options": [question]}
                await discord.ask("question", 2, data, user=user)
            case share if share < 0.8:
                typed = {"name": "section", "type": 3, "value": "u", "focused": True}
                data = {"id": "900", "name": topic, "type": 1, "options": [typed]}
                await discord.ask("choices", 4, data, user=user, is_logged=False)
            case share if share < 0.9:
                press = Press(action=Action.SOURCES, topic=topic, owner=user)
                await discord.ask("press", 3, {"custom_id": press.custom_id(), "component_type": 2}, user=user)
            case share if share < 0.97:
                press = Press(action=chance.choice((Action.HELPFUL, Action.UNHELPFUL)), topic=topic, page=".2026-11-25")
                await discord.ask("vote", 3, {"custom_id": press.custom_id(), "component_type": 2}, user=user)
            case _:
                press = Press(action=Action.WHY, topic=topic, page=".2026-11-25")
                field_ = {"type": 18, "component": {"type": 4, "custom_id": "text", "value": "The figure is old."}}
                await discord.ask("form", 5, {"custom_id": press.custom_id(), "components": [field_]}, user=user)

    async def _spoil(self) -> None:
        """Let something go wrong every few seconds, as long as somebody asks."""
        last_session = self._started
        gap = min(SESSION_GAP, self._seconds / 6)
        early = itertools.cycle(self._restarts | self._sessions)
        while True:
            await asyncio.sleep(self._chance.uniform(*FAULT_GAPS))
            now = time.monotonic()
            if not self._is_going_on:
                return
            if now - last_session > gap:
                last_session = now
                is_early = now - self._started < max(self._seconds / 3, 3.5 * gap)
                name = next(early) if is_early else self._chance.choice(list(self._sessions))
                await self._happen(name, self._restarts | self._sessions)
            elif self._chance.random() < 0.6:
                fault = self._chance.choice(list(REPLY_FAULTS))
                self._discord.planned += [fault] * self._chance.randint(1, 5)
                self.report.faults[fault] += 1
            else:
                await self._happen(self._chance.choice(list(self._others)), self._others)

    async def _happen(self, name: str, choices: Happenings) -> None:
        self.report.faults[name] += 1
        await choices[name]()

    @asynccontextmanager
    async def _absence(self, why: str, *, reaches_back: float = 0.0, spares: float = IN_TIME) -> AsyncIterator[None]:
        """Note that the bot is away from now until it is connected again."""
        absence = Absence(why=why, start=time.monotonic(), reaches_back=reaches_back, spares=spares)
        self._absences.append(absence)
        self._discord.ready.clear()
        yield
        await self._until_ready()
        absence.end = time.monotonic()
        self.report.recoveries.setdefault(why, []).append(absence.end - absence.start)

    async def _terminate(self) -> None:
        async with self._absence("SIGTERM", spares=0.0):
            assert self._bot is not None, "running"
            self._bot.stop(signal.SIGTERM)

    async def _kill(self) -> None:
        async with self._absence("SIGKILL", reaches_back=TOKEN_LIFE, spares=0.0):
            assert self._bot is not None, "running"
            self._bot.stop(signal.SIGKILL)

    async def _invalidate(self) -> None:
        async with self._absence("invalid session", spares=0.0):
            await self._discord.send_raw('{"op":9,"s":null,"t":null,"d":false}')

    async def _drop(self) -> None:
        async with self._absence("resumable close"):
            await self._discord.drop(self._chance.choice((1000, 1001, 4000, 4007, 4008, 4009)))

    async def _abort(self) -> None:
        async with self._absence("gateway aborted"):
            await self._discord.abort()

    async def _reconnect(self) -> None:
        async with self._absence("asked to reconnect"):
            await self._discord.send_raw('{"op":7,"s":null,"t":null,"d":null}')

    async def _send_odd_frames(self) -> None:
        for frame in ODD_FRAMES:
            await self._discord.send_raw(frame)

    async def _go_away(self) -> None:
        async with self._absence("network away", reaches_back=TOKEN_LIFE):
            port = self._discord.port
            await self._discord.go_away()
            await asyncio.sleep(self._chance.uniform(0.2, 6.0))
            await self._discord.come_back(port)

    async def _lock(self) -> None:
        connection = sqlite3.connect(self._folder / "data" / "bot.db", isolation_level=None)
        try:
            connection.execute("PRAGMA busy_timeout=5000")
            connection.execute("BEGIN EXCLUSIVE")
            await asyncio.sleep(self._chance.uniform(1.0, 8.0))
        except sqlite3.OperationalError:
            pass  # the bot was writing all the time; another time then
        finally:
            connection.close()

    async def _watch_memory(self) -> None:
        while self._is_going_on:
            await asyncio.sleep(SAMPLE_SECONDS)
            if self._bot is not None and self._bot.process.returncode is None:
                with suppress(OSError):  # it has just ended
                    mib = memory_mib(self._bot.process.pid)
                    self.report.memory.append((time.monotonic() - self._bot_started, mib))

    def _judge(self) -> None:
        """Compare what was asked with what was answered and with what the log holds."""
        report = self.report
        report.late, report.refused = self._discord.late, self._discord.refused
        with sqlite3.connect(self._folder / "data" / "bot.db") as connection:
            stored = {id_ for (id_,) in connection.execute("SELECT interaction_id FROM queries")}
            report.logged = connection.execute("SELECT count(*) FROM queries").fetchone()[0]
        for id_, asked in self._discord.asked.items():
            report.asked[asked.kind] += 1
            if asked.answered:
                report.answered += 1
                report.hit += bool(asked.hit_by)
                if asked.is_logged and id_ not in stored:
                    report.unlogged[asked.kind] += 1
                    report.unlogged_replies.append(f"at {asked.at - self._started:.2f} s {asked.reply!r}")
            elif (excuse := self._excuse(asked)) is not None:
                report.excused[excuse] += 1
            else:
                at, near = asked.at - self._started, self._near(asked.at)
                report.lost.append(f"{asked.kind} at {at:.2f} s, hit by {asked.hit_by}, near {near}")

    def _excuse(self, asked: Asked) -> str | None:
        if len(asked.hit_by) > 1:
            return "two faults"
        return next((absence.why for absence in self._absences if absence.excuses(asked.at)), None)

    def _near(self, at: float) -> list[str]:
        """Return the absences around a moment, in seconds from the start."""
        return [
            f"{absence.why} {absence.start - self._started:.2f} to {absence.end - self._started:.2f}"
            for absence in self._absences
            if absence.start - NEAR <= at <= absence.end + NEAR
        ]


async def soak(folder: Path, *, minutes: float, seed: int, log_level: str = "info") -> Report:
    """Run the bot in *folder* for so long and return what it has shown."""
    discord = SoakDiscord()
    async with AsyncExitStack() as stack:
        await discord.come_back()
        stack.push_async_callback(discord.go_away)
        return await Soak(discord, folder, minutes=minutes, seed=seed, log_level=log_level).run()


def main(arguments: Sequence[str]) -> int:
    """Soak for the minutes given first; a seed may follow."""
    minutes = float(arguments[0]) if arguments else 60.0
    seed = int(arguments[1]) if len(arguments) > 1 else random.SystemRandom().randrange(10**6)
    print(f"{minutes:g} minutes with seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        report = asyncio.run(soak(Path(name), minutes=minutes, seed=seed))
    print("\n".join(report.lines()))
    return 1 if report.broken() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
