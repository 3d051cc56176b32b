"""The browser's modules against the Python code that they must agree with, byte for byte."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import parse_json, sign_statement
from shuxin.verification.commitment import canonical_content

if TYPE_CHECKING:
    from playwright.sync_api import Page

Call = Callable[..., Any]

_FEW = settings(max_examples=4)
_BATCH = {"min_size": 20, "max_size": 40}
_WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
_LEAVES = st.none() | st.booleans() | _WHOLE | _NUMBERS | st.text(max_size=8)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
_REFUSED = (
    '{"a":1,"a":2}', "9007199254740992", "-9007199254740992", "01", "1.", ".5", "+1", '"\\ud800"',
    "[1,]", '{"a":1,}', "NaN", "Infinity", "1e400", '"a\tb"', "\ufeff{}", '"\\x"', '"abc', "1 2",
    "", " ", "\u00a01", "1e", '{"a"}', "{a:1}", "[1 2]", "'a'", "[" * 5000 + "]" * 5000,
)  # fmt: skip
_TAKEN = (
    "9007199254740991", "-0", "-0.0", "1E5", "1e21", "1e-7", "5e-324", "1.7976931348623157e308",
    "333333333.33333329", '{"\\ud83d\\ude00":1,"\ufb33":2}', '{"__proto__":{"a":1},"constructor":2}',
    '"\\u2028\\u007f\\u0001\\/\\""', ' \t\n\r{ "b" : [ ] , "a" : { } } ',
)  # fmt: skip


@pytest.fixture(scope="module")
def call(modules: Page) -> Call:
    """``call("verify/json.js", "module.parseJson(given)", given)`` in the browser."""

    def called(module: str, expression: str, given: object) -> Any:
        script = f"async (given) => {{ const module = await import('/static/{module}'); return {expression}; }}"
        return modules.evaluate(script, given)

    return called


def canonical_here(texts: list[str]) -> list[str | None]:
    """Hexadecimal canonical JSON, None for what is refused."""
    found: list[str | None] = []
    for text in texts:
        try:
            found.append(canonical_json(parse_json(text.encode())).hex())
        except InvalidInput:
            found.append(None)
    return found


@pytest.fixture(scope="module")
def canonical_there(modules: Page) -> Callable[[list[str]], list[str | None]]:
    script = """async (texts) => {
        const { parseJson, canonicalJson } = await import('/static/verify/json.js');
        const { hex } = await import('/static/verify/bytes.js');
        return texts.map((text) => {
            try { return hex(canonicalJson(parseJson(text))); }
            catch (error) { if (error.code) return null; throw error; }
        });
    }"""
    return lambda texts: modules.evaluate(script, texts)  # type: ignore[no-any-return]


class TestCanonicalJson:
    @_FEW
    @given(values=st.lists(_JSON, **_BATCH))
    def test_is_the_same_as_in_python_for_any_value(
        self, canonical_there: Callable[[list[str]], list[str | None]], values: list[object]
    ) -> None:
        texts = [json.dumps(value) for value in values]
        assert canonical_there(texts) == canonical_here(texts)

    def test_refuses_what_python_refuses(
        self, canonical_there: Callable[[list[str]], list[str | None]]
    ) -> None:
        assert canonical_here(list(_REFUSED)) == [None] * len(_REFUSED)
        assert canonical_there(list(_REFUSED)) == [None] * len(_REFUSED)

    def test_takes_what_python_takes(
        self, canonical_there: Callable[[list[str]], list[str | None]]
    ) -> None:
        assert None not in canonical_here(list(_TAKEN))
        assert canonical_there(list(_TAKEN)) == canonical_here(list(_TAKEN))

    @pytest.mark.parametrize(
        "value",
        [
            "1.5",
            "NaN",
            "undefined",
            "2 ** 53",
            "new Date(0)",
            "'\\ud800'",
            "10n",
            "() => 1",
            "{'\\ufb33': 1}",
        ],
    )
    def test_of_a_statement_has_only_text_whole_numbers_lists_and_objects(
        self, modules: Page, value: str
    ) -> None:
        script = f"""async () => {{
            const {{ canonicalStatement }} = await import('/static/verify/json.js');
            try {{ canonicalStatement({{ value: {value} }}); return ''; }} catch (error) {{ return error.code; }}
        }}"""
        assert modules.evaluate(script) == "not_canonical"


class TestKeptNumbers:
    def test_are_those_that_python_keeps(self, call: Call) -> None:
        rng = random.Random(20260303)  # noqa: S311 - which numbers, not a secret
        texts = ["1.50", "1E5", "-0", "0e99999", "4.9e-324", "5e-324", "1e400", "-1e-400", "0.1"]
        for _ in range(400):
            whole, power = rng.randrange(10 ** rng.randrange(1, 22)), rng.randrange(-30, 30)
            texts += [f"{whole}e{power}", f"-0.{whole}", repr(rng.random() * 10.0**power)]
        expression = """given.map((text) => {
            try { module.parseKeptJson(text); return true; } catch { return false; }
        })"""
        here = [canonical_content(text.encode()) is not None for text in texts]
        assert call("verify/json.js", expression, texts) == here
        assert 100 < sum(here) < len(here) - 100


class TestStatement:
    def test_signed_in_python_is_verified_in_the_browser(self, call: Call) -> None:
        key = Ed25519Key(bytes(range(32)))
        signed = sign_statement(
            "key-binding", {"名称": "例示", "n": 7, "list": [1, None]}, signer=key
        )
        given = {"statement": signed.as_json(), "key": key.public.text}
        assert call("verify/statement.js", "module.signedBy(given.statement, given.key)", given)

    @pytest.mark.parametrize("part", ["kind", "body", "signature", "key_id"])
    def test_with_any_part_changed_is_not(self, call: Call, part: str) -> None:
        key, other = Ed25519Key(bytes(range(32))), Ed25519Key(bytes(32))
        signed = sign_statement("key-binding", {"a": "b"}, signer=key).as_json()
        foreign = sign_statement("key-possession", {"a": "c"}, signer=other).as_json()
        given = {"statement": signed | {part: foreign[part]}, "key": key.public.text}
        assert not call("verify/statement.js", "module.signedBy(given.statement, given.key)", given)

    def test_key_is_named_as_in_python(self, call: Call) -> None:
        public = Ed25519Key(bytes(range(32))).public
        assert call("verify/keys.js", "module.keyId(given)", public.text) == public.key_id


def root_of(leaves: list[bytes]) -> bytes:
    """The tree's root by the definition of RFC 9162, slowly."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return [*path_of(index, leaves[:split]), root_of(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), root_of(leaves[:split])]


