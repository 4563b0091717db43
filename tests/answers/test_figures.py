"""What is found in a topic's figures: rows in any language, rankings, pictures."""

from dataclasses import replace

import pytest

from bot.answers.figures import (
    complete_charts,
    complete_measures,
    complete_rows,
    find_chart,
    find_figures,
    find_page_of_figures,
    find_row,
    flag,
    names_figures,
)
from bot.answers.models import (
    Figures,
    FoundChart,
    FoundRanking,
    FoundRow,
    UnknownChart,
    UnknownMeasure,
    UnknownRow,
    UnknownSection,
)
from bot.errors import UserError
from bot.knowledge.models import Knowledge, Topic
from bot.knowledge.tables import Table


@pytest.fixture
def aid(real_pack: Knowledge) -> Table:
    return real_pack.tables["aid"]


@pytest.fixture
def topic(real_pack: Knowledge) -> Topic:
    return real_pack.topics["aid"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Poland", "Poland"),
        ("  poland ", "Poland"),
        ("PL", "Poland"),
        ("pl", "Poland"),
        ("Polen", "Poland"),
        ("Польща", "Poland"),
        ("POLSKA", "Poland"),
        ("Czech Republic", "Czechia"),
        ("USA", "United States"),
        ("UK", "United Kingdom"),
        ("Turkey", "Türkiye"),
        ("Türkei", "Türkiye"),
        ("Estados Unidos", "United States"),
        ("European Union", "EU (Commission and Council)"),
        ("Polnd", "Poland"),
        ("Untied States", "United States"),
    ],
)
def test_a_row_is_found_by_any_name_of_its_country(aid: Table, real_pack: Knowledge, typed: str, name: str) -> None:
    """In English or another language, by code, by what people say, and with a letter wrong."""
    assert aid.name(find_row(typed, aid, real_pack)) == name


@pytest.mark.parametrize("table_id", ["aid", "members"])
def test_every_name_leads_to_its_own_row(real_pack: Knowledge, table_id: str) -> None:
    """No name in any language is also that of another country."""
    table = real_pack.tables[table_id]

    for row in table.rows:
        names = real_pack.names[table.code(row) or ""]
        for name in (table.name(row), table.code(row) or "", *names.every):
            assert find_row(name, table, real_pack) is row


@pytest.mark.parametrize(
    ("typed", "name"), [("Lithuan", "Lithuania"), ("Nederlands", "Netherlands"), ("Norge", "Norway")]
)
def test_a_near_miss_is_answered_with_what_may_be_meant(
    aid: Table, real_pack: Knowledge, typed: str, name: str
) -> None:
    """Figures of the wrong country would be worse than a question."""
    with pytest.raises(UnknownRow, match=rf"There is no such donor in the figures\. Did you mean .*\*\*{name}\*\*"):
        find_row(typed, aid, real_pack)


@pytest.mark.parametrize("typed", ["", "?!", "qqqqqq"])
def test_what_resembles_nothing_is_refused_without_a_guess(aid: Table, real_pack: Knowledge, typed: str) -> None:
    """The person is told how to see what there is."""
    with pytest.raises(UnknownRow, match=r"^There is no such donor in the figures\. Type a few letters"):
        find_row(typed, aid, real_pack)


@pytest.mark.parametrize("typed", ["Austria", "Ireland", "Ukraine", "Georgia", "Switzerland", "Japan", "Moldova", "EU"])
def test_who_is_no_member_is_not_taken_for_one(real_pack: Knowledge, typed: str) -> None:
    """However much the names resemble each other."""
    with pytest.raises(UnknownRow, match="There is no such member"):
        find_row(typed, real_pack.tables["members"], real_pack)


@pytest.mark.parametrize(
    "typed",
    ["largest-donors", "Countries that gave Ukraine most", "countries that gave ukraine most?", "largest donor"],
)
def test_a_chart_is_found_by_id_or_title_or_nearly(topic: Topic, real_pack: Knowledge, typed: str) -> None:
    """Discord passes whatever was typed."""
    assert find_chart(topic, typed, real_pack).chart.id == "largest-donors"


