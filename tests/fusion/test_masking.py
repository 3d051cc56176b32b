from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fusion.conftest import FIRST_DAY, Installation, identity_number, uscc

from shuxin.catalogue.api import Meaning, contract
from shuxin.fusion.masking import (
    digest_column,
    mask_embedded,
    mask_number,
    mask_person,
    masked_column,
    without_embedded_numbers,
)
from shuxin.fusion.proposal_files import proposal_names

if TYPE_CHECKING:
    from collections.abc import Iterator

serials = st.integers(0, 999)
persons = st.text("王李张刘陈建国秀英伟", min_size=2, max_size=4)
PERSONS = [
    "王建国",
    "李秀英",
    "张伟",
    "刘德胜",
    "陈静怡",
    "杨磊",
    "赵敏芝",
    "黄志强",
    "周杰",
    "吴桂芳",
]


class TestMaskNumber:
    @given(serials, st.sampled_from(["{}", "证号{}号", " {}\n", "{}/"]))
    def test_leaves_no_identity_number(self, serial: int, around: str) -> None:
        number = identity_number(serial)
        assert number not in mask_number(around.format(number))
        assert number[6:14] not in mask_embedded(around.format(number))

    @given(st.text("0123456789-", max_size=20))
    def test_hides_at_least_the_middle(self, text: str) -> None:
        masked = mask_number(text)
        assert masked != text or not text or set(masked) == {"*"}


_FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789X"}


@st.composite
def numbers_in_text(draw: st.DrawFn) -> str:
    """A right number as people write it, between signs that may make it part of something longer."""
    number = draw(
        st.one_of(serials.map(identity_number), st.integers(130, 199).map("{}00001234".format))
    )
    sign = draw(st.sampled_from(["", "-", " ", "－", "　"]))
    first, last = (6, 14) if len(number) == 18 else (3, 7)
    written = number[:first] + sign + number[first:last] + sign + number[last:]
    if draw(st.booleans()):
        written = written.translate(_FULL_WIDTH)
    before = draw(st.sampled_from(["", "+86", "0086", "+86 ", "００８６", "电话", "1", "0.", "."]))
    after = draw(st.sampled_from(["", "a", "。", "1", ".5", "."]))
    rest = st.text("甲a1 .-", max_size=3)
    return f"{draw(rest)}{before}{written}{after}{draw(rest)}"


class TestWithoutEmbeddedNumbers:
    @given(st.lists(numbers_in_text(), max_size=8))
    def test_masks_in_a_column_what_is_masked_in_each_text(self, texts: list[str]) -> None:
        masked, changed = without_embedded_numbers(pa.array(texts, pa.string()))
        wanted = [mask_embedded(text) for text in texts]
        assert masked.to_pylist() == wanted
        assert changed == sum(one != other for one, other in zip(texts, wanted, strict=True))


class TestMaskPerson:
    @given(persons)
    def test_keeps_the_first_character_only(self, name: str) -> None:
        assert mask_person(name) == name[0] + "*" * (len(name) - 1)

    def test_masks_several_names_one_by_one(self) -> None:
        assert mask_person("张三、李四四,王五") == "张*、李**,王*"


class TestDigestColumn:
    @given(st.lists(persons, min_size=1, max_size=9))
    def test_is_equal_for_equal_values_under_one_key_only(self, names: list[str]) -> None:
        column = pa.array([*names, *names], pa.string())
        digests = digest_column(column, key=bytes(32)).to_pylist()
        assert digests[: len(names)] == digests[len(names) :]
        assert len(set(digests)) == len(set(names))
        other = digest_column(column, key=bytes([1] * 32)).to_pylist()
        assert not set(digests) & set(other)

    def test_is_null_for_what_came_masked(self) -> None:
        assert digest_column(pa.array(["张*", "张某", None]), key=bytes(32)).null_count == 3


class TestMaskedColumn:
    def test_refuses_a_meaning_that_is_not_personal(self) -> None:
        with pytest.raises(ValueError, match="not personal"):
            masked_column(pa.array(["x"]), Meaning.AMOUNT)


def secrets() -> Iterator[str]:
    """Everything about the persons below that must be nowhere."""
    for at, person in enumerate(PERSONS):
        yield person
        yield identity_number(at)
        yield f"1380013{at:04}"
        yield f"6234{at:04}"


