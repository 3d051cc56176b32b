"""A table of firms and outcomes: read as it is meant, or refused by the line."""

from __future__ import annotations

import csv
import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.node.test_asking import subjects_of

from shuxin.federation.node.outcomes import KnownFirms, OutcomesUnreadable, read_firms

A, B, C = subjects_of(3)
ROWS = st.lists(
    st.tuples(st.sampled_from(subjects_of(40)), st.booleans(), st.booleans()),
    unique_by=lambda row: row[0],
    min_size=1,
)


def read(text: str, *bad: str) -> KnownFirms:
    return read_firms(text.encode(), bad=bad)


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


class TestReadFirms:
    @given(rows=ROWS, order=st.permutations([0, 1, 2, 3]))
    def test_finds_each_column_by_its_name_wherever_it_stands(
        self, rows: list[tuple[str, bool, bool]], order: list[int]
    ) -> None:
        head = ["Code", " outcome", "FIRST_LOAN", "postcode, of no matter"]
        lines = [head] + [[c.lower(), f"{bad:d}", f"{one:d}", "x\ny"] for c, bad, one in rows]
        found = read_firms(written([[line[nth] for nth in order] for line in lines]), bad=())
        assert found.codes == tuple(code for code, _, _ in rows)
        assert found.bad.tolist() == [bad for _, bad, _ in rows]
        assert found.first is not None
        assert found.first.tolist() == [one for _, _, one in rows]

    def test_need_not_know_who_borrows_first(self) -> None:
        assert read(f"代码,结果\n{A},1\n\n{B},0\n").first is None

    @pytest.mark.parametrize(
        ("cells", "bad", "wanted"),
        [
            (["0", "1"], ("1",), [False, True]),
            (["0.0", "1.00"], (), [False, True]),
            (["好", "坏"], ("逾期",), [False, True]),
            (["GOOD", "Bad"], (), [False, True]),
            (["逾期", "正常"], ("逾期", "核销"), [True, False]),
            (["0", "2"], ("2", "3"), [False, True]),
            (["3.0", "1"], ("3", "4"), [True, False]),
            (["bad", "written off"], ("written off",), [False, True]),
        ],
    )
    def test_takes_outcomes_as_said_here_or_as_in_the_scorecard_job(
        self, cells: list[str], bad: tuple[str, ...], wanted: list[bool]
    ) -> None:
        found = read(f"code,outcome\n{A},{cells[0]}\n{B},{cells[1]}", *bad)
        assert found.bad.tolist() == wanted

    def test_refuses_zeros_that_were_bad_in_the_job(self) -> None:
        with pytest.raises(OutcomesUnreadable) as caught:
            read(f"code,outcome\n{A},1\n{B},0\n", "0")
        assert caught.value.facts["line"] == 3
        assert "good" in caught.value.say("en")
        assert "“0”" in caught.value.say("zh")

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("", 1),
            ("code\n", 1),
            (f"code,outcome,outcome\n{A},1,1", 1),
            (f"code,outcome,first_loan,首贷\n{A},1,1,1", 1),
            ("code,outcome\n", 2),
            (f"code,outcome\n{A},1\n{A[:17]},1", 3),
            (f"code,outcome\n{A},1\n{A.lower()},0", 3),
            (f"code,outcome\n{A},1\n{B},", 3),
            (f"code,outcome\n{A},1\n{B}", 3),
            (f"code,outcome\n{A},1\n{B},1,1", 3),
            (f"code,outcome,first_loan\n{A},1,1\n{B},0,2", 3),
            (f"code,outcome,first_loan\n{A},1,1\n{B},0,", 3),
            (f'code,outcome\n{A},1\n"{B},0', 3),
        ],
        ids=str,
    )
    def test_refuses_by_the_line(self, text: str, line: int) -> None:
        with pytest.raises(OutcomesUnreadable) as caught:
            read(text)
        assert caught.value.facts["line"] == line

    def test_refuses_other_encodings(self) -> None:
        with pytest.raises(OutcomesUnreadable, match="UTF-8"):
            read_firms(f"code,结果\n{A},1".encode("gb18030"), bad=())

    @given(content=st.binary() | st.text().map(str.encode))
    def test_of_anything_gives_firms_or_says_why_not(self, content: bytes) -> None:
        for data in (content, b"code,outcome\n" + content):
            with suppress(OutcomesUnreadable):
                found = read_firms(data, bad=("1",))
                assert len(found.codes) == len(found.bad) > 0


@given(rows=ROWS, data=st.data())
def test_some_firms_keep_their_outcomes(
    rows: list[tuple[str, bool, bool]], data: st.DataObject
) -> None:
    codes, bad, first = (list(each) for each in zip(*rows, strict=True))
    mask = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    known = KnownFirms(tuple(codes), np.array(bad), np.array(first))
    found = known.chosen(np.array(mask))
    assert found.first is not None
    assert [*zip(found.codes, found.bad.tolist(), found.first.tolist(), strict=True)] == [
        row for row, is_in in zip(rows, mask, strict=True) if is_in
    ]
    assert KnownFirms(known.codes, known.bad).chosen(np.array(mask)).first is None
