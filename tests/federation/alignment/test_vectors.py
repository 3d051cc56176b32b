"""Known answers: published ones of the ciphers, and ours, which docs/protocols/alignment.md prints for other makers."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import rbcl

from shuxin.federation.alignment.codes import pack
from shuxin.federation.alignment.ecdh import point_of, raised
from shuxin.federation.alignment.keys import BlockCipher, tags_of
from shuxin.federation.alignment.order import random_order

PAGE = Path(__file__).resolve().parents[3] / "docs" / "protocols" / "alignment.md"
CODE = b"91350100M000100Y43"
KEY = bytes(range(32))


def tag(block: bytes, *, cipher: BlockCipher, key: bytes) -> str:
    return b"".join(
        tags_of(np.frombuffer(block, "<u8").reshape(-1, 2), cipher=cipher, key=key)
    ).hex()


class TestPublished:
    def test_aes_256_of_fips_197(self) -> None:
        block = bytes.fromhex("00112233445566778899aabbccddeeff")
        found = tag(block, cipher=BlockCipher.AES_256, key=KEY)
        assert found == "8ea2b7ca516745bfeafc49904b496089"

    def test_sm4_of_gbt_32907(self) -> None:
        block = bytes.fromhex("0123456789abcdeffedcba9876543210")
        found = tag(block, cipher=BlockCipher.SM4, key=block + bytes(16))
        assert found == "681edf34d206965e86b3e94f536e4246"


def ours() -> dict[str, str]:
    block = pack(CODE).tobytes()
    return {
        "block": block.hex(),
        "tag, aes-256": tag(block, cipher=BlockCipher.AES_256, key=KEY),
        "tag, sm4": tag(block, cipher=BlockCipher.SM4, key=KEY),
        "order of 8": " ".join(map(str, random_order(KEY, 8).tolist())),
        "point": point_of(CODE, job_id="0" * 64).hex(),
        "point raised to 7": raised(
            (7).to_bytes(32, "little"), point_of(CODE, job_id="0" * 64)
        ).hex(),
    }


class TestGroup:
    def test_maps_uniform_bytes_as_rfc_9496_appendix_a3_says(self) -> None:
        text = b"Ristretto is traditionally a short shot of espresso coffee"
        point = rbcl.crypto_core_ristretto255_from_hash(hashlib.sha512(text).digest())
        assert point.hex() == "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46"

    def test_has_the_generator_of_rfc_9496_appendix_a1(self) -> None:
        one = (1).to_bytes(32, "little")
        generator = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"
        assert rbcl.crypto_scalarmult_ristretto255_base(one).hex() == generator
        assert raised(one, bytes.fromhex(generator)).hex() == generator


class TestOurs:
    @pytest.mark.parametrize("name", ours())
    def test_is_what_the_page_says(self, name: str) -> None:
        assert f"| {name} | `{ours()[name]}` |" in PAGE.read_text(encoding="utf-8")

    def test_raising_in_either_order_is_the_same(self) -> None:
        point = point_of(CODE, job_id="0" * 64)
        five, seven = ((n).to_bytes(32, "little") for n in (5, 7))
        assert raised(five, raised(seven, point)) == raised(seven, raised(five, point))

    def test_another_job_has_another_point(self) -> None:
        assert point_of(CODE, job_id="0" * 64) != point_of(CODE, job_id="1" * 64)
