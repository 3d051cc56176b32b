import pytest

from shuxin.kernel.identity_number import IdentityNumber
from shuxin.kernel.organisation_code import OrganisationCode
from shuxin.kernel.taxpayer_number import InvalidTaxpayerNumber, TaxpayerNumber, TaxpayerNumberKind
from shuxin.kernel.uscc import USCC

USCC_TEXT = "91349901MA2N0A1B5M"
OLD = "349901723456781"
OWNER = "34990119850307001801"


class TestTaxpayerNumber:
    def test_unified_code(self) -> None:
        number = TaxpayerNumber(USCC_TEXT)
        assert number.kind is TaxpayerNumberKind.USCC
        assert number.uscc == USCC(USCC_TEXT)
        assert number.organisation_code == OrganisationCode("MA2N0A1B5")
        assert number.owner is None
        assert str(number) == number.reveal() == USCC_TEXT

    def test_region_and_organisation_code(self) -> None:
        number = TaxpayerNumber(OLD)
        assert number.kind is TaxpayerNumberKind.REGION_AND_ORGANISATION
        assert number.organisation_code == OrganisationCode("723456781")
        assert number.uscc is None

    def test_owner_prints_masked(self) -> None:
        number = TaxpayerNumber(OWNER)
        assert number.kind is TaxpayerNumberKind.OWNER
        assert number.owner == IdentityNumber(OWNER[:18])
        assert number.organisation_code is None
        assert number.reveal() == OWNER
        assert f"{number}|{number!r}".count("349901********0018**") == 2
        assert OWNER[6:14] not in f"{number}|{number!r}"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            USCC_TEXT[:-1],
            USCC_TEXT[:-1] + "0",
            "049901723456781",
            "34990172345678A",
            OWNER[:18] + "0X",
            OWNER[:17] + "901",
        ],
    )
    def test_anything_else_is_an_error(self, text: str) -> None:
        with pytest.raises(InvalidTaxpayerNumber) as caught:
            TaxpayerNumber(text)
        assert not text or text not in repr(caught.value)