@pytest.mark.parametrize("typed", ["", "map", "years-of-joining"])
def test_a_chart_that_is_not_the_topic_s_is_answered_with_those_that_are(
    topic: Topic, real_pack: Knowledge, typed: str
) -> None:
    """Another topic's picture is not found here."""
    with pytest.raises(UnknownChart) as refused:
        find_chart(topic, typed, real_pack)

    assert all(f"- {chart.title}" in str(refused.value) for chart in real_pack.charts_of("aid"))


def test_a_row_with_a_kind_and_a_picture_is_told_above_the_picture(topic: Topic, real_pack: Knowledge) -> None:
    """All three options may be given at once."""
    found = find_figures(topic, real_pack, row="Polen", measure="Military", chart="share-of-gdp")

    assert isinstance(found, FoundChart)
    assert found.row is not None
    assert (found.chart.id, found.row.table.name(found.row.row), found.row.measure) == (
        "share-of-gdp",
        "Poland",
        "military",
    )


def test_a_kind_alone_is_a_ranking(topic: Topic, real_pack: Knowledge) -> None:
    """Named by its choice or by its column's title."""
    pages = [find_figures(topic, real_pack, measure=typed).page for typed in ("all", "All kinds", "FINANCIAL")]

    assert pages == ["rank/all", "rank/all", "rank/financial"]


@pytest.mark.parametrize("typed", ["", "tanks", "total_eur_bn"])
def test_an_unknown_kind_is_answered_with_those_there_are(topic: Topic, real_pack: Knowledge, typed: str) -> None:
    """Alone and beside a row alike."""
    for row in (None, "Poland"):
        with pytest.raises(UnknownMeasure, match="`all`, `military`, `financial`, `humanitarian`"):
            find_figures(topic, real_pack, row=row, measure=typed)


def test_a_topic_without_figures_refuses_a_row(real_pack: Knowledge) -> None:
    """A command keeps an old option for a while after an edition dropped its table."""
    without = replace(real_pack, tables={}, charts={})

    for options in ({"row": "Poland"}, {"measure": "all"}, {"chart": "largest-donors"}):
        with pytest.raises(UserError):
            find_figures(real_pack.topics["aid"], without, **options)


PAGES = ("row/PL", "row/PL/military", "row/EU/all", "rank/humanitarian", "chart/aid-by-month")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_figures_leads_back_to_itself(topic: Topic, real_pack: Knowledge, page: str) -> None:
    """Buttons and menus of old cards name what they show by its page."""
    found = find_page_of_figures(topic, page, real_pack)

    assert found.page == page
    assert names_figures(page)
    assert find_page_of_figures(topic, found.page, real_pack) == found


def test_every_row_ranking_and_chart_has_a_page_of_its_own(real_pack: Knowledge) -> None:
    """No two answers share one, so a card leads to what it showed."""
    for topic in (real_pack.topics["aid"], real_pack.topics["members"]):
        table = real_pack.table_of(topic.id)
        assert table is not None
        choices = tuple(table.spec.measure.choices) if table.spec.measure else ()
        every: list[Figures] = [FoundChart(topic=topic, chart=chart) for chart in real_pack.charts_of(topic.id)]
        every += [FoundRanking(topic=topic, table=table, measure=choice) for choice in choices]
        every += [
            FoundRow(topic=topic, table=table, row=row, measure=choice)
            for row in table.rows
            for choice in (None, *choices)
        ]

        assert [find_page_of_figures(topic, found.page, real_pack) for found in every] == every
        assert len({found.page for found in every}) == len(every)


def test_a_row_without_a_code_is_named_by_its_place(aid: Table, topic: Topic, real_pack: Knowledge) -> None:
    """Custom ids have no room for names."""
    table = aid.model_copy(update={"spec": aid.spec.model_copy(update={"code": None})})
    knowledge = replace(real_pack, tables={"aid": table})
    found = find_figures(topic, knowledge, row=table.name(table.rows[7]))

    assert found.page == "row/7"
    assert find_page_of_figures(topic, "row/7", knowledge) == found


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ("row/ZZ", UnknownRow),
        ("row/", UnknownRow),
        ("row/PL/tanks", UnknownMeasure),
        ("rank/tanks", UnknownMeasure),
        ("rank/", UnknownMeasure),
        ("chart/gone", UnknownChart),
        ("map/PL", UnknownSection),
        ("row", UnknownRow),
    ],
)
def test_a_page_of_an_earlier_edition_is_refused(
    topic: Topic, real_pack: Knowledge, page: str, error: type[UserError]
) -> None:
    """It names something that is no longer there; the error says what there is."""
    with pytest.raises(error):
        find_page_of_figures(topic, page, real_pack)


