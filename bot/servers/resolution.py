"""
Which of several wishes decides. Pure; docs/admins.md shows these rules as a table, and a test holds both together.

Visibility: the asker's `private:` option, then the channel, then the server, then the default. The option can only ask
for more privacy: where a rule makes answers private, leaving it out or setting it to false does not make them public.
"""

from collections.abc import Collection, Sequence

from bot.servers.models import ServerSettings, Visibility


def visibility(settings: ServerSettings, channels: Sequence[int], *, wants_private: bool) -> Visibility:
    """
    Return who sees an answer.

    *channels* are where it was asked, the nearest first: a thread, then the channel it belongs to.
    """
    return Visibility.PRIVATE if wants_private else rule_of(settings, channels)


def rule_of(settings: ServerSettings, channels: Sequence[int]) -> Visibility:
    """Return what the server decided for a place, whoever asks."""
    for channel in channels:
        if channel in settings.private_channels:
            return Visibility.PRIVATE
        if channel in settings.public_channels:
            return Visibility.PUBLIC
    return settings.answers


def may_share(
    settings: ServerSettings, channels: Sequence[int], *, roles: Collection[int], manages_messages: bool
) -> bool:
    """Return whether somebody may show an answer they got privately to everyone in this place."""
    if rule_of(settings, channels) is Visibility.PUBLIC:
        return True
    return manages_messages or any(role in settings.sharers for role in roles)


def language(settings: ServerSettings, locale: str, *, offered: Collection[str], default: str) -> str:
    """
    Return the language of an answer: the server's, else the member's, else the edition's default.

    *locale* is Discord's, such as ``en-GB``; a language counts only where the edition is written in it.
    """
    for wish in (settings.language, locale, locale.split("-")[0]):
        if wish in offered:
            return str(wish)
    return default
