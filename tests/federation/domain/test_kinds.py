from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.federation.domain.samples import values

from shuxin.federation.domain.job import Job, JobInvalid, job_from
from shuxin.federation.domain.kinds import (
    FILLED,
    PARAMETERS,
    all_fields,
    documentation,
    form_fields,
    label_key,
)
from shuxin.federation.domain.labels import CHOICES, LABELS
from shuxin.federation.domain.policy import Policy
from shuxin.kernel.text import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


class TestFields:
    @pytest.mark.parametrize("kind", sorted(PARAMETERS))
    def test_every_field_of_the_schema_has_words_in_both_languages(self, kind: str) -> None:
        for name in (one.name for one in all_fields("en", kind=kind)):
            label = LABELS[label_key(name, kind)]
            assert label.title.en, name
            assert label.title.zh, name
            assert bool(label.help.en) == bool(label.help.zh), name

    def test_no_words_are_left_over(self) -> None:
        used = {
            label_key(one.name, kind) for kind in PARAMETERS for one in all_fields("en", kind=kind)
        }
        assert set(LABELS) == used | set(PARAMETERS)

    @pytest.mark.parametrize("kind", sorted(PARAMETERS))
    def test_every_choice_has_words(self, kind: str) -> None:
        for one in form_fields("en", kind=kind):
            for choice in one.choices:
                assert choice.value in CHOICES or choice.value.isdigit(), choice

    def test_the_kinds_are_those_that_jobs_may_have_and_policies_allow(self) -> None:
        schema = TypeAdapter(Job).json_schema()
        known = {
            one["$ref"].rpartition("/")[2] for one in schema["properties"]["parameters"]["oneOf"]
        }
        assert known == {model.__name__ for model in PARAMETERS.values()}
        allowed = Policy.model_json_schema()["properties"]["kinds"]["propertyNames"]["enum"]
        assert set(allowed) == set(PARAMETERS)

    def test_what_the_node_fills_is_no_field_of_a_form(self) -> None:
        assert not FILLED & {one.name for one in form_fields("en", kind="alignment")}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_documentation_names_every_field(self, language: Language) -> None:
        text = documentation(language)
        for kind in PARAMETERS:
            for one in all_fields(language, kind=kind):
                assert f"| `{one.name}` | {one.label}" in text

    def test_ranges_are_those_that_are_checked(self) -> None:
        """The same schema serves form and check: just outside each range is refused, at its ends it is not."""
        numbers = [one for one in form_fields("en", kind="alignment") if one.type == "number"]
        assert {one.name for one in numbers} >= {
            "limits.rows",
            "parameters.min_size",
            "inputs.level",
        }
        for one in numbers:
            assert one.low is not None
            assert one.high is not None
            for right in (one.low, one.high):
                job_from(placed(one.name, right))
            for wrong in (one.low - 1, one.high + 1):
                with pytest.raises(JobInvalid):
                    job_from(placed(one.name, wrong))


def placed(name: str, value: int) -> dict[str, Any]:
    """The plain job with one number changed, in its first input where it is one of an input."""
    found = values()
    part, _, field = name.partition(".")
    place = found[part][0] if isinstance(found[part], list) else found[part]
    place[field] = value
    return found
