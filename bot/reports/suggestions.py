"""Proposes how gaps could be closed, as a patch file that a person edits. Nothing is learned by itself."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

from bot.gaps import Gap
from bot.knowledge.loader import load_with_wordings
from bot.knowledge.models import Knowledge
from bot.knowledge.patches import NEW_TOPIC, key_of
from bot.reports.exporting import FileExists
from bot.reports.open_questions import MISSED, UNSURE, read_gaps
from bot.reports.patching import known_questions
from bot.reports.printing import Output, opened
from bot.settings import load_settings
from bot.store.query_reports import Which

AGREED = 0.6  # share of those who chose, or of the questions, from which a topic is proposed
CHOICES = 2  # people's choices that say something
LIKELY = 0.25  # mean probability of the likeliest topic from which the search's guess is proposed
EXAMPLES = 8  # wordings in an entry

_HEAD = """\
# What people asked and the pack did not answer. Edit this file, then: natobot knowledge apply {path}
# Only entries with “accept: true” are added. Check “into”: a topic's id, or out-of-scope/ID of out_of_scope.yaml.
# Where no topic fits, make one first: natobot knowledge new ID. Then write its id here.
"""


def write_suggestions(which: Which, path: Path, *, limit: int) -> str:
    """
    Write a patch file with what could close the *limit* largest gaps, and say what was done.

    Raises:
        FileExists: *path* is there already; somebody may have edited it.
        CannotWrite: It cannot be written.
    """
    if path.exists():
        raise FileExists(path)
    folder = load_settings().knowledge.folder
    knowledge, _ = load_with_wordings(folder)
    known = known_questions(folder, Path("tests/golden/questions.jsonl"))
    found = [(gap, outcome) for outcome in (MISSED, UNSURE) for gap in read_gaps(outcome, which)]
    found.sort(key=lambda pair: -len(pair[0].questions))
    blocks = [block for gap, outcome in found for block in _entries(gap, outcome, knowledge, known)][:limit]
    if not blocks:
        return "No question is open in that time; there is nothing to suggest."
    with opened(Output(format_="yaml", path=path)) as file:
        file.write(_HEAD.format(path=path) + "entries:\n" + "\n".join(blocks))
    return f"{path}: {len(blocks)} entries to look through. Set accept to true where one is right."


def _entries(gap: Gap, outcome: str, knowledge: Knowledge, known: Collection[str]) -> list[str]:
    """Return one entry for each language of the gap, without questions that stand somewhere already."""
    topic, why = proposal(gap, knowledge)
    wordings: dict[str, dict[frozenset[str], str]] = defaultdict(dict)
    for question in gap.questions:
        key = key_of(question.text)
        if key and key not in known:  # the same words in another order teach nothing more
            wordings[question.language].setdefault(frozenset(key.split()), question.text)
    what = "found nothing" if outcome == MISSED else "got a choice"
    counted = f"Asked {len(gap.questions)} times by {gap.askers} {'person' if gap.askers == 1 else 'people'}, {what}"
    told = f"; told to the maintainers {gap.reports} times" if gap.reports else ""
    return [
        _entry(topic, language, list(texts.values())[:EXAMPLES], [f"{counted}{told}.", why])
        for language, texts in wordings.items()
    ]


def proposal(gap: Gap, knowledge: Knowledge) -> tuple[str, str]:
    """Return the topic that *gap* may belong to, or ``NEW_TOPIC``, and why in a sentence."""
    chosen = gap.chosen
    made = sum(chosen.values())
    if made >= CHOICES:
        topic, count = next(iter(chosen.items()))
        if count / made >= AGREED and topic in knowledge.topics:
            return topic, f"{count} of the {made} who chose took {topic}."
    first = Counter(question.near[0] for question in gap.questions if question.near)
    if first:
        topic, count = first.most_common(1)[0]
        score = sum(question.score for question in gap.questions) / len(gap.questions)
        if count / len(gap.questions) >= AGREED and score >= LIKELY and topic in knowledge.topics:
            return topic, f"The search finds {topic} likeliest ({score:.0%}); nobody has confirmed that."
    near = ", ".join(gap.near) or "none"
    return NEW_TOPIC, f"No topic stands out; nearest: {near}."


def _entry(into: str, language: str, questions: Sequence[str], comments: Sequence[str]) -> str:
    lines = [f"  # {comment}" for comment in comments]
    lines += ["  - accept: false", f"    into: {into}", f"    language: {json.dumps(language)}", "    questions:"]
    lines += [f"      - {json.dumps(question, ensure_ascii=False)}" for question in questions]
    return "\n".join(lines) + "\n"
