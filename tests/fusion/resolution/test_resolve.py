from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.fusion.resolution import (
    BELIEF,
    Doubt,
    Flaw,
    Mention,
    PartOf,
    Resolution,
    Thresholds,
    Way,
    learn_model,
    matching,
    resolve,
)
from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.uscc import USCC, check_symbol

_BRANDS = ["鑫鲲岳", "鑫鲲跃", "瑾玥", "甲乙丙丁戊"]
_TRADES = ["科技", "科技发展", "商贸", "建筑第一工程", "建筑第二工程"]
_FORMS = ["有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "有限公司第一分公司", "中心"]


def uscc(serial: int) -> str:
    organisation = f"{serial:08}"
    body = f"91110108{organisation}{organisation_check(organisation)}"
    return body + check_symbol(body)


A, B, C = uscc(10_000_001), uscc(20_000_002), uscc(30_000_003)

firm_names = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["北京", "上海", "北京市", "", "（白名单）北京"]),
    st.sampled_from(_BRANDS),
    st.sampled_from(_TRADES),
    st.sampled_from(_FORMS),
)
rows = st.lists(
    st.tuples(st.sampled_from(["", "", "", A, B, C, A[:-1] + "O"]), firm_names, st.integers(1, 3)),
    min_size=1,
    max_size=25,
)
SURE = Thresholds(link=0.2, review=0.01, expected_share=0.9)


def mentions(found: list[tuple[str, str, int]]) -> list[Mention]:
    return [Mention(key=str(i), code=c, name=n, count=k) for i, (c, n, k) in enumerate(found)]


def resolved(*found: Mention) -> Resolution:
    return resolve(mentions=found, model=BELIEF, thresholds=Thresholds())


def entities(*named: tuple[str, str]) -> list[str]:
    """Entity of each (code, name)."""
    found = resolved(*mentions([(code, name, 1) for code, name in named])).entity_of()
    return [found[str(i)] for i in range(len(named))]


class TestResolve:
    @given(rows, st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_of_mentions(
        self, found: list[tuple[str, str, int]], random: object
    ) -> None:
        ordered = mentions(found)
        shuffled = list(ordered)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        one, other = (
            resolve(mentions=m, model=BELIEF, thresholds=SURE) for m in (ordered, shuffled)
        )
        assert one == other

    @given(rows)
    def test_never_puts_two_valid_codes_in_one_entity(
        self, found: list[tuple[str, str, int]]
    ) -> None:
        given_rows = mentions(found)
        entity = resolve(mentions=given_rows, model=BELIEF, thresholds=SURE).entity_of()
        assert entity.keys() == {m.key for m in given_rows}
        assert all(entity[m.key] == m.code for m in given_rows if m.code in {A, B, C})

    @given(rows)
    def test_blocking_loses_no_link_that_all_pairs_would_make(
        self, found: list[tuple[str, str, int]]
    ) -> None:
        everyone = mentions(found)
        fast = resolve(mentions=everyone, model=BELIEF, thresholds=SURE)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                matching,
                "_candidates",
                lambda table, count: np.indices((count, len(table["core"]))).reshape(2, -1).T,
            )
            slow = resolve(mentions=everyone, model=BELIEF, thresholds=SURE)
        assert fast.entity_of() == slow.entity_of()

    def test_refuses_two_mentions_with_one_key(self) -> None:
        with pytest.raises(ValueError, match="key"):
            resolved(Mention(key="1", name="甲"), Mention(key="1", name="乙"))

    def test_takes_an_empty_list(self) -> None:
        assert resolved().entities == ()


class TestByCode:
    def test_a_code_outweighs_its_spelling(self) -> None:
        assert entities((A, "瑾玥科技有限公司"), (A.lower(), "全然不同商贸有限公司")) == [A, A]

    def test_unlike_names_under_one_code_are_a_finding(self) -> None:
        found = resolved(*mentions([(A, "瑾玥科技有限公司", 3), (A, "全然不同商贸有限公司", 1)]))
        assert [(f.mention, f.flaw) for f in found.findings] == [("1", Flaw.UNLIKE_NAMES)]

    def test_a_failing_code_is_not_repaired(self) -> None:
        wrong = A.replace("0", "O", 1)
        found = resolved(*mentions([(A, "瑾玥科技有限公司", 1), (wrong, "鑫鲲岳商贸有限公司", 1)]))
        assert found.entity_of()["1"] != A
        assert [(f.flaw, A in f.suggestions) for f in found.findings] == [(Flaw.CODE_FAILS, True)]

    def test_a_code_on_many_unlike_names_is_nobodys(self) -> None:
        names = ["子丑", "寅卯", "辰巳", "午未", "申酉", "戌亥", "鼠牛", "虎兔"]
        found = resolved(*mentions([(A, f"{n}有限公司", 1) for n in names]))
        assert A not in found.entity_of().values()
        assert {f.flaw for f in found.findings} == {Flaw.CODE_ON_MANY_NAMES}

    def test_many_spellings_of_two_names_are_still_a_firms_own_code(self) -> None:
        kinds = ["", "股份", "集团", "发展", "发展股份", "发展集团", "投资", "控股"]
        spellings = [(A, f"瑾玥科技{kind}有限公司", 1) for kind in kinds]
        found = resolved(*mentions([(A, "鑫鲲岳建筑第一工程有限公司", 2), *spellings]))
        assert set(found.entity_of().values()) == {A}


