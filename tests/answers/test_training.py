"""What the search learns from examples."""

from bot.answers.examples import OUTSIDE, Example
from bot.answers.training import train

BRIDGE = [f"is the {word} bridge open" for word in ("old", "new", "long", "green", "iron")]
TUNNEL = [f"who dug the {word} tunnel" for word in ("old", "new", "long", "deep", "dark")]
FOOD = [f"how is {word} soup made" for word in ("old", "new", "fish", "green", "bean")]


def examples() -> list[Example]:
    known = {"bridge": BRIDGE, "tunnel": TUNNEL, OUTSIDE: FOOD}
    return [Example(text=text, topic=topic) for topic, texts in known.items() for text in texts]


def test_the_same_examples_give_the_same_model() -> None:
    """Whoever builds the pack's model gets the same file."""
    assert train(examples(), "f").dump() == train(examples(), "f").dump()


def test_where_an_example_stands_changes_no_answer() -> None:
    """The search learns from what examples say, so that an edit of one leaves the answers to all other questions."""
    question = "is the tunnel under the bridge open"

    assert train(examples(), "f").guesses(question) == train(examples()[::-1], "f").guesses(question)
