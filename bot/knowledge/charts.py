"""Which pictures a pack has: ``charts.yaml`` names a table, a form and the columns, nothing else draws."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from bot.knowledge.fields import FileModel, Paragraph, Title, TopicId
from bot.knowledge.tables import ColumnName, Unit

Label = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Form(StrEnum):
    """How a chart shows its rows."""

    BARS = "bars"  # a bar a row, the longest first; several columns are stacked
    MONTHS = "months"  # a column a month; several columns are stacked
    GROUPS = "groups"  # a bar for the sum of each group of rows
    COUNTS = "counts"  # a bar for each year of a day: how many rows, and which
    TILES = "tiles"  # a tile a row, placed as on a map, coloured by band


class Band(FileModel):
    """Values that get one colour on a map of tiles: all below a number, or those with a certain text."""

    label: Label
    below: float | None = None  # with numbers or years: values below this and not below the band before
    text: str | None = None  # with texts: the cell


class Chart(FileModel):
    """One picture."""

    id: TopicId
    topics: Annotated[tuple[TopicId, ...], Field(min_length=1, max_length=4)]
    title: Title  # says what is measured
    table: TopicId
    form: Form
    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=5)]
    where: dict[ColumnName, str] = Field(default_factory=dict)  # only rows with these cells
    largest: Annotated[int, Field(ge=2, le=40)] | None = None  # rows shown; all when absent
    by: ColumnName | None = None  # of groups: the column that groups rows
    places: tuple[ColumnName, ColumnName] | None = None  # of tiles: the columns with a tile's column and row
    bands: Annotated[tuple[Band, ...], Field(max_length=5)] = ()  # as many as there are colours
    missing: Label = "not known"  # of tiles: what rows outside every band are
    unit: Unit | None = None  # where it is not that of the first column
    note: Paragraph | None = None  # what to know before comparing; stands in the picture's card

    @model_validator(mode="after")
    def _has_what_its_form_needs(self) -> Self:
        needs = {Form.GROUPS: ("by",), Form.TILES: ("places", "bands")}
        for key in needs.get(self.form, ()):
            if not getattr(self, key):
                raise ValueError(f"is of the form {self.form.value} and lacks {key}. Add it")
        if self.form in {Form.COUNTS, Form.TILES} and len(self.columns) > 1:
            raise ValueError(f"is of the form {self.form.value}, which shows one column. Leave one")
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("names a column twice. Remove one")
        labels = [band.label for band in self.bands]
        if len({*labels, self.missing}) <= len(labels):
            raise ValueError("gives one label to two colours. Change one label")
        return self

    @property
    def page(self) -> str:
        """What stands for this chart where cards name a page of a topic."""
        return f"chart/{self.id}"