class TestByNumber:
    def test_an_organisation_code_finds_its_firm(self) -> None:
        number = str(USCC(A).organisation_code)
        found = resolved(
            Mention(key="1", code=A, name="瑾玥科技有限公司"),
            Mention(key="2", code=number, name="旧名字商贸有限公司"),
            Mention(key="3", numbers=(f"110108{number}",)),
        )
        assert set(found.entity_of().values()) == {A}
        assert [p.way for p in found.placements] == [Way.CODE, Way.NUMBER, Way.NUMBER]


class TestByName:
    @pytest.mark.parametrize(
        "written",
        [
            "瑾玥（北京）科技有限公司",
            "瑾玥(北京)科技有限责任公司 ",
            "瑾玥【北京】科技有限公司（复审）",
        ],
    )
    def test_one_name_however_written(self, written: str) -> None:
        assert entities((A, "瑾玥(北京)科技有限公司"), ("", written)) == [A, A]

    def test_learns_a_former_name_a_row_declares(self) -> None:
        declared = "瑾玥科技有限公司（原鑫鲲岳商贸有限公司）"
        assert entities((A, declared), ("", "鑫鲲岳商贸有限公司")) == [A, A]
        assert entities((A, "鑫鲲岳商贸有限公司"), ("", declared)) == [A, A]

    def test_a_name_on_two_codes_waits_unless_a_person_tells(self) -> None:
        name = "瑾玥科技有限公司"
        rows = [
            Mention(key="1", code=A, name=name, legal_person="张三"),
            Mention(key="2", code=B, name=name, legal_person="李四"),
            Mention(key="3", name=name),
            Mention(key="4", name=name, legal_person="李四"),
        ]
        found = resolved(*rows)
        assert found.entity_of()["3"] not in {A, B}
        assert found.entity_of()["4"] == B
        assert [(r.mentions, r.doubt, r.candidates) for r in found.reviews] == [
            (("3",), Doubt.NAME_ON_SEVERAL_CODES, (A, B))
        ]

    def test_a_relative_name_teaches_nothing(self) -> None:
        assert entities((A, "区水务局"), ("", "区水务局"))[1] != A


class TestByWeight:
    @pytest.mark.parametrize(
        ("known", "other"),
        [
            ("北京瑾玥科技有限公司", "瑾玥（北京）科技有限公司"),
            ("北京瑾玥科技有限公司", "北京市瑾玥科技股份有限公司"),
            ("昌平区某甲镇人民政府", "北京市昌平区某甲镇政府"),
        ],
    )
    def test_links_one_firm_with_an_explanation(self, known: str, other: str) -> None:
        found = resolved(*mentions([(A, known, 1), ("", other, 1)]))
        placed = found.placements[1]
        assert (placed.entity, placed.way) == (A, Way.WEIGHT)
        assert placed.explanation is not None
        assert placed.explanation.posterior >= Thresholds().link

    @pytest.mark.parametrize(
        "other",
        [
            "上海瑾玥科技有限公司",
            "北京瑾玥科技有限公司海淀分公司",
            "北京瑾玥第二科技有限公司",
            "北京瑾瑶科技有限公司",
            "北京瑾玥科技集团有限公司",
            "北京瑾玥科技中心",
            "瑾玥科技有限公司",
        ],
    )
    def test_never_links_what_may_be_another_firm(self, other: str) -> None:
        assert entities((A, "北京瑾玥科技有限公司"), ("", other))[1] != A

    def test_a_branch_is_part_of_its_head(self) -> None:
        found = resolved(
            *mentions([(A, "北京瑾玥科技有限公司", 1), ("", "北京瑾玥科技有限公司海淀分公司", 1)])
        )
        assert found.parts == (PartOf(found.entity_of()["1"], A),)

    def test_joins_names_that_nobody_gave_a_code(self) -> None:
        one, other = entities(("", "北京瑾玥科技有限公司"), ("", "瑾玥（北京）科技有限公司"))
        assert one == other


class TestLearnModel:
    def test_moves_belief_by_what_codes_show(self) -> None:
        """Half of thirty firms became joint-stock companies: that form change must weigh more."""
        found = [
            Mention(
                key=f"{i}{form}",
                code=uscc(40_000_000 + i),
                name=f"北京{chr(0x4E00 + 97 * i)}{chr(0x5E00 + 89 * i)}科技{form}",
            )
            for i in range(30)
            for form in ("有限公司", "股份有限公司")
        ]
        model = learn_model(mentions=found, rng=np.random.default_rng(1))
        forms = [c.name for c in model.comparisons].index("form")
        assert model.m[forms][1] > BELIEF.m[forms][1]

    def test_with_no_codes_is_the_belief(self) -> None:
        model = learn_model(mentions=[Mention(key="1", name="甲")], rng=np.random.default_rng(1))
        assert replace(model, rarities={}) == BELIEF
