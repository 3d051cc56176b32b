from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shuxin.catalogue.domain.safe_yaml import BYTES_LIMIT, YAMLRefused, load_mapping

LAUGHS = b"a: &a [x]\n" + b"".join(
    b"%c: &%c [*%c, *%c]\n" % (97 + i, 97 + i, 96 + i, 96 + i) for i in range(1, 20)
)
plain = st.recursive(
    st.text(max_size=8) | st.integers() | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


class TestLoadMapping:
    @given(st.dictionaries(st.text(max_size=5), plain, max_size=4))
    def test_reads_what_was_dumped(self, mapping: dict[str, object]) -> None:
        assert load_mapping(content=yaml.safe_dump(mapping).encode()) == mapping

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (LAUGHS, "anchor"),
            (b"a: 1\nb: {c: 1, c: 2}", "repeated"),
            (b"a: 1\na: 1", "repeated"),
            (b"yes: 1", "key"),
            (b"<<: {a: 1}", "key"),
            (b"? [a]\n: 1", "key"),
            (b"a: " + b"[" * 100_000, "deep"),
            (b"a: !!python/object/apply:os.system ['true']", "could not determine"),
            (b"- a", "mapping"),
            (b"", "mapping"),
            (b"a: [", "expected"),
            (b"a: \xff", "UTF-8"),
            (b"a: \x00", "ReaderError"),
            (b"a: 2024-13-45", "ValueError"),
            (b"#" * (BYTES_LIMIT + 1), "large"),
        ],
    )
    def test_refuses(self, content: bytes, reason: str) -> None:
        with pytest.raises(YAMLRefused, match=reason):
            load_mapping(content=content)

    def test_names_the_line(self) -> None:
        with pytest.raises(YAMLRefused) as caught:
            load_mapping(content=b"a: 1\nb: 2\na: 3")
        assert caught.value.facts["line"] == 3
