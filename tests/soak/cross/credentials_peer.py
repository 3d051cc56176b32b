"""The other side of credentials.py, in an environment that has the package sd-jwt: ``issue`` or ``verify``."""

from __future__ import annotations

import json
import random
import sys
from typing import Any

from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

ALGORITHMS = {"EdDSA": {"kty": "OKP", "crv": "Ed25519"}, "ES256": {"kty": "EC", "crv": "P-256"}}


def claims(rng: random.Random, depth: int = 0) -> Any:
    """Any JSON, with members and elements marked as disclosable."""
    if depth < 4 and rng.random() < 0.6:
        names = rng.sample(["a", "b", "city", "余额", "n 1", "é"], rng.randint(1, 4))
        made = {name: claims(rng, depth + 1) for name in names}
        return {SDObj(name) if rng.random() < 0.5 else name: one for name, one in made.items()}
    if depth < 4 and rng.random() < 0.4:
        inner = [claims(rng, depth + 1) for _ in range(rng.randint(1, 3))]
        return [_element(one) if rng.random() < 0.5 else one for one in inner]
    return rng.choice(["text", "张三", 7, True, None, "12.50", -3])


class _Element(SDObj):
    """A disclosable element whose value may be a list or an object."""

    def __hash__(self) -> int:
        return id(self)


def _element(value: Any) -> SDObj:
    return _Element(value)


def shown(value: Any, rng: random.Random) -> Any:
    """Which claims to show: some of those that are hidden."""
    inner = value.value if isinstance(value, SDObj) else value
    if isinstance(inner, dict):
        plain = {(k.value if isinstance(k, SDObj) else k): (k, v) for k, v in inner.items()}
        return {
            name: shown(one, rng)
            for name, (key, one) in plain.items()
            if not isinstance(key, SDObj) or rng.random() < 0.6
        }
    if isinstance(inner, list):
        return [
            shown(one, rng) if not isinstance(one, SDObj) or rng.random() < 0.6 else None
            for one in inner
        ]
    return True


def issue(count: int, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - cases, no secret
    for number in range(count):
        names = list(ALGORITHMS)
        issuing, holding = names[number % 2], names[number // 2 % 2]
        issuer, holder = (JWK.generate(**ALGORITHMS[name]) for name in (issuing, holding))
        hidden = claims(rng)
        given = {"iss": "someone", SDObj("claims"): hidden, "open": claims(rng, 3)}
        made = SDJWTIssuer(
            given,
            issuer,
            holder,
            sign_alg=issuing,
            add_decoy_claims=number % 3 == 0,
            extra_header_parameters={"typ": "dc+sd-jwt"},
        )
        carried = SDJWTHolder(made.sd_jwt_issuance)
        wanted = shown(given, rng)
        carried.create_presentation(wanted, f"nonce-{number}-{'n' * 16}", "them", holder, holding)
        text = carried.sd_jwt_presentation
        payload = SDJWTVerifier(text, lambda *_, key=issuer: key).get_verified_payload()
        line = {"text": text, "issuer": issuer.export_public(as_dict=True), "payload": payload}
        sys.stdout.write(json.dumps(line | {"nonce": f"nonce-{number}-{'n' * 16}"}) + "\n")


def verify() -> None:
    for line in sys.stdin:
        given = json.loads(line)
        key = JWK.from_json(json.dumps(given["issuer"]))
        try:
            found = SDJWTVerifier(given["text"], lambda *_, key=key: key)
            found._verify_key_binding_jwt(given["aud"], given["nonce"], "EdDSA")
            payload = found.get_verified_payload()
        except Exception as error:  # noqa: BLE001 - whatever it refuses with
            payload = {"refused": type(error).__name__}
        sys.stdout.write(json.dumps(payload) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "issue":
        issue(int(sys.argv[2]), int(sys.argv[3]))
    else:
        verify()
