"""Strategies and examples of contracts."""

from __future__ import annotations

import string
import unicodedata

from hypothesis import strategies as st

from shuxin.catalogue.domain.contract import (
    Contract,
    Cycle,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    QualityRule,
    Sharing,
)

_LETTERS = string.ascii_letters + string.digits + "名称金额日期(){}%#& é"
names = (
    st.text(_LETTERS + "._-", min_size=1, max_size=12)
    .map(lambda text: unicodedata.normalize("NFC", text).strip(" ._-"))
    .filter(bool)
)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
shares = st.integers(0, 1_000_000).map(lambda parts: round(parts / 1_000_000, 6))
finite = st.floats(allow_nan=False, allow_infinity=False)
plain_rules = st.builds(
    QualityRule, kind=st.sampled_from(["complete", "valid", "unique"]), threshold=shares
)
range_rules = st.builds(
    lambda ends, share: QualityRule("in_range", share, low=ends[0], high=ends[1]),
    st.tuples(finite | st.none(), finite | st.none()).filter(
        lambda ends: any(end is not None for end in ends) and (None in ends or ends[0] <= ends[1])
    ),
    shares,
)


@st.composite
def fields(draw: st.DrawFn, name: str) -> Field:
    kind = draw(st.sampled_from(FieldType))
    number = kind in {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY}
    rules = st.lists(
        plain_rules | range_rules if number else plain_rules,
        max_size=3,
        unique_by=lambda rule: rule.kind,
    )
    codes = st.lists(
        texts | st.sampled_from(["01", "NO", "1.10", "", "~", "2024-01-01"]),
        unique=True,
        max_size=4,
    )
    return Field(
        name=name,
        type=kind,
        title=draw(texts),
        unit=draw(texts),
        required=draw(st.booleans()),
        code_table=tuple(draw(codes)) if kind is FieldType.CODE else (),
        level=draw(st.sampled_from(Level)),
        personal=draw(st.sampled_from(PersonalClass)),
        sharing=draw(st.sampled_from(Sharing)),
        meaning=draw(st.sampled_from([meaning for meaning in Meaning if "subject" not in meaning])),
        rules=tuple(draw(rules)),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    columns = draw(st.lists(names, min_size=1, max_size=5, unique_by=str.casefold))
    built = tuple(draw(fields(name)) for name in columns)
    times = [field.name for field in built if field.type in {FieldType.DATE, FieldType.TIMESTAMP}]
    version = draw(st.tuples(*[st.integers(0, 30)] * 3))
    extra = st.lists(st.tuples(names, texts), max_size=3, unique_by=lambda pair: pair[0])
    return Contract(
        dataset=draw(names),
        version=".".join(map(str, version)),
        title=draw(texts),
        department=draw(texts),
        group=draw(st.sampled_from(DataGroup)),
        fields=built,
        key=tuple(draw(st.lists(st.sampled_from(columns), unique=True, max_size=3))),
        cycle=draw(st.sampled_from(Cycle)),
        lag_days=draw(st.integers(0, 400)),
        purposes=tuple(draw(st.lists(texts, unique=True, max_size=3))),
        description=draw(texts | st.just("two\nlines\tand a tab")),
        known_time_field=draw(st.sampled_from(["", *times])),
        extra=tuple(draw(extra)),
    )


def power_bill(**changed: object) -> Contract:
    """A contract with one field of most kinds."""
    contract = {
        "dataset": "power_bill",
        "version": "1.0.0",
        "title": "电费",
        "department": "PWR 供电公司",
        "group": DataGroup.PUBLIC,
        "fields": (
            Field("account", FieldType.STRING, title="户号", required=True, level=Level.L2),
            Field("month", FieldType.MONTH, title="账期", required=True),
            Field("owner", FieldType.STRING, level=Level.L3, personal=PersonalClass.C2),
            Field(
                "kind",
                FieldType.CODE,
                code_table=("01", "02", "NO"),
                rules=(QualityRule("valid", 0.995),),
            ),
            Field(
                "amount",
                FieldType.MONEY,
                unit="fen",
                meaning=Meaning.AMOUNT,
                level=Level.L2,
                sharing=Sharing.CONDITIONAL,
                rules=(
                    QualityRule("complete", 0.98),
                    QualityRule("in_range", 0.99, low=0, high=1e12),
                ),
            ),
            Field("known_time", FieldType.TIMESTAMP, required=True),
        ),
        "key": ("account", "month"),
        "cycle": Cycle.MONTH,
        "lag_days": 5,
        "purposes": ("credit_decision",),
        "known_time_field": "known_time",
        "extra": (("steward", "data office"),),
    }
    return Contract(**(contract | changed))  # type: ignore[arg-type]
