"""Rules that every table of a standard is held against, declared or not: what the law makes its figures do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import Identity
from shuxin.fusion.standards import standard_of

if TYPE_CHECKING:
    from shuxin.catalogue.api import Contract

_RULES: dict[str, tuple[Identity, ...]] = {
    "vat_return": (
        Identity(
            name="vat_payable",
            plus=("output_tax", "input_transfer_out"),
            minus=("input_tax", "carried_forward"),
            result=("payable", "relief"),
            floor=0,
            at_least=0.99,
        ),
    ),
}
"""By standard. Of a VAT return (增值税申报): what is owed is output less deductible input and what was carried forward,
and never below 0; relief pays part of it."""


def standard_rules(agreed: Contract) -> tuple[Identity, ...]:
    """Those of the contract's standard whose fields it all has; a rule declared under the same name goes before."""
    declared = {rule.name for rule in agreed.rules}
    fields = {field.name for field in agreed.fields}
    rules = _RULES.get(standard_of(agreed), ())
    return tuple(rule for rule in rules if rule.name not in declared and fields >= {*rule.fields})
