from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.samples import KEY, NOW, OTHER_KEY, WITNESS_KEY

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.sm2 import SM2Key
from shuxin.ledger.checkpoint import Checkpoint, parse_checkpoint
from shuxin.ledger.note import (
    KeyUse,
    Note,
    NoteInvalid,
    NoteSignature,
    VerifierKey,
    VerifierKeyInvalid,
    cosign_note,
    log_key,
    parse_note,
    sign_note,
    witness_key,
)

# C2SP signed-note, section "Example"
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# golang.org/x/mod/sumdb/note, note_test.go
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
# A checkpoint of a public certificate log, as cosigned by public witnesses
REAL = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""  # noqa: E501 - as published
REAL_KEYS = [
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
]


class TestPublishedNotes:
    @pytest.mark.parametrize(
        ("key", "note"),
        [
            (EXAMPLE_KEY, EXAMPLE_NOTE),
            (PETER_KEY, TEXT + "\n" + PETER),
            (PETER_KEY, TEXT + "\n" + PETER + ENOCH),
            (ENOCH_KEY, TEXT + "\n" + PETER + ENOCH),
        ],
        ids=["c2sp", "peter", "first of two", "second of two"],
    )
    def test_are_accepted(self, key: str, note: str) -> None:
        assert parse_note(note).signed_by(VerifierKey.parse(key))
        assert parse_note(note).dump() == note

    def test_are_signed_to_the_same_bytes(self) -> None:
        made = sign_note(Note(TEXT), name="PeterNeumann", signer=Ed25519Key(PETER_SEED))
        assert made.dump() == TEXT + "\n" + PETER

    @pytest.mark.parametrize("key", REAL_KEYS, ids=lambda key: key.split("+")[0])
    def test_a_real_checkpoint_is_signed_and_cosigned(self, key: str) -> None:
        note, checkpoint = parse_checkpoint(REAL)
        assert note.signed_by(VerifierKey.parse(key))
        assert checkpoint.size == 1432088532
        changed = Note(note.text.replace("1432088532", "1432088533"), note.signatures)
        assert not changed.signed_by(VerifierKey.parse(key))

    def test_the_time_of_a_cosignature_is_read(self) -> None:
        """The value of TestCoSigV1Timestamp in transparency-dev/formats."""
        raw = base64.b64decode(
            "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=="
        )
        assert NoteSignature("x", raw[:4], raw[4:]).time == 1727964367


class TestVerifierKey:
    @pytest.mark.parametrize("text", [EXAMPLE_KEY, PETER_KEY, ENOCH_KEY, *REAL_KEYS])
    def test_comes_back_from_its_text(self, text: str) -> None:
        assert VerifierKey.parse(text).text == text

    def test_of_no_mangling_is_accepted(self) -> None:
        """The manglings of TestNewVerifier in golang.org/x/mod."""
        mangled = {
            PETER_KEY[start:end]
            for start in range(len(PETER_KEY))
            for end in range(start + 1, len(PETER_KEY) + 1)
        } - {PETER_KEY}
        mangled |= {
            PETER_KEY[:at] + chr(ord(PETER_KEY[at]) + 1) + PETER_KEY[at + 1 :]
            for at in range(len(PETER_KEY))
        }
        mangled |= {
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            PETER_KEY.upper(),
            PETER_KEY.replace("c74f20a3", "C74F20A3"),
        }
        for text in mangled:
            with pytest.raises(VerifierKeyInvalid):
                VerifierKey.parse(text)

    @pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b", "a\x7fb"])
    def test_has_a_plain_name(self, name: str) -> None:
        with pytest.raises(VerifierKeyInvalid):
            log_key(name, KEY.public)

    def test_of_witness_and_log_differ_for_one_key(self) -> None:
        assert log_key("n", KEY.public).id != witness_key("n", KEY.public).id

    def test_says_its_algorithm(self) -> None:
        sm2 = SM2Key(bytes(range(1, 33)))
        for key in (log_key("n", sm2.public), witness_key("n", sm2.public)):
            assert VerifierKey.parse(key.text) == key
        with pytest.raises(VerifierKeyInvalid):
            VerifierKey("n", KeyUse.NOTE, sm2.public)


