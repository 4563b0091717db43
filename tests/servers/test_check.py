"""What does not fit together in a server's settings."""

from collections.abc import Mapping

import pytest

from bot.servers.check import ChannelFacts, ServerFacts, findings
from bot.servers.models import DEFAULTS, ServerSettings

TOPICS = {"aid": "aid", "stance": "stance", "eastern-flank": "flank"}
GOOD = ChannelFacts(can_view=True, can_post=True)
NOTHING_WRONG = ServerFacts(channels={1: GOOD, 2: GOOD}, roles={5}, overrides={})


def found(settings: ServerSettings, facts: ServerFacts = NOTHING_WRONG) -> list[str]:
    return [finding.what for finding in findings(settings, facts, TOPICS, ["en", "de"])]


@pytest.mark.parametrize(
    "settings",
    [
        DEFAULTS,
        ServerSettings(private_channels=(1,), public_channels=(2,), sharers=(5,), language="de", news_channel=1),
        ServerSettings(hidden_topics=("aid",), note="See /stance, and /aids.", topic_notes={"stance": "x"}),
    ],
    ids=["defaults", "everything that is there", "notes beside what is hidden"],
)
def test_what_is_well_is_not_mentioned(settings: ServerSettings) -> None:
    """An admin is not sent looking for nothing."""
    assert found(settings) == []


CASES: Mapping[str, tuple[ServerSettings, ServerFacts, str]] = {
    "a channel that is gone": (ServerSettings(private_channels=(9,)), NOTHING_WRONG, "<#9> (9) has a rule"),
    "a channel for news that is gone": (ServerSettings(news_channel=9), NOTHING_WRONG, "edition news (9)"),
    "a channel for news that is closed": (
        ServerSettings(news_channel=1),
        ServerFacts(channels={1: ChannelFacts(can_view=True, can_post=False)}, roles=(), overrides={}),
        "may not post edition news in <#1>",
    ),
    "a role that is gone": (ServerSettings(sharers=(6,)), NOTHING_WRONG, "A role (6)"),
    "a topic that is gone": (ServerSettings(hidden_topics=("weather",)), NOTHING_WRONG, "`weather` is not part"),
    "a note of a topic that is gone": (ServerSettings(topic_notes={"weather": "x"}), NOTHING_WRONG, "`weather`"),
    "all topics hidden": (ServerSettings(hidden_topics=tuple(TOPICS)), NOTHING_WRONG, "Every topic is hidden"),
    "a note that leads to what is hidden": (
        ServerSettings(hidden_topics=("eastern-flank",), note="Try /flank."),
        NOTHING_WRONG,
        "The note above every answer refers to `/flank`",
    ),
    "a note of a hidden topic": (
        ServerSettings(hidden_topics=("aid",), topic_notes={"aid": "x"}),
        NOTHING_WRONG,
        "a note above `aid`, which is hidden",
    ),
    "a language the edition lacks": (ServerSettings(language="fr"), NOTHING_WRONG, "language “fr”"),
    "a command that is restricted": (
        DEFAULTS,
        ServerFacts(channels={}, roles=(), overrides={"aid": "closed for everyone"}),
        "`/aid` is restricted by this server itself: closed for everyone",
    ),
    "channels that cannot be asked": (
        ServerSettings(private_channels=(9,), sharers=(6,)),
        ServerFacts(channels=None, roles=None, overrides={}),
        "The channels of this server could not be looked up",
    ),
    "restrictions that cannot be asked": (
        DEFAULTS,
        ServerFacts(channels={}, roles=(), overrides=None),
        "commands of the bot could not be looked up",
    ),
}


@pytest.mark.parametrize(("settings", "facts", "what"), CASES.values(), ids=CASES)
def test_what_does_not_fit_is_named_once(settings: ServerSettings, facts: ServerFacts, what: str) -> None:
    """One sentence for one thing, with what to do."""
    (finding,) = findings(settings, facts, TOPICS, ["en", "de"])

    assert what in finding.what
    assert finding.do
