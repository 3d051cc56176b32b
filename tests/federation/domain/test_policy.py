from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.domain.samples import (
    DAY,
    HELPER,
    HOLDER,
    LABEL,
    NOW,
    OTHER,
    STRANGER,
    entering,
    job,
    policy,
    rehearsal,
)

from shuxin.federation.domain.policy import (
    LONGEST_POLICY,
    POLICY_FILE,
    PolicyBroken,
    PolicyMissing,
    Standing,
    default_policy_text,
    policy_from,
    read_policy,
)

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT = default_policy_text().encode()


def standing(**changed: Any) -> Standing:
    plain: dict[str, Any] = {
        "kind": "alignment",
        "proposer": LABEL,
        "purposes": ["model_training"],
        "datasets": ["tax"],
        "helpers": [HELPER],
        "until": NOW + DAY,
    }
    return Standing.model_validate(plain | changed)


class TestDefault:
    def test_allows_nobody_anything(self) -> None:
        found = policy_from(DEFAULT).policy
        assert (found.proposers, found.helpers, found.datasets, found.standing) == ((), (), (), ())
        assert found.release == "person"
        assert (found.min_set_size, found.min_count) == (1000, 1000)

    def test_names_every_setting(self) -> None:
        fields = set(policy_from(DEFAULT).policy.model_fields_set)
        assert fields == set(type(policy_from(DEFAULT).policy).model_fields) - {"standing"}

    def test_speaks_both_languages(self) -> None:
        assert "本节点" in default_policy_text()
        assert "refuses every job" in default_policy_text()

    def test_its_commented_standing_approval_is_one(self) -> None:
        lines = default_policy_text().splitlines()
        start = lines.index("# [[standing]]")
        said = "\n".join(line.removeprefix("# ") for line in lines[start:])
        text = default_policy_text() + said.replace('"uscc:..."', f'"{LABEL}"')
        assert len(policy_from(text.encode()).policy.standing) == 1


class TestReading:
    def test_without_a_file_there_is_no_policy(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyMissing):
            read_policy(tmp_path)

    def test_the_hash_is_that_of_the_text(self, tmp_path: Path) -> None:
        (tmp_path / POLICY_FILE).write_bytes(DEFAULT)
        assert read_policy(tmp_path).hash == hashlib.sha256(DEFAULT).hexdigest()

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"version = 2",
            DEFAULT + b'\n[surprise]\nyes = "no"\n',
            DEFAULT.replace(b"level_max = 2", b"level_max = 4"),
            DEFAULT.replace(b"proposers = []", b'proposers = ["everybody"]'),
            DEFAULT.replace(b"proposers = []", b'proposers = "*"'),
            DEFAULT.replace(b'release = "person"', b'release = "whatever"'),
            DEFAULT.replace(b"min_set_size = 1000", b"min_set_size = 0"),
            DEFAULT.replace(b"min_set_size = 1000", b'min_set_size = "1000"'),
            DEFAULT.replace(b"helpers = []\n", b""),
            b"\xff\xfe",
            b"[" * 5000,
        ],
    )
    def test_a_broken_text_is_refused(self, text: bytes) -> None:
        with pytest.raises(PolicyBroken):
            policy_from(text)

    @given(st.integers(0, len(DEFAULT) - 1), st.binary(max_size=3))
    def test_a_damaged_text_is_a_policy_or_refused(self, at: int, put: bytes) -> None:
        try:
            policy_from(DEFAULT[:at] + put + DEFAULT[at + 1 :])
        except PolicyBroken:
            return

    def test_a_folder_in_its_place_or_an_endless_file_is_broken(self, tmp_path: Path) -> None:
        (tmp_path / POLICY_FILE).mkdir()
        with pytest.raises(PolicyBroken):
            read_policy(tmp_path)
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / POLICY_FILE).write_bytes(b"#" * (LONGEST_POLICY + 1))
        with pytest.raises(PolicyBroken):
            read_policy(tmp_path / "b")


class TestStanding:
    def test_a_job_that_fits_needs_no_person(self) -> None:
        assert standing().fits(job(), me=HOLDER, now=NOW)
        assert standing(datasets=["*"]).fits(job(), me=HOLDER, now=NOW)
        assert standing(datasets=[], helpers=[]).fits(job(), me=HELPER, now=NOW)

    @pytest.mark.parametrize(
        "changed",
        [
            {"kind": "rehearsal"},
            {"proposer": STRANGER},
            {"purposes": ["statistics"]},
            {"datasets": ["register"]},
            {"datasets": []},
            {"helpers": [STRANGER]},
            {"helpers": []},
            {"until": NOW},
        ],
        ids=str,
    )
    def test_a_job_that_differs_in_one_thing_waits(self, changed: dict[str, Any]) -> None:
        assert not standing(**changed).fits(job(), me=HOLDER, now=NOW)

    def test_it_is_for_jobs_whose_results_go_to_the_proposer(self) -> None:
        """Else whoever may propose could let anybody with a card learn from this party."""
        for_another = job(
            proposer=LABEL,
            parties=[
                {"party": OTHER, "role": "label"},
                {"party": LABEL, "role": "holder"},
                {"party": HOLDER, "role": "holder"},
                {"party": HELPER, "role": "helper"},
            ],
            inputs=[entering(OTHER), entering(LABEL), entering(HOLDER)],
            outputs=[{"name": "aligned", "to": one} for one in (OTHER, LABEL, HOLDER)],
        )
        assert not standing().fits(for_another, me=HOLDER, now=NOW)
        assert standing(partners=[OTHER]).fits(for_another, me=HOLDER, now=NOW)

    def test_listed_partners_are_all(self) -> None:
        three = job(
            parties=[
                {"party": LABEL, "role": "label"},
                {"party": HOLDER, "role": "holder"},
                {"party": OTHER, "role": "holder"},
                {"party": HELPER, "role": "helper"},
            ],
            inputs=[entering(LABEL), entering(HOLDER), entering(OTHER)],
            outputs=[{"name": "aligned", "to": one} for one in (LABEL, HOLDER, OTHER)],
        )
        assert standing().fits(three, me=HOLDER, now=NOW)
        assert standing(partners=[OTHER]).fits(three, me=HOLDER, now=NOW)
        for others in ([], [STRANGER]):
            assert not standing(partners=others).fits(three, me=HOLDER, now=NOW)

    def test_the_first_that_fits_is_named_by_its_number(self) -> None:
        both = [standing(kind="rehearsal").model_dump(), standing().model_dump()]
        found = policy(standing=both)
        assert found.standing_for(job(), me=HOLDER, now=NOW) == 2
        assert found.standing_for(job(**rehearsal()), me=HOLDER, now=NOW) == 1
        other = job(inputs=[entering(LABEL), entering(HOLDER, dataset="register")])
        assert found.standing_for(other, me=HOLDER, now=NOW) is None
