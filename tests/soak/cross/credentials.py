"""SD-JWTs with key binding against the package sd-jwt: ``credentials.py PYTHON`` of an environment that has it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.soak.cross.canonical import text as any_text
from tests.soak.cross.merkle import require, say

from shuxin.kernel.signing import Ed25519Key
from shuxin.verification.sdjwt.jose import Jwk, TokenInvalid
from shuxin.verification.sdjwt.tokens import (
    Demand,
    check_binding,
    claims_of,
    issue_credential,
    parse_credential,
    present_credential,
)

COUNT, SEED = 400, 6
NOW = datetime(2026, 3, 1, tzinfo=UTC)
PEER = Path(__file__).with_name("credentials_peer.py")


def ask(python: str, *arguments: str, lines: list[Any] | None = None) -> list[Any]:
    given = "".join(json.dumps(line) + "\n" for line in lines or [])
    done = subprocess.run(
        [python, str(PEER), *arguments], input=given, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def accepted(text: str, *, issuer: Jwk, nonce: str) -> dict[str, Any] | None:
    """The claims of a credential of theirs, or None when anything is wrong with it here."""
    try:
        found = parse_credential(text)
        claims = claims_of(found)
    except TokenInvalid:
        return None
    if found.binding is None or not found.token.signed_by(issuer):
        return None
    made = found.binding.payload.get("iat")
    at = datetime.fromtimestamp(made, tz=UTC) if isinstance(made, int) else NOW
    bound = check_binding(found, demand=Demand("them", nonce), now=at)
    return claims if bound.passed else None


def theirs(python: str, rng: random.Random) -> None:
    made = ask(python, "issue", str(COUNT), str(SEED))
    for one in made:
        issuer = Jwk.read(one["issuer"])
        found = accepted(one["text"], issuer=issuer, nonce=one["nonce"])
        expected = {name: value for name, value in one["payload"].items() if name != "_sd_alg"}
        require(found == expected, one["text"])
        require(accepted(one["text"], issuer=issuer, nonce="other" * 5) is None, "nonce")
        require(accepted(changed(one["text"], rng), issuer=issuer, nonce=one["nonce"]) is None, one)
        less = one["text"].split("~")
        if len(less) > 2:
            dropped = "~".join([less[0], *less[2:]])
            require(accepted(dropped, issuer=issuer, nonce=one["nonce"]) is None, "dropped")
    say("of their presentations are accepted here with the same claims", len(made))
    say("of them changed in one sign, or with another nonce, refused here", 2 * len(made))


def changed(text: str, rng: random.Random) -> str:
    """One sign of it is another."""
    at = rng.choice([at for at, sign in enumerate(text) if sign not in ".~"])
    other = rng.choice([sign for sign in "Ab0_-z" if sign != text[at]])
    return text[:at] + other + text[at + 1 :]


def ours(python: str, rng: random.Random) -> None:
    lines, expected = [], []
    for number in range(COUNT):
        issuer, holder = Ed25519Key(rng.randbytes(32)), Ed25519Key(rng.randbytes(32))
        values = {f"c{at}": value(rng) for at in range(rng.randint(1, 6))}
        hidden = frozenset(name for name in values if rng.random() < 0.7)
        claims = {"iss": "us", "iat": 1, "exp": 2} | values
        text = issue_credential(
            claims,
            disclosable=hidden,
            holder=Jwk.of(holder.public),
            signer=issuer,
            decoys=number % 4,
        )
        shown = frozenset(name for name in hidden if rng.random() < 0.6)
        demand = Demand("them", f"nonce-{number}-{'n' * 16}")
        credential = parse_credential(text)
        bound = present_credential(credential, shown=shown, demand=demand, signer=holder, now=NOW)
        key = Jwk.of(issuer.public).as_json()
        asked = {"issuer": key, "aud": "them", "nonce": demand.nonce}
        lines += [{"text": bound, **asked}, {"text": changed(bound, rng), **asked}]
        expected.append(claims_of(parse_credential(bound)))
        require(set(expected[-1]) - {"cnf"} == (set(claims) - hidden) | shown, "what is shown")
    answers = ask(python, "verify", lines=lines)
    for answer, claims in zip(answers[::2], expected, strict=True):
        require({k: v for k, v in answer.items() if k != "_sd_alg"} == claims, answer)
    refused = sum("refused" in answer for answer in answers[1::2])
    say("of our presentations are accepted there with the same claims", len(expected))
    say("of them changed in one sign refused there", refused)


def value(rng: random.Random) -> Any:
    return rng.choice(
        (any_text(rng), rng.randint(-99, 99), [1, {"a": [any_text(rng)]}], None, True)
    )


if __name__ == "__main__":
    cases = random.Random(SEED)  # noqa: S311 - cases, no secret
    theirs(sys.argv[1], cases)
    ours(sys.argv[1], cases)
