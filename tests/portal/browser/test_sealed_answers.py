"""Sealed answers, made by Python and opened by the browser's modules."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.subject.conftest import FIRM, HOLDER, KEYS, NOW, OTHER

from shuxin.consent.api import Question, Tongue, Wanted
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import Statement, statement_from
from shuxin.portal.subject.sealing import LEAST, seal

if TYPE_CHECKING:
    from playwright.sync_api import Page

VECTOR = Path(__file__).parents[1] / "subject" / "vector.json"
SIGNER = Ed25519Key(bytes([9]) * 32)
_MODULES = "const { newBox, opened } = await import('/static/sealed/box.js');"
_NEW = f"async () => {{ {_MODULES} globalThis.boxHere = await newBox(); return globalThis.boxHere.text; }}"
_OPEN = f"""async ([body, question, digest]) => {{
    {_MODULES}
    try {{ return await opened(body, {{ question, digest, box: globalThis.boxHere }}); }}
    catch (error) {{ return error.code ?? `${{error}}`; }}
}}"""
_VECTOR = f"""async ({{ private_jwk, question, digest, answer }}) => {{
    {_MODULES}
    const {{ digestOf }} = await import('/static/sealed/asking.js');
    const way = {{ name: 'ECDH', namedCurve: 'P-256' }};
    const privateKey = await crypto.subtle.importKey('jwk', private_jwk, way, false, ['deriveBits']);
    const text = await opened(answer.body, {{ question: question.body, digest, box: {{ text: '', privateKey }} }});
    return [text, digestOf(question)];
}}"""
_EXPORT = """async () => {
    try { await crypto.subtle.exportKey('jwk', globalThis.boxHere.privateKey); return 'exported'; }
    catch (error) { return error.name; }
}"""


def asked(modules: Page) -> Question:
    box = modules.evaluate(_NEW)
    return Question("a" * 32, FIRM, HOLDER, Wanted.PORTRAIT, "", Tongue.ZH, box, NOW)


def in_browser(modules: Page, answer: Statement, question: Question, digest: str) -> Any:
    body = question.sign(signer=KEYS[FIRM]).body
    return modules.evaluate(_OPEN, [dict(answer.body), dict(body), digest])


class TestBrowser:
    def test_opens_the_vector_that_python_opens_too(self, modules: Page) -> None:
        vector = json.loads(VECTOR.read_text(encoding="utf-8"))
        text, digest = modules.evaluate(_VECTOR, vector)
        assert (text, digest) == (vector["content"], vector["digest"])
        assert statement_from(vector["question"]).hash == digest

    @pytest.mark.parametrize("size", [0, 1, LEAST - 4, LEAST - 3, 200_000])
    def test_opens_what_python_sealed_to_its_box(self, modules: Page, size: int) -> None:
        question = asked(modules)
        digest = question.sign(signer=KEYS[FIRM]).hash
        content = "数" * (size // 3) + "a" * (size % 3)
        answer = seal(content.encode(), question=question, digest=digest, signer=SIGNER, now=NOW)
        assert in_browser(modules, answer, question, digest) == content

    def test_opens_nothing_that_was_changed_or_is_for_another(self, modules: Page) -> None:
        question = asked(modules)
        digest = question.sign(signer=KEYS[FIRM]).hash
        answer = seal(b"{}", question=question, digest=digest, signer=SIGNER, now=NOW)
        others: dict[str, object] = {
            "question": "0" * 64, "subject": OTHER, "holder": OTHER, "what": "uses",
            "at": "2026-06-01T09:00:01+08:00", "box": "B" + "A" * 86, "sealed": "AA",
        }  # fmt: skip
        assert set(others) == set(answer.body)
        for name, other in others.items():
            changed = replace(answer, body={**answer.body, name: other})
            assert in_browser(modules, changed, question, digest) == "answer_not_opened", name
        for body in ({**answer.body, "more": 1}, {}):
            changed = replace(answer, body=body)
            assert in_browser(modules, changed, question, digest) == "answer_not_opened"
        modules.evaluate(_NEW)  # another box
        assert in_browser(modules, answer, question, digest) == "answer_not_opened"

    def test_its_private_half_cannot_be_read(self, modules: Page) -> None:
        modules.evaluate(_NEW)
        assert modules.evaluate(_EXPORT) == "InvalidAccessError"
