from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.catalogue.api import (
    Contract,
    DataGroup,
    Field,
    FieldType,
    read_contract,
    write_contract,
)
from shuxin.fusion.mapping import (
    ColumnMapping,
    Mapping,
    MappingInvalid,
    read_mapping,
    write_mapping,
)
from shuxin.fusion.reading.container import Container
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.errors import ShuxinError

names = st.text(
    st.characters(exclude_categories=["C"], exclude_characters="/\\"), min_size=1, max_size=12
)
columns = st.builds(
    ColumnMapping,
    header=names,
    field=names,
    spellings=st.lists(st.sampled_from(DateSpelling), max_size=2).map(tuple),
    unit=st.sampled_from(["", "元", "万元"]),
    fill_down=st.booleans(),
    why=st.lists(names, max_size=2).map(tuple),
)
mappings = st.builds(
    Mapping,
    file=names,
    dataset=names.filter(lambda name: not name.startswith(".")),
    container=st.sampled_from(Container),
    header=st.booleans(),
    columns=st.lists(
        columns, min_size=1, max_size=4, unique_by=(lambda c: c.header, lambda c: c.field)
    ).map(tuple),
)
EXAMPLE = Mapping(
    file="名单.csv",
    dataset="名单",
    container=Container.TEXT,
    columns=(
        ColumnMapping(header="名称", field="名称"),
        ColumnMapping(header="日期", field="日期", spellings=(DateSpelling.DASH,)),
    ),
)
CONTRACT = Contract(
    dataset="名单",
    version="1.0.0",
    title="名单",
    department="某局",
    group=DataGroup.PUBLIC,
    fields=(Field(name="名称", type=FieldType.STRING), Field(name="日期", type=FieldType.DATE)),
)


def mutated(text: str) -> st.SearchStrategy[str]:
    """The text with pieces replaced by what breaks parsers."""
    piece = st.one_of(
        st.sampled_from(
            [
                ": ",
                "- ",
                "\n  ",
                "{",
                "[",
                "]",
                "&a ",
                "*a",
                "!!python/name:os.system ",
                "---\n",
                "? ",
                "|\n",
                "\t",
                "'",
                '"',
                "#",
                "%",
                "\x00",
                "1e999",
                "2024-99-99",
                "~",
                "<<: ",
                "0x",
                "\ufeff",
                "9" * 5000,
            ]
        ),
        st.text(max_size=4),
    )
    edits = st.lists(
        st.tuples(st.integers(0, len(text)), st.integers(0, 6), piece), min_size=1, max_size=4
    )

    def apply(found: list[tuple[int, int, str]]) -> str:
        changed = text
        for at, cut, new in found:
            changed = changed[:at] + new + changed[at + cut :]
        return changed

    return edits.map(apply)


class TestReadMapping:
    @given(mappings)
    def test_reads_what_was_written(self, mapping: Mapping) -> None:
        assert read_mapping(write_mapping(mapping), file="f") == mapping

    @given(mutated(write_mapping(EXAMPLE)))
    def test_refuses_or_reads_whatever_was_edited(self, text: str) -> None:
        try:
            read_mapping(text, file="mapping.yaml")
        except MappingInvalid as error:
            assert "mapping.yaml" in error.say("en")

    def test_expands_no_aliases(self) -> None:
        bomb = "a: &a [x, x]\n" + "".join(
            f"{name}: &{name} [*{before}, *{before}]\n"
            for before, name in zip("abcdefgh", "bcdefghi", strict=True)
        )
        with pytest.raises(MappingInvalid):
            read_mapping(bomb, file="f")


class TestHash:
    def test_is_of_what_decides_the_rows(self) -> None:
        asked = EXAMPLE.model_copy(update={"questions": ("really?",)})
        assert asked.hash == EXAMPLE.hash
        for change in ({"encoding": "gb18030"}, {"header": False}, {"dataset": "别的"}):
            assert EXAMPLE.model_copy(update=change).hash != EXAMPLE.hash


class TestContractFile:
    @given(mutated(write_contract(contract=CONTRACT).decode()))
    def test_is_refused_or_read_whatever_was_edited(self, text: str) -> None:
        try:
            read_contract(content=text.encode("utf-8", "surrogatepass"))
        except ShuxinError as error:
            assert error.say("en") != error.say("zh")


def test_a_mapping_of_before_contracts_came_along_keeps_its_hash() -> None:
    """Else every file that was ever loaded would be loaded again."""
    column = ColumnMapping(header="金额", field="amount", unit="万元")
    made = Mapping(file="a.csv", dataset="甲", container=Container.TEXT, columns=(column,))
    assert made.hash == "203fe8115953e71f7319c8e40df7de114a8fff2ad27cdfcd9c44bcc30a9dfbd4"
    assert made.model_copy(update={"claim": "0" * 64}).hash != made.hash
