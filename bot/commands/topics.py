"""One command per topic, made from the pack: a new YAML file is a new command, a new table new options."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Optional

from discord import app_commands

from bot.answers.figures import complete_charts, complete_measures, complete_rows, find_figures
from bot.answers.lookup import complete_pages, find_page
from bot.commands.askers import AnyInteraction, asker_of
from bot.commands.occasions import Occasions
from bot.commands.pictures import IllustratedReplies
from bot.commands.replies import Asked, Replies
from bot.knowledge.models import Command, Knowledge, Topic
from bot.rendering.limits import CHOICE_LIMIT, shortened

SECTION_HELP = "The part you want to read; leave empty for the overview"
CHART_HELP = "A picture of the figures"
PRIVATE_HELP = "Show the answer only to you"

AnyCommand = app_commands.Command[Any, ..., None]


class TopicCommand(app_commands.Command[Any, ..., None]):
    """
    A command whose options are texts and switches, for everybody.

    So ``use`` leaves out what discord.py does for options of any kind: looking up people and channels, converting,
    asking the checks of the command.
    """

    @cached_property
    def _parameters_by_name(self) -> Mapping[str, str]:
        return {str(parameter.display_name): parameter.name for parameter in self.parameters}

    async def use(self, interaction: AnyInteraction, options: Sequence[Mapping[str, Any]]) -> None:
        """Carry out the command with *options* as Discord sends them; what is none of its own is left out."""
        known = self._parameters_by_name
        given = {known[o["name"]]: o["value"] for o in options if o["name"] in known and "value" in o}
        carry_out: Any = self.callback
        await carry_out(interaction, **given)


def everywhere(command: AnyCommand) -> AnyCommand:
    """Offer *command* in servers, direct messages and private channels, to servers and users who installed the bot."""
    app_commands.allowed_installs(guilds=True, users=True)(command)
    app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(command)
    return command


def topic_commands(
    knowledge: Knowledge, occasions: Occasions, replies: Replies, illustrated: IllustratedReplies
) -> list[AnyCommand]:
    """
    Return a command for each topic of *knowledge*, retired ones included.

    Each answers from the edition that is current when it is used.
    """
    return [
        _topic_command(topic_id, command, knowledge, occasions, replies, illustrated)
        for topic_id, command in knowledge.commands.items()
    ]


def _topic_command(
    topic_id: str,
    command: Command,
    knowledge: Knowledge,
    occasions: Occasions,
    replies: Replies,
    illustrated: IllustratedReplies,
) -> AnyCommand:
    options = _options(topic_id, knowledge)

    async def show(interaction: AnyInteraction, **typed: Any) -> None:
        here = await occasions.of(interaction, private=typed.pop("private", False))
        section = typed.pop("section", None)
        found = find_page(topic_id, section, here.knowledge)
        asked = Asked(command=command.name, topic=found.topic.id, section=found.page or None)
        if any(typed.values()):
            figures = find_figures(found.topic, here.knowledge, **typed)
            await illustrated.send_figures(interaction, figures, asked.but(section=figures.page), here)
        else:
            await replies.send(interaction, here.topic_card(found), asked, here)

    # discord.py reads a command's options from the signature of what carries it out.
    first = [inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=AnyInteraction)]
    show.__signature__ = inspect.Signature(first + [option.parameter for option in options])  # type: ignore[attr-defined]
    made = TopicCommand(name=command.name, description=command.description, callback=show)
    app_commands.describe(**{option.key: option.description for option in options})(made)
    app_commands.rename(**{option.key: option.name for option in options if option.name != option.key})(made)

    async def topic_now(interaction: AnyInteraction) -> tuple[Knowledge, Topic | None]:
        current = await occasions.edition_for(interaction)
        return current, current.present_topic(topic_id)

    async def complete_section(interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        _, topic = await topic_now(interaction)
        return choices(complete_pages(topic, typed)) if topic else []

    async def complete_row(interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        current, topic = await topic_now(interaction)
        table = current.table_of(topic.id) if topic else None
        return choices(complete_rows(table, current, typed, locale=asker_of(interaction).locale)) if table else []

    async def complete_measure(interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        current, topic = await topic_now(interaction)
        table = current.table_of(topic.id) if topic else None
        return choices(complete_measures(table, typed)) if table else []

    async def complete_chart(interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        current, topic = await topic_now(interaction)
        return choices(complete_charts(topic, current, typed)) if topic else []

    completions = {
        "section": complete_section,
        "row": complete_row,
        "measure": complete_measure,
        "chart": complete_chart,
    }
    for option in options:
        if option.key in completions:
            made.autocomplete(option.key)(completions[option.key])
    return everywhere(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """An option of a topic's command."""

    key: str  # what it is called in the code
    name: str  # what people see
    description: str
    is_flag: bool = False

    @property
    def parameter(self) -> inspect.Parameter:
        annotation, default = (bool, False) if self.is_flag else (Optional[str], None)  # noqa: UP045  read at run time
        return inspect.Parameter(
            self.key, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation, default=default
        )


def _options(topic_id: str, knowledge: Knowledge) -> list[_Option]:
    """Return what can be asked of a topic, by what the pack has of it."""
    topic = knowledge.present_topic(topic_id)
    table = knowledge.table_of(topic.id) if topic is not None else None
    options = [_Option(key="section", name="section", description=SECTION_HELP)]
    if table is not None and table.spec.option is not None:
        options.append(_Option(key="row", name=table.spec.option.name, description=table.spec.option.description))
    if table is not None and table.spec.measure is not None:
        options.append(_Option(key="measure", name=table.spec.measure.name, description=table.spec.measure.description))
    if topic is not None and knowledge.charts_of(topic.id):
        options.append(_Option(key="chart", name="chart", description=CHART_HELP))
    return [*options, _Option(key="private", name="private", description=PRIVATE_HELP, is_flag=True)]


def choices(entries: Sequence[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """Turn values and labels into what autocomplete answers with."""
    return [app_commands.Choice(name=shortened(label, CHOICE_LIMIT), value=value) for value, label in entries]
