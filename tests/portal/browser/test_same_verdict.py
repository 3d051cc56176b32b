"""The browser and Python judge the same receipts, whole and damaged in every place, alike."""

from __future__ import annotations

import copy
import io
import json
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.browser.issued import NOW, Bank, open_bank, receipt_file

from shuxin.verification.api import (
    CheckName,
    Evidence,
    ReceiptInvalid,
    parse_receipt,
    read_trust,
    verify_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

CONTENT = b'{"balance": "1250000.00"}'
CASES = 250
CHECKS = (CheckName.CONTENT, CheckName.ISSUER, CheckName.LOG, CheckName.PERIOD)
_SCRIPT = """async ([content, trust, now, receipts]) => {
    const { checkAll } = await import('/static/verify/checks.js');
    const { parseReceipt } = await import('/static/verify/receipt.js');
    const { trustFromFile } = await import('/static/verify/trust.js');
    const { utf8 } = await import('/static/verify/bytes.js');
    const job = { content: new Blob([content]), trust: await trustFromFile(new Blob([trust])), now: new Date(now),
        onProgress: () => {}, signal: new AbortController().signal };
    const found = [];
    for (const text of receipts) {
        try {
            const findings = await checkAll({ ...job, receipt: parseReceipt(utf8(text)) });
            found.push(findings.slice(0, 4).map(({ result, reason }) => result === 'passed' ? '' : reason));
        } catch (error) {
            if (!error.code) throw error;
            found.push([error.code]);
        }
    }
    return found;
}"""


@pytest.fixture(scope="module")
def own_bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return open_bank(tmp_path_factory.mktemp("own-bank"))


def judged_here(receipt: str, *, trust: bytes, now: datetime) -> list[str]:
    try:
        parsed = parse_receipt(receipt.encode())
    except ReceiptInvalid:
        return ["receipt_invalid"]
    verdict = verify_document(
        io.BytesIO(CONTENT), receipt=parsed, trust=read_trust(trust), evidence=Evidence(), now=now
    )
    reasons = {check.name: check.reason for check in verdict.checks}
    return [reason.value if (reason := reasons[name]) else "" for name in CHECKS]


def judged_there(
    page: Page, receipts: list[str], *, trust: bytes, now: datetime
) -> list[list[str]]:
    given = [CONTENT.decode(), trust.decode(), int(now.timestamp() * 1000), receipts]
    return page.evaluate(_SCRIPT, given)  # type: ignore[no-any-return]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in the JSON, the innermost last."""
    if path:
        yield path
    members = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, inner in members:
        yield from places(inner, (*path, name))


def damaged(receipt: Any, rng: random.Random) -> str:
    """One place taken away, doubled, emptied, or changed a little."""
    found = copy.deepcopy(receipt)
    *outer, last = rng.choice(list(places(found)))
    holder = found
    for step in outer:
        holder = holder[step]
    way = rng.choice(("drop", "null", "number", "nudge", "nudge", "nudge"))
    if way == "drop":
        del holder[last]
    elif way == "null":
        holder[last] = rng.choice((None, ""))
    elif way == "number":
        holder[last] = rng.choice((0, -1, 1.5, True, 70000))
    else:
        holder[last] = nudged(holder[last], rng)
    return json.dumps(found, ensure_ascii=False)


def nudged(value: Any, rng: random.Random) -> Any:
    if isinstance(value, str) and value:
        at = rng.randrange(len(value))
        return value[:at] + rng.choice("0189abzZ_-+: \n") + value[at + 1 :]
    if isinstance(value, list):
        return [*value, *value[:1]]
    return value + 1 if isinstance(value, int) else {"other": value}


class TestVerdict:
    def test_is_the_same_for_damaged_receipts(self, modules: Page, own_bank: Bank) -> None:
        rng = random.Random(20260301)  # noqa: S311 - which damage, not a secret
        package = own_bank.issue(CONTENT, name="statement.json")
        whole = json.loads(receipt_file(package).read_bytes())
        receipts = [json.dumps(whole)] + [damaged(whole, rng) for _ in range(CASES)]
        trust = own_bank.trust()
        here = [judged_here(one, trust=trust, now=NOW) for one in receipts]
        there = judged_there(modules, receipts, trust=trust, now=NOW)
        differ = [
            (receipt, mine, yours)
            for receipt, mine, yours in zip(receipts, here, there, strict=True)
            if mine != yours
        ]
        assert not differ, differ[0]
        assert here[0] == ["", "", "", ""]
        assert len(Counter(map(tuple, here))) > 5

    @pytest.mark.parametrize("days", [-1, 0, 29, 30, 31, 500])
    def test_is_the_same_at_other_times(self, modules: Page, own_bank: Bank, days: int) -> None:
        text = receipt_file(own_bank.issue(CONTENT, name="statement.json")).read_text()
        trust, now = own_bank.trust(), NOW + timedelta(days=days)
        [there] = judged_there(modules, [text], trust=trust, now=now)
        assert there == judged_here(text, trust=trust, now=now)
