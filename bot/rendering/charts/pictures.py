"""What a pack shows -> the picture of it: a specification and its words. Pure."""

from collections.abc import Iterator

from bot.answers.models import FoundEvents
from bot.knowledge.chart_data import chart_data
from bot.knowledge.charts import Chart
from bot.knowledge.models import Knowledge
from bot.pictures import Picture
from bot.rendering.charts.forms import chart_spec
from bot.rendering.charts.timeline import timeline_alt, timeline_spec
from bot.rendering.charts.words import alt_text, publishers_of


def chart_picture(chart: Chart, knowledge: Knowledge) -> Picture:
    """Return the picture of a chart."""
    data = chart_data(chart, knowledge.tables[chart.table])
    return Picture.of(chart_spec(data, publishers=publishers_of(data, knowledge)), alt_text(data))


def timeline_picture(found: FoundEvents, knowledge: Knowledge) -> Picture:
    """Return the picture of a page of the timeline, which has at least one event."""
    return Picture.of(timeline_spec(found, knowledge), timeline_alt(found))


def all_pictures(knowledge: Knowledge) -> Iterator[tuple[str, Picture]]:
    """Yield the name and the picture of every chart of an edition."""
    for chart in knowledge.charts.values():
        yield chart.id, chart_picture(chart, knowledge)
