import pytest

from bot.scrubbing import STORED, scrubbed

CASES = {
    "e-mail": ("write me at jane.doe+x@mail.example.org pls", "write me at [e-mail] pls"),
    "link": ("see https://example.org/a?b=c now", "see [link] now"),
    "invite": ("join discord.gg/abc123", "join [link]"),
    "mention": ("hey <@123456789012345678> is nato at war", "hey [mention] is nato at war"),
    "handle": ("@someone_else says so", "[mention] says so"),
    "phone": ("call +380 44 123-45-67 today", "call [number] today"),
    "long number": ("my card 4111111111111111", "my card [number]"),
    "address": ("from 192.168.1.17", "from [address]"),
    "bot token": ("MTA0ODU3NjQzMjEwOTg3NjU0Mw.GxYzAb.abcdefghijklmnopqrstuvwxyz0123456789AB", "[token]"),
    "key": ("sk-abcdefghijklmnop1234567", "[token]"),
    "name": ("my name is Olena and i ask", "my name is [name] and i ask"),
    "what stays": ("does article 5 cover 2 percent in 2026, F-16?", "does article 5 cover 2 percent in 2026, F-16?"),
}


@pytest.mark.parametrize(("text", "stored"), CASES.values(), ids=CASES)
def test_what_could_identify_a_person_is_taken_out(text: str, stored: str) -> None:
    """A stored question says what was missing, not who missed it."""
    assert scrubbed(text) == stored


def test_no_more_is_stored_than_needed() -> None:
    """A long text is cut."""
    assert len(scrubbed("nato " * 1000)) <= STORED
