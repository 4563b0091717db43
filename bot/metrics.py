"""What the running bot tells Prometheus. No label names a person, a server or a channel."""

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot import __version__
from bot.commands.replies import Replies
from bot.delivery.client import BotClient
from bot.delivery.counts import Loss
from bot.delivery.floods import Refusal
from bot.exposition import Histogram, Metric, counter, counters, exposition, gauge
from bot.knowledge.editions import Library
from bot.loop_watch import LoopLag
from bot.query_log import QueryLog

if TYPE_CHECKING:
    from bot.delivery.http import InteractionServer

ACK_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)  # seconds; Discord waits for 3


class Metrics:
    """Collects from the parts that count; counts nothing itself but how long replies took."""

    def __init__(
        self,
        *,
        client: BotClient,
        replies: Replies,
        query_log: QueryLog,
        library: Library,
        loop_lag: LoopLag,
        http: "InteractionServer | None",
    ) -> None:
        """*http* is ``None`` on the gateway."""
        self._http = http
        self._client = client
        self._replies = replies
        self._query_log = query_log
        self._library = library
        self._loop_lag = loop_lag
        self._started = time.time()
        self._acks = Histogram(ACK_BOUNDS)
        client.counts.observe = self._acks.observe

    def text(self) -> str:
        """Return all of it as Prometheus reads it."""
        way_in = self._gateway() if self._http is None else self._requests(self._http)
        parts = (self._answers(), self._replies_sent(), self._log(), self._edition(), way_in, self._process())
        return exposition(metric for part in parts for metric in part)

    def _answers(self) -> Iterator[Metric]:
        yield counters(
            "natobot_answers_total",
            "Answers given, by command, by what was used to ask, and by what came of it.",
            (
                ({"command": command, "source": source, "outcome": outcome}, count)
                for (command, source, outcome), count in sorted(self._replies.answered.items())
            ),
        )
        refused = self._client.gate.refused
        yield counters(
            "natobot_interactions_refused_total",
            "Interactions that were too many, by whose limit it was.",
            (({"reason": reason.value}, refused[reason]) for reason in Refusal),
        )
        yield gauge("natobot_interactions_in_flight", "Answers in progress.", self._client.in_flight)

    def _replies_sent(self) -> Iterator[Metric]:
        counts = self._client.counts
        yield self._acks.metric("natobot_ack_seconds", "From an interaction's receipt to Discord's taking the reply.")
        yield counters(
            "natobot_replies_failed_total",
            "Replies that did not reach anybody, by reason.",
            (({"reason": loss.value}, counts.failed[loss]) for loss in Loss),
        )
        yield counter(
            "natobot_replies_late_total", "Of the failed, those that Discord did not take in time.", counts.late
        )
        yield counter("natobot_replies_retried_total", "Requests that were sent again.", counts.retried)
        yield counter(
            "natobot_interactions_unreadable_total", "Interactions that could not be read.", counts.unreadable
        )

    def _log(self) -> Iterator[Metric]:
        state = self._query_log.state
        yield gauge("natobot_log_waiting", "Rows in memory that the database does not have.", self._query_log.waiting)
        yield counter("natobot_log_written_total", "Rows written to the database.", state.written)
        yield counter("natobot_log_dropped_total", "Rows that were lost.", state.dropped)
        yield gauge("natobot_log_failing", "1 while the database takes no rows.", state.failing is not None)

    def _edition(self) -> Iterator[Metric]:
        library = self._library
        edition = str(library.current.edition)
        yield gauge("natobot_edition_info", "The edition that answers.", 1, edition=edition, version=__version__)
        yield counter("natobot_edition_reloads_total", "Editions put into use since the start.", library.reloads)
        yield counter("natobot_edition_failures_total", "Editions refused as broken since the start.", library.failures)
        yield gauge(
            "natobot_edition_broken", "1 while the newest files are not in use.", library.last_problem is not None
        )

    def _gateway(self) -> Iterator[Metric]:
        link = self._client.link
        yield gauge("natobot_gateway_connected", "1 while events of all servers come in.", link.connected)
        yield gauge("natobot_gateway_shards", "Connections there have to be.", len(link.shards))
        yield gauge(
            "natobot_gateway_shards_connected", "Those there are.", sum(shard.connected for shard in link.shards)
        )
        yield gauge(
            "natobot_gateway_latency_seconds",
            "Between a heartbeat and its acknowledgement, on the slowest connection.",
            link.latency,
        )
        yield counter("natobot_gateway_losses_total", "Connections that ended.", link.losses)
        yield counter("natobot_gateway_identifies_total", "Sessions asked for since the start.", link.identifies)
        remaining = math.nan if link.identifies_remaining is None else link.identifies_remaining
        yield gauge("natobot_gateway_identifies_remaining", "Sessions left today, as Discord said last.", remaining)

    def _requests(self, http: "InteractionServer") -> Iterator[Metric]:
        yield gauge("natobot_http_serving", "1 while requests are taken.", self._client.link.connected)
        yield counter("natobot_http_interactions_total", "Interactions that came in requests.", http.taken)
        yield counter("natobot_http_repeated_total", "Requests that came again and got the same reply.", http.repeated)
        yield counters(
            "natobot_http_rejected_total",
            "Requests that were not taken, by reason.",
            (({"reason": reason.value}, count) for reason, count in http.rejections()),
        )
        yield counters(
            "natobot_webhook_events_total",
            "Events of the application that were taken, by kind.",
            (({"kind": kind}, count) for kind, count in sorted(http.events.taken.items())),
        )

    def _process(self) -> Iterator[Metric]:
        lag = self._loop_lag
        yield gauge("natobot_loop_lag_seconds", "How late the event loop is.", lag.last)
        yield gauge("natobot_loop_lag_worst_seconds", "The worst of the last minute.", lag.worst)
        yield counter("natobot_loop_blocked_total", "Times the event loop was stuck for two seconds.", lag.blocked)
        yield gauge("process_start_time_seconds", "When the process started, since 1970.", self._started)
        yield counter("process_cpu_seconds_total", "Processor time used.", time.process_time())
        if (resident := _resident_bytes()) is not None:
            yield gauge("process_resident_memory_bytes", "Memory in use.", resident)


def _resident_bytes() -> int | None:
    """Return the memory in use; None where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
