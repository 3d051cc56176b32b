"""Moments at the ends of the calendar: nobody's period is added to them."""

from __future__ import annotations

import pytest
from tests.verification import samples

from shuxin.kernel.statements import sign_statement
from shuxin.verification.presentation import PresentationInvalid, parse_presentation
from shuxin.verification.transfer import Step, TransferInvalid, new_order, read_order, read_step

ENDS = ("0001-01-01T00:00:00+08:00", "1899-12-31T23:59:59+00:00", "9999-12-31T23:59:59+00:00")


@pytest.mark.parametrize("moment", ENDS)
class TestMoments:
    def test_no_presentation_was_made_then(self, moment: str) -> None:
        body = {
            "receipt": "0" * 64,
            "audience": samples.BANK,
            "nonce": "n" * 24,
            "presented_at": moment,
        }
        signed = sign_statement("document-presentation", body, signer=samples.HOLDER_KEY)
        with pytest.raises(PresentationInvalid, match="presented_at"):
            parse_presentation(signed.dump())

    def test_no_transfer_began_then(self, moment: str) -> None:
        parties = {"person": samples.PERSON, "source": samples.BANK, "target": samples.OTHER_BANK}
        made, _ = new_order(
            **parties, kinds=["a"], fields=["b"], purpose="credit_decision", now=samples.NOW
        )
        body = dict(made.sign(signer=samples.HOLDER_KEY).body) | {"created": moment}
        with pytest.raises(TransferInvalid, match="created"):
            read_order(sign_statement("transfer", body, signer=samples.HOLDER_KEY))

    def test_no_step_was_taken_then(self, moment: str) -> None:
        body = {
            "order": "0" * 64,
            "previous": "0" * 64,
            "step": Step.CARRIED.value,
            "party": samples.PERSON,
            "at": moment,
            "receipt": "",
            "target": "",
            "target_salt": "",
        }
        with pytest.raises(TransferInvalid, match=": at"):
            read_step(sign_statement("transfer-step", body, signer=samples.HOLDER_KEY))
