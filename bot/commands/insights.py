"""/insights: what people ask, for maintainers, in their own server only."""

import io
import logging
from collections.abc import Collection

import discord
from discord import app_commands

from bot.commands.askers import AnyInteraction, asker_of
from bot.commands.replies import Replies
from bot.commands.topics import AnyCommand
from bot.errors import UserError
from bot.insights import Digest, Insights
from bot.knowledge.editions import Library
from bot.rendering import wording
from bot.rendering.charts.drawing import can_draw, draw
from bot.rendering.charts.trend import trend_spec
from bot.rendering.insights import PICTURE, VERSION, InsightsCard, InsightsPress, decided_notice
from bot.workers import WorkerFailed, in_process

log = logging.getLogger(__name__)


class NotAMaintainer(UserError):
    """Somebody who is not listed wants to see the log."""

    def __init__(self) -> None:
        super().__init__("Only the maintainers listed in the bot's configuration (`insights.users`) can see this.")


class InsightsDesk:
    """Shows maintainers the digest, and takes their decisions about gaps."""

    def __init__(self, library: Library, insights: Insights, replies: Replies, maintainers: Collection[int]) -> None:
        self._library = library
        self._insights = insights
        self._replies = replies
        self._maintainers = frozenset(maintainers)

    @property
    def commands(self) -> list[AnyCommand]:
        """The commands that lead here."""
        return [insights_command(self)]

    def admit(self, interaction: AnyInteraction) -> None:
        """
        Make sure that the person may see the log.

        Raises:
            NotAMaintainer: They are not listed, whatever Discord lets them use.
        """
        if asker_of(interaction).id not in self._maintainers:
            raise NotAMaintainer

    async def show(self, interaction: AnyInteraction, days: int, *, notice: str | None = None) -> None:
        """Show the digest in the acknowledged reply."""
        knowledge = self._library.current
        digest = await self._insights.digest(knowledge, days=days)
        picture = await _picture(digest)
        card = InsightsCard(digest, knowledge, notice=notice, has_picture=picture is not None)
        files = [discord.File(io.BytesIO(picture), filename=PICTURE)] if picture is not None else []
        await interaction.edit_original_response(view=card, attachments=files)

    def is_for(self, custom_id: str) -> bool:
        """Return whether a component belongs to a digest, of whatever version."""
        return custom_id.startswith(VERSION[0])

    async def handle(self, interaction: AnyInteraction, custom_id: str) -> None:
        """
        Answer a press of a digest's button.

        Raises:
            UserError: The person may not decide, or the decision cannot be carried out.
        """
        press = InsightsPress.parse(custom_id)
        if press is None:
            await self._replies.tell(interaction, wording.OLD_COMPONENT)
            return
        self.admit(interaction)
        await interaction.response.defer()
        gap = await self._insights.decide(press.key, press.decision, days=press.days, by=asker_of(interaction).id)
        await self.show(interaction, press.days, notice=decided_notice(gap, press.decision))


def insights_command(desk: InsightsDesk) -> AnyCommand:
    """Return ``/insights``, to be offered in one server."""

    @app_commands.command(name="insights", description="What people ask, what found nothing, what is out of date")
    @app_commands.describe(days="How many days to look back, 30 if left out")
    @app_commands.default_permissions(manage_guild=True)
    async def insights(interaction: AnyInteraction, days: app_commands.Range[int, 1, 365] = 30) -> None:
        desk.admit(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await desk.show(interaction, days)

    return insights


async def _picture(digest: Digest) -> bytes | None:
    """Return the picture of the trend, or ``None`` where it cannot be drawn; the words say the same."""
    if not digest.trend or not can_draw():
        return None
    days = [(day.start, day.answers, day.missed, day.unsure) for day in digest.trend]
    source = f"the query log, {digest.trend[0].start} to {digest.trend[-1].start}"
    try:
        return await in_process(draw, trend_spec(days, source=source))
    except WorkerFailed as error:
        log.warning("The picture of the trend could not be drawn: %s", error)
        return None