class TestSignatures:
    def test_of_others_are_kept_and_do_not_count(self) -> None:
        note = sign_note(Note("a\n"), name="one", signer=KEY)
        note = sign_note(note, name="two", signer=OTHER_KEY)
        again = parse_note(note.dump())
        assert again == note
        assert again.signed_by(log_key("one", KEY.public))
        assert not again.signed_by(log_key("one", OTHER_KEY.public))
        assert not again.signed_by(log_key("three", KEY.public))

    def test_under_one_name_and_id_must_all_be_good(self) -> None:
        note = sign_note(Note("a\n"), name="one", signer=KEY)
        (good,) = note.signatures
        bad = NoteSignature(good.name, good.key_id, bytes(64))
        assert not Note("a\n", (good, bad)).signed_by(log_key("one", KEY.public))

    def test_are_replaced_when_made_again(self) -> None:
        later = datetime(2027, 1, 1, tzinfo=UTC)
        once = cosign_note(Note("a\n"), name="w", signer=WITNESS_KEY, now=NOW)
        twice = cosign_note(once, name="w", signer=WITNESS_KEY, now=later)
        assert [s.time for s in twice.signatures] == [int(later.timestamp())]
        assert twice.signed_by(witness_key("w", WITNESS_KEY.public))

    def test_with_a_changed_time_are_bad(self) -> None:
        key = witness_key("w", WITNESS_KEY.public)
        (good,) = cosign_note(Note("a\n"), name="w", signer=WITNESS_KEY, now=NOW).signatures
        for at in range(8):
            content = bytearray(good.content)
            content[at] ^= 1
            changed = NoteSignature("w", good.key_id, bytes(content))
            assert not Note("a\n", (changed,)).signed_by(key)

    def test_of_sm2_are_good_and_of_their_own_type(self) -> None:
        sm2 = SM2Key(bytes(range(1, 33)))
        note = sign_note(Note("a\n"), name="log", signer=sm2)
        note = cosign_note(note, name="w", signer=sm2, now=NOW)
        assert note.signed_by(log_key("log", sm2.public))
        assert note.signed_by(witness_key("w", sm2.public))
        other = Note("b\n", note.signatures)
        assert not other.signed_by(log_key("log", sm2.public))
        assert not other.signed_by(witness_key("w", sm2.public))


class TestParsing:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            TEXT,
            TEXT + "\n",
            TEXT + "\n" + PETER[:-1],
            "\x01" + TEXT + "\n" + PETER,
            b"\xff" + (TEXT + "\n" + PETER).encode(),
            TEXT + "\n" + PETER.replace("PeterNeumann", "Bad Name"),
            TEXT + "\n" + PETER.replace("PeterNeumann", "Bad+Name"),
            TEXT + "\n" + PETER + "Unexpected line.\n",
            TEXT + "\n" + PETER.replace("— ", "- "),
            TEXT + "\n" + PETER.replace("nAM=", "nAN="),
            TEXT + "\n" + PETER.replace("nAM=", "nAM"),
            TEXT + "\n— PeterNeumann x08gow==\n",
            TEXT + "\n" + PETER * 65,
            TEXT.replace("\n", "\r\n") + "\n" + PETER,
            "a" * (1 << 18) + "\n\n" + PETER,
        ],
        ids=range(16),
    )
    def test_refuses_what_is_malformed(self, data: bytes | str) -> None:
        with pytest.raises(NoteInvalid):
            parse_note(data)

    def test_takes_the_last_empty_line_as_the_end_of_the_text(self) -> None:
        note = sign_note(Note("a\n\nb\n"), name="n", signer=KEY)
        assert parse_note(note.dump()).text == "a\n\nb\n"

    @pytest.mark.parametrize(
        "text",
        [
            "origin\n1\n",
            "origin\n01\n{root}\n",
            "origin\n-1\n{root}\n",
            "origin\n1e3\n{root}\n",
            "origin\n99999999999999999\n{root}\n",
            "origin\n1\nAAAA\n",
            "origin\n1\n{root}=\n",
            "origin\n1\n{root}\n\nmore\n",
            "\n1\n{root}\n",
            "a log\n1\n{root}\n",
            "a\x9b2Jb\n1\n{root}\n",
            "a\u202eb\n1\n{root}\n",
        ],
        ids=range(12),
    )
    def test_refuses_what_is_no_checkpoint(self, text: str) -> None:
        root = base64.b64encode(bytes(32)).decode()
        note = sign_note(Note(text.format(root=root)), name="n", signer=KEY).dump()
        with pytest.raises(NoteInvalid):
            parse_checkpoint(note)

    def test_keeps_extension_lines(self) -> None:
        text = Checkpoint("origin", 0, bytes(32), ("more", "and more")).text
        note = sign_note(Note(text), name="origin", signer=KEY).dump()
        assert parse_checkpoint(note)[1].text == text

    @given(st.binary(max_size=120) | st.text("— ab\n=AB+/0", max_size=80))
    def test_gives_only_our_errors(self, data: bytes | str) -> None:
        try:
            assert parse_note(data).dump()
        except ShuxinError as error:
            assert error.say("zh")

    @given(st.data())
    def test_of_a_damaged_note_never_finds_a_signature(self, data: st.DataObject) -> None:
        raw = bytearray((TEXT + "\n" + PETER).encode())
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] ^= 1 << data.draw(st.integers(0, 7))
        with contextlib.suppress(NoteInvalid):
            assert not parse_note(bytes(raw)).signed_by(VerifierKey.parse(PETER_KEY))