def rows_of_persons() -> list[list[str]]:
    header = [
        "统一社会信用代码",
        "企业名称",
        "法定代表人姓名",
        "身份证号",
        "联系电话",
        "传真",
        "备注",
        "日期",
    ]
    return [header] + [
        [
            uscc(100 + at),
            f"北京第{at}建材有限公司",
            person,
            identity_number(at),
            f"1380013{at:04}",
            f"010-6234{at:04}",
            f"请联系 1380013{at:04} 或 {identity_number(at)}" if at % 2 else "",
            f"2024-01-{at + 1:02}",
        ]
        for at, person in enumerate(PERSONS)
    ]


@pytest.mark.django_db
class TestFromTheFirstTouch:
    """A person's name, numbers and telephones are nowhere under the installation's home or database."""

    def check(self, office: Installation) -> None:
        written = office.everything_written()
        assert "建材" in written
        assert [secret for secret in secrets() if secret in written] == []

    def test_when_only_proposed(self, office: Installation) -> None:
        office.put("人员.csv", rows_of_persons())
        office.run()
        written = office.everything_written()
        assert "法定代表人姓名" in written
        assert [secret for secret in secrets() if secret in written] == []

    def test_when_loaded(self, office: Installation) -> None:
        office.put("人员.csv", rows_of_persons())
        office.load()
        meanings = {field.name: field.meaning for field in contract(dataset="人员").fields}
        assert meanings["法定代表人姓名"] is Meaning.PERSON_NAME
        assert meanings["身份证号"] is Meaning.IDENTITY_NUMBER
        assert meanings["联系电话"] is Meaning.PHONE
        table = office.stored("人员")
        assert table["法定代表人姓名"][0].as_py() == "王**"
        assert table["法定代表人姓名__hmac"].null_count == 0
        self.check(office)

    def test_in_titles_and_notes(self, office: Installation) -> None:
        number, phone = identity_number(1), "13800130001"
        rows = rows_of_persons()
        rows[0][6] = f"备注(问{phone})"
        office.put(
            "人员.csv",
            [[f"填报人电话 {phone}", *[""] * 7], [f"证号{number}", *[""] * 7], *rows]
            + [[f"注:有疑问请拨打{phone}", *[""] * 7]],
        )
        office.load()
        self.check(office)

    def test_in_rows_that_are_rejected(self, office: Installation) -> None:
        office.put("人员.csv", rows_of_persons())
        office.load()
        rows = rows_of_persons()
        for row in rows[1:]:
            row[7] = "不是日期"
        office.put("人员.csv", rows)
        office.run(now=FIRST_DAY.replace(day=2))
        assert {row.reason for row in office.rejected("人员")} == {"date_unreadable"}
        self.check(office)

    @pytest.mark.parametrize(
        "spoil", ["too many", "too few", "open quote", "undecodable", "a long cell"]
    )
    def test_in_records_that_are_broken(self, office: Installation, spoil: str) -> None:
        office.put("人员.csv", rows_of_persons())
        office.load()
        lines = [",".join(row).encode() for row in rows_of_persons()]
        spoilt = [
            {
                "too many": line + ",多,出来".encode(),
                "too few": line.rsplit(b",", 1)[0],
                "open quote": b'"' + line,
                "undecodable": line + b"\xff\xff",
                "a long cell": b",".join([*line.split(b",")[:6], self._long(at), b"x"]),
            }[spoil]
            for at, line in enumerate(lines[1:])
        ]
        if spoil in {"open quote", "undecodable"}:
            del spoilt[1:]
        office.put("人员.csv", b"\n".join(lines + spoilt) + b"\n")
        (outcome,) = office.run(now=FIRST_DAY.replace(day=2))
        assert outcome.rejected.total() == len(spoilt)
        self.check(office)
        written = office.everything_written()
        assert [at for at in range(10) if identity_number(at)[:14] in written] == []

    @staticmethod
    def _long(at: int) -> bytes:
        """A cell in which a number lies across the place where kept cells are cut."""
        return ("长" * (484 + at % 2) + identity_number(at)).encode()

    def test_in_errors_about_a_changed_form(self, office: Installation) -> None:
        office.put("人员.csv", rows_of_persons())
        office.load()
        office.put("人员.csv", rows_of_persons()[1:])
        (outcome,) = office.run(now=FIRST_DAY.replace(day=2))
        assert outcome.error is not None
        said = outcome.error.say("en") + outcome.error.say("zh")
        assert [secret for secret in secrets() if secret in said] == []
        self.check(office)

    def test_in_a_list_without_header(self, office: Installation) -> None:
        office.put("人员.csv", [[person] for person in PERSONS])
        office.run()
        assert proposal_names(office.settings.proposals)
        written = office.everything_written()
        assert [secret for secret in PERSONS if secret in written] == []
