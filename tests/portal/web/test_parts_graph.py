"""Graphs laid out on the server: nothing overlaps, arcs go on, circles and hostile names do no harm."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Arc, Axis, Chart, Dot, Graph, Kind, Series
from shuxin.portal.web.parts.graph import wrapped
from shuxin.portal.web.parts.layers import Layout, laid_out

GAP = 18.0
LABEL = Text(en="Made up", zh="虚构")
dots = st.integers(1, 12)
pairs = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30)


def layout(number: int, arcs: list[tuple[int, int]]) -> Layout:
    heights = {str(i): 40.0 + i % 3 * 18 for i in range(number)}
    return laid_out(heights, [(str(a), str(b)) for a, b in arcs], gap=GAP)


class TestLayout:
    @given(dots, pairs)
    def test_no_two_boxes_overlap_and_all_are_in_the_picture(
        self, number: int, arcs: list[tuple[int, int]]
    ) -> None:
        found = layout(number, arcs)
        layers: dict[int, list[tuple[float, float]]] = {}
        for name, placed in found.dots.items():
            half = (40.0 + int(name) % 3 * 18) / 2
            layers.setdefault(placed.layer, []).append((placed.centre - half, placed.centre + half))
        for boxes in layers.values():
            assert min(top for top, _ in boxes) >= -1e-6
            assert max(bottom for _, bottom in boxes) <= found.height + 1e-6
            for (_, bottom), (top, _) in pairwise(sorted(boxes)):
                assert top - bottom >= GAP - 1e-6

    @given(dots, pairs)
    def test_every_arc_between_known_dots_has_a_way_through_each_layer(
        self, number: int, arcs: list[tuple[int, int]]
    ) -> None:
        found = layout(number, arcs)
        wanted = {(str(a), str(b)) for a, b in arcs if a != b and max(a, b) < number}
        assert set(found.ways) == wanted
        for (a, b), way in found.ways.items():
            assert (way[0], way[-1]) == (found.dots[a], found.dots[b])
            steps = {there.layer - here.layer for here, there in pairwise(way)}
            assert steps in ({1}, {-1})

    @given(st.integers(2, 12), pairs)
    def test_without_a_circle_every_arc_goes_to_the_right(
        self, number: int, arcs: list[tuple[int, int]]
    ) -> None:
        found = layout(number, [(min(a, b), max(a, b)) for a, b in arcs])
        assert all(way[0].layer < way[-1].layer for way in found.ways.values())

    def test_a_plain_tree_has_no_crossing(self) -> None:
        found = layout(7, [(0, 1), (0, 2), (1, 3), (2, 5), (1, 4), (2, 6)])
        order = sorted("3456", key=lambda name: found.dots[name].centre)
        assert order in (list("3456"), list("5634"), list("4356"), list("3465"), list("4365"),
                         list("6543"), list("5643"), list("6534"))  # fmt: skip

    def test_nothing_gives_an_empty_picture(self) -> None:
        assert laid_out({}, [], gap=GAP).height == 0


class TestPicture:
    def test_labels_keep_within_their_box(self) -> None:
        for text in ("a" * 300, "数" * 300, "a b c " * 40, "", "https://example.cn/" + "x" * 80):
            lines = wrapped(text)
            assert 1 <= len(lines) <= 3
            assert all(len(line) <= 22 for line in lines)

    def test_facts_hold_links_kinds_and_the_list(self) -> None:
        made = Graph(
            title=LABEL,
            dots=[Dot("a", "</svg><script>", kind="k", url="/a"), Dot("b", LABEL)],
            arcs=[Arc("a", "b", LABEL), Arc("a", "gone")],
            kinds={"k": LABEL},
            chosen="b",
        ).facts("zh")
        first, second = made["boxes"]
        assert (first["kind"], second["kind"], second["chosen"]) == (1, 0, True)
        assert made["listed"][0]["leads"] == ["虚构 (虚构)"]
        assert len(made["ways"]) == 1

    def test_a_hundred_dots_are_laid_out(self) -> None:
        arcs = [Arc(str(i), str(j)) for i in range(100) for j in (i + 7, i + 13) if j < 100]
        made = Graph(title=LABEL, dots=[Dot(str(i), LABEL) for i in range(100)], arcs=arcs)
        assert len(made.facts("en")["ways"]) == len(arcs)


class TestChart:
    def test_refuses_series_of_another_length(self) -> None:
        with pytest.raises(ValueError, match="one value for each category"):
            chart(categories=["a", "b"], values=[1])

    def test_the_table_has_what_the_picture_shows(self) -> None:
        facts = chart(categories=["a", "b"], values=[0.5, None]).facts("zh")
        assert facts["heads"] == ["虚构", "虚构"]
        assert facts["lines"] == [["a", "50.0%"], ["b", "–"]]
        assert facts["data"]["series"] == [{"name": "虚构", "values": [0.5, None]}]

    def test_a_scatter_has_a_line_for_each_point(self) -> None:
        made = Chart(
            name="s", title=LABEL, kind="scatter", x=Axis(LABEL), y=Axis(LABEL),
            series=[Series("one", [(1, 2), (3, 4)]), Series("two", [(5, 6)])],
        )  # fmt: skip
        assert made.facts("en")["lines"] == [
            ["one", "1", "2"],
            ["one", "3", "4"],
            ["two", "5", "6"],
        ]


def chart(*, categories: list[str], values: list[float | None]) -> Chart:
    share = Axis(LABEL, kind=Kind.PERCENT)
    return Chart(
        name="c", title=LABEL, kind="line", x=share, y=share,
        categories=categories, series=[Series(LABEL, values)],
    )  # fmt: skip