@pytest.mark.parametrize("page", [None, "", "how-much", "row", "rank", "charts/x", "PL/row"])
def test_a_section_is_not_taken_for_figures(page: str | None) -> None:
    """Sections have no slash in their ids."""
    assert not names_figures(page)


@pytest.mark.parametrize(
    ("locale", "typed", "label"),
    [
        ("en-GB", "ger", "🇩🇪 Germany"),
        ("de", "deu", "🇩🇪 Deutschland (Germany)"),
        ("de", "Germ", "🇩🇪 Deutschland (Germany)"),
        ("uk", "нім", "🇩🇪 Німеччина (Germany)"),
        ("es-ES", "alem", "🇩🇪 Alemania (Germany)"),
        ("es-419", "alem", "🇩🇪 Alemania (Germany)"),
        ("de", "portu", "🇵🇹 Portugal"),
        ("ja", "ger", "🇩🇪 Germany"),
    ],
)
def test_a_row_is_offered_with_its_flag_in_the_person_s_language(
    aid: Table, real_pack: Knowledge, locale: str, typed: str, label: str
) -> None:
    """Latin American Spanish reads European Spanish; a language without names reads English."""
    value, shown = complete_rows(aid, real_pack, typed, locale=locale)[0]

    assert shown == label
    assert value in {"Germany", "Portugal"}


def test_before_anything_is_typed_the_first_rows_are_offered(aid: Table, real_pack: Knowledge) -> None:
    """As many as Discord shows, each within Discord's length."""
    offered = complete_rows(aid, real_pack, "", locale="de")

    assert [value for value, _ in offered] == [aid.name(row) for row in aid.rows[:25]]
    assert all(len(label) <= 100 for _, label in offered)


def test_what_is_offered_is_found(aid: Table, topic: Topic, real_pack: Knowledge) -> None:
    """Every choice that Discord sends back leads to its answer."""
    for row in aid.rows:
        value, _ = complete_rows(aid, real_pack, aid.name(row), locale="uk")[0]
        assert find_row(value, aid, real_pack) is row
    for chart in real_pack.charts_of("aid"):
        value, shown = complete_charts(topic, real_pack, chart.title)[0]
        assert (find_chart(topic, value, real_pack).chart, shown) == (chart, chart.title)


def test_kinds_are_offered_by_their_first_letters(aid: Table, real_pack: Knowledge) -> None:
    """A table that tells none apart offers none."""
    assert complete_measures(aid, " Mil") == [("military", "Military")]
    assert [choice for choice, _ in complete_measures(aid, "")] == ["all", "military", "financial", "humanitarian"]
    assert complete_measures(real_pack.tables["members"], "") == []


def test_a_flag_is_two_regional_indicators() -> None:
    """Discord draws the flag of the two together."""
    assert (flag("UA"), flag("EU")) == ("\U0001f1fa\U0001f1e6", "\U0001f1ea\U0001f1fa")


@pytest.mark.parametrize(
    ("typed", "near"), [("Iland", ["Iceland", "Ireland"]), ("Etonia", ["Estonia", "Latvia"]), ("Ukraine", [])]
)
def test_between_two_countries_the_person_decides(real_pack: Knowledge, typed: str, near: list[str]) -> None:
    """A slip that is as near to another country's name, in any language, is not answered for one of them."""
    with pytest.raises(UnknownRow) as refused:
        find_row(typed, real_pack.tables["aid"], real_pack)

    assert all(f"**{name}**" in str(refused.value) for name in near)
    assert ("Did you mean" in str(refused.value)) is bool(near)
