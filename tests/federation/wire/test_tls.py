"""Own keys and certificates: whole or not at all, and strict enough for any verifier."""

from __future__ import annotations

import datetime as dt
import stat
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from tests.federation.wire.conftest import NOW, PEER, made

from shuxin.federation.domain.card import CardInvalid, fingerprint
from shuxin.federation.wire import tls
from shuxin.federation.wire.tls import (
    ServerTrust,
    TlsFiles,
    TlsFilesUnusable,
    client_context,
    days_left,
    make_certificate,
)

if TYPE_CHECKING:
    from pathlib import Path


def parsed(certificate: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.encode())


class TestMakeCertificate:
    @pytest.mark.parametrize("host", ["127.0.0.1", "::1", "node.bank.example"])
    def test_bears_its_host_and_is_no_authority(self, host: str) -> None:
        new = make_certificate(party=PEER, name="某某银行" * 40, host=host, now=NOW)
        read = parsed(new.certificate)
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = [*names.get_values_for_type(x509.DNSName)]
        found += [str(one) for one in names.get_values_for_type(x509.IPAddress)]
        assert found == [host]
        assert not read.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert "PRIVATE" not in repr(new)

    @pytest.mark.parametrize("host", ["", "a b", "a/b", "-a.example", "1.2.3", "a..b", "例.cn"])
    def test_refuses_what_is_no_host(self, host: str) -> None:
        with pytest.raises(CardInvalid):
            make_certificate(party=PEER, name="n", host=host, now=NOW)

    def test_tells_how_many_days_are_left(self) -> None:
        certificate = make_certificate(party=PEER, name="n", host="::1", now=NOW).certificate
        assert days_left(certificate, now=NOW) in {729, 730}
        assert days_left(certificate, now=NOW + dt.timedelta(days=731)) < 0


class TestTlsFiles:
    def test_only_the_owner_reads_them(self, tmp_path: Path) -> None:
        files, _ = made(tmp_path)
        for path in (files.key, files.certificate):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert sorted(path.name for path in tmp_path.iterdir()) == ["tls.crt", "tls.key"]

    @pytest.mark.parametrize("step", range(7))
    def test_a_kill_at_any_step_leaves_a_pair_that_fits(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        files, old = made(tmp_path)
        new = make_certificate(party=PEER, name="n", host="127.0.0.1", now=NOW)
        left = iter(range(step))

        class Killed(BaseException):
            pass

        def dying(what: object) -> object:
            def act(*given: object) -> object:
                if next(left, None) is None:
                    raise Killed
                return what(*given)  # type: ignore[operator]

            return act

        with monkeypatch.context() as patched:
            patched.setattr(tls, "write_whole", dying(tls.write_whole))
            patched.setattr(tls, "sync_folder", dying(tls.sync_folder))
            patched.setattr(type(tmp_path), "replace", dying(type(tmp_path).replace))
            with pytest.raises(Killed):
                files.keep(new)
        ServerTrust(files, peers=())
        now = files.certificate.read_text()
        assert now == (old if step < 5 else new.certificate)

    def test_a_missing_or_foreign_half_is_said(self, tmp_path: Path) -> None:
        files, certificate = made(tmp_path / "a")
        other, _ = made(tmp_path / "b")
        with pytest.raises(TlsFilesUnusable):
            client_context(TlsFiles(files.key, other.certificate), peer=certificate)
        files.key.unlink()
        with pytest.raises(TlsFilesUnusable):
            client_context(files, peer=certificate)

    def test_the_fingerprint_is_the_one_that_other_tools_print(self, tmp_path: Path) -> None:
        _, certificate = made(tmp_path)
        assert fingerprint(certificate) == parsed(certificate).fingerprint(hashes.SHA256()).hex()
