from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.asking import proposal
from tests.consent.world import BANK, DAY, FIRM, HOLDER, NOW, OTHER_BANK, OTHER_FIRM, OWNER, terms

from shuxin.consent.domain.authorisation import Authorisation, AuthorisationInvalid
from shuxin.consent.domain.proposal import GrantWider, Narrowing
from shuxin.consent.domain.purpose import Purpose
from shuxin.consent.wording import is_worded, offer, text_hash, worded, wording

ENGLISH = f"""\
Who asks: the organisation with credit code {BANK[5:]} asks to read data about the organisation with credit code \
{FIRM[5:]}.
Where from: the data are held by the organisation with credit code {HOLDER[5:]}.
What for: the data may be used for one purpose only, credit decision, and may not be passed on to anybody.
What: these data sets may be read, in fields up to level 3 of 5:
- tax
- register
Which period: only events from 2024-01-01 up to and not including 2026-06-01 may be read.
How long: the authorisation holds from 2026-05-31 09:00:00 until 2026-08-30 09:00:00, China time.
How often: the greatest number of uses at each source is 2; each use is logged there.
If you refuse: nothing is read under this request; a service may be refused to you for that only if these data are \
necessary for it.
How to withdraw: at any time, with the same key, in your data account or with 'shuxin withdraw'; no source that has \
learned of it answers any more, and earlier uses stay lawful.
"""
CHINESE = f"""\
使用方:统一社会信用代码为 {BANK[5:]} 的机构申请读取统一社会信用代码为 {FIRM[5:]} 的机构的数据。
数据来源:数据由统一社会信用代码为 {HOLDER[5:]} 的机构持有。
使用目的:数据仅可用于“授信决策”这一项目的,不得向任何第三方转让或披露。
数据范围:可读取以下数据集中级别不高于 3 级(共 5 级)的字段:
- tax
- register
数据期间:仅可读取自 2024-01-01 起、2026-06-01 之前(不含当日)发生的数据。
有效期:本授权自 2026-05-31 09:00:00 起至 2026-08-30 09:00:00 止(北京时间)。
使用次数:在每一数据来源处最多使用 2 次,每次使用均在该处留存日志。
如您拒绝:不会依据本申请读取任何数据;除所申请服务必需这些数据外,不得因此拒绝向您提供服务。
如何撤回:您可随时使用同一密钥在数据账户中或通过 shuxin withdraw 撤回;数据来源得知后不再提供数据,撤回前的使用仍然合法。
"""
names = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
    | st.sampled_from(["a\u202eb", "a\\u{202e}b", "x\u2028- y", "x", "- y"]),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)
days = st.integers(0, 60).map(lambda n: NOW + n * DAY)


@st.composite
def some_terms(draw: st.DrawFn) -> Authorisation:
    start, data_from = draw(days), draw(days).date()
    return terms(
        subject=draw(st.sampled_from([FIRM, OTHER_FIRM, OWNER])),
        grantee=draw(st.sampled_from([BANK, OTHER_BANK])),
        holders=draw(st.sampled_from([(HOLDER,), (BANK,), (HOLDER, BANK)])),
        purpose=draw(st.sampled_from(Purpose)),
        catalogues=draw(names),
        level_max=draw(st.integers(1, 5)),
        data_from=data_from,
        data_to=data_from + draw(st.integers(1, 60)) * DAY,
        valid_from=start,
        valid_to=start + draw(st.integers(1, 60)) * DAY + dt.timedelta(microseconds=draw(st.integers(0, 1))),
        max_uses=draw(st.integers(1, 12)),
        supersedes=draw(st.sampled_from(["", "ab", "cd"])),
    )  # fmt: skip


def bare(authorisation: Authorisation) -> Authorisation:
    return replace(authorisation, text_hash="", language="zh", signed_at=NOW)


class TestWording:
    @pytest.mark.parametrize("language", ["en", "zh"])
    @given(some_terms(), some_terms())
    def test_differs_whenever_a_term_differs(
        self, language: str, one: Authorisation, other: Authorisation
    ) -> None:
        words = [wording(terms, language=language) for terms in (one, other)]  # type: ignore[arg-type]
        assert (words[0] == words[1]) is (bare(one) == bare(other))

    @given(some_terms())
    def test_differs_when_one_term_alone_does(self, one: Authorisation) -> None:
        changed = replace(one, max_uses=one.max_uses + 1)
        assert wording(one, language="zh") != wording(changed, language="zh")

    @given(some_terms())
    def test_says_one_thing_a_line_and_hides_no_sign(self, one: Authorisation) -> None:
        text = wording(one, language="en")
        lines = text.splitlines()
        assert len(lines) == 9 + len(one.catalogues) + bool(one.supersedes)
        assert all(line.isprintable() for line in lines)

    def test_is_in_complete_sentences_of_both_languages(self) -> None:
        assert wording(terms(), language="en") == ENGLISH
        assert wording(terms(), language="zh") == CHINESE


class TestTextHash:
    @given(some_terms(), some_terms())
    def test_holds_for_its_own_terms_alone(self, one: Authorisation, other: Authorisation) -> None:
        signed = worded(one, language="en")
        assert is_worded(signed)
        swapped = replace(other, text_hash=signed.text_hash, language="en")
        assert is_worded(swapped) is (bare(swapped) == bare(signed))

    def test_names_the_language_that_was_shown(self) -> None:
        assert not is_worded(replace(worded(terms(), language="en"), language="zh"))


class TestOffer:
    def test_binds_the_text_that_it_shows(self) -> None:
        made = offer(proposal(), language="zh", now=NOW + DAY)
        assert made.terms.text_hash == text_hash(made.text)
        assert (made.terms.signed_at, made.terms.language) == (NOW + DAY, "zh")

    def test_takes_away_what_the_subject_takes_away(self) -> None:
        less = Narrowing(("tax",), 2, dt.date(2025, 1, 1), NOW + DAY, 1)
        made = offer(proposal(), language="en", now=NOW, narrowing=less).terms
        assert (made.catalogues, made.level_max, made.max_uses) == (("tax",), 2, 1)
        assert (made.data_from, made.valid_to) == (dt.date(2025, 1, 1), NOW + DAY)

    @pytest.mark.parametrize(
        "more",
        [
            Narrowing(catalogues=("tax", "other")),
            Narrowing(level_max=4),
            Narrowing(data_from=dt.date(2020, 1, 1)),
            Narrowing(valid_to=NOW + 999 * DAY),
            Narrowing(max_uses=3),
        ],
    )
    def test_never_adds(self, more: Narrowing) -> None:
        with pytest.raises(GrantWider):
            offer(proposal(), language="en", now=NOW, narrowing=more)

    def test_is_not_made_of_terms_that_contradict_themselves(self) -> None:
        with pytest.raises(AuthorisationInvalid):
            offer(proposal(), language="en", now=NOW, narrowing=Narrowing(valid_to=NOW - 9 * DAY))