class TestInclusion:
    SCRIPT = """async (claims) => {
        const { included, leafHash } = await import('/static/verify/merkle.js');
        const { fromHex } = await import('/static/verify/bytes.js');
        return claims.map(({ leaf, index, size, path, root }) => included({
            leaf: leafHash(fromHex(leaf)), index, size, path: path.map(fromHex), root: fromHex(root) }));
    }"""

    def claims(self) -> list[dict[str, Any]]:
        leaves = [bytes([number]) * (number % 5) for number in range(20)]
        return [
            {
                "leaf": leaves[index].hex(),
                "index": index,
                "size": size,
                "path": [part.hex() for part in path_of(index, leaves[:size])],
                "root": root_of(leaves[:size]).hex(),
            }
            for size in range(1, 20)
            for index in range(size)
        ]

    def test_holds_for_every_leaf_of_every_size(self, modules: Page) -> None:
        claims = self.claims()
        assert modules.evaluate(self.SCRIPT, claims) == [True] * len(claims)

    def test_fails_when_anything_is_changed(self, modules: Page) -> None:
        rng = random.Random(20260101)  # noqa: S311 - which way to change, not a secret
        changed = [self.changed(claim, rng) for claim in self.claims()]
        assert modules.evaluate(self.SCRIPT, changed) == [False] * len(changed)

    def changed(self, claim: dict[str, Any], rng: random.Random) -> dict[str, Any]:
        """One of: another leaf, root or place, a longer or a shorter or a changed path."""
        path = list(claim["path"])
        ways: list[dict[str, Any]] = [
            {"leaf": claim["leaf"] + "00"},
            {"root": flipped(claim["root"], rng)},
            {"index": claim["size"]},
            {"path": [*path, claim["root"]]},
        ]
        if path:
            at = rng.randrange(len(path))
            ways += [
                {"path": path[:-1]},
                {"path": [*path[:at], flipped(path[at], rng), *path[at + 1 :]]},
            ]
        return claim | rng.choice(ways)


def flipped(digits: str, rng: random.Random) -> str:
    raw = bytearray.fromhex(digits)
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return raw.hex()


class TestHashing:
    def test_agrees_with_the_published_example_of_a_commitment(self, modules: Page) -> None:
        script = """async () => {
            const { commitmentOf } = await import('/static/verify/hashing.js');
            return commitmentOf({ alg: 'hmac-sha256', canon: 'none', media_type: 'text/plain' }, {
                content: new Blob(['abc']), salt: Uint8Array.from({ length: 32 }, (_, i) => i),
                onProgress: () => {}, signal: new AbortController().signal });
        }"""
        expected = "ce6b36917bf3d61d92e4f334d8ba68fbbcf910f826c1ac8ca5c85e4eca2d9680"
        assert modules.evaluate(script) == expected
