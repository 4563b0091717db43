"""What the command line tells about editions."""

import sys

from bot.knowledge.content import content_of
from bot.knowledge.differences import differences
from bot.knowledge.loader import load_knowledge
from bot.knowledge.revisions import edition_at
from bot.rendering.terminal import news_lines
from bot.settings import load_settings


def print_news(old: str, new: str | None) -> None:
    """
    Print what servers would be told if the edition *new*, or the configured pack, followed *old*.

    Raises:
        UnreadableEdition: One of them names no edition that can be read.
        KnowledgeError: The configured pack has mistakes.
    """
    pack = load_settings().knowledge.folder
    before = edition_at(old, pack)
    after = content_of(load_knowledge(pack)) if new is None else edition_at(new, pack)
    difference = differences(before, after)
    if difference.is_news:
        for line in news_lines(difference):
            print(line)
    else:
        print("Nothing changed that servers would be told of.")
    if after.published <= before.published:
        print(
            f"No message goes out yet: “edition” in pack.yaml is {after.published}, which is not later than "
            f"{before.published}. Set it to the day of publication.",
            file=sys.stderr,
        )
