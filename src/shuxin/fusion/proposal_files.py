"""Proposals as they wait on disk: read back and checked, without what it takes to make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import read_contract
from shuxin.fusion.mapping import Mapping, MappingInvalid, read_mapping
from shuxin.fusion.proposal import Proposal
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.catalogue.api import Contract

CONTRACT_FILE, MAPPING_FILE = "contract.yaml", "mapping.yaml"


class ProposalMissing(NotFound):
    code = "proposal_missing"
    what = Text(en="there is no proposal called {name}", zh="没有名为 {name} 的建议")
    mend = Text(
        en="List them with 'shuxin proposals', or run 'shuxin import' on the folder first",
        zh="请用 shuxin proposals 查看，或先对目录运行 shuxin import",
    )


def proposal_names(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob(f"*/{MAPPING_FILE}"))


def read_proposal(name: str, *, folder: Path) -> Proposal:
    """Parse both files and check that they fit. Raises ProposalMissing, MappingInvalid, ContractInvalid."""
    if name not in proposal_names(folder):
        raise ProposalMissing(name=name)
    place = folder / name
    mapping = read_mapping(_edited_text(place / MAPPING_FILE), file=f"{name}/{MAPPING_FILE}")
    contract = read_contract(content=(place / CONTRACT_FILE).read_bytes())
    _check_fit(mapping, contract, name)
    return Proposal(contract, mapping)


def _edited_text(path: Path) -> str:
    """Raises MappingInvalid for a file that an editor saved in another encoding."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        file = f"{path.parent.name}/{path.name}"
        raise MappingInvalid(file=file, where="the file", reason="it is not UTF-8") from error


def _check_fit(mapping: Mapping, contract: Contract, name: str) -> None:
    file = f"{name}/{MAPPING_FILE}"
    declared = {field.name for field in contract.fields}
    mapped = {column.field for column in mapping.columns if column.field}
    if mapping.dataset != contract.dataset:
        raise MappingInvalid(
            file=file, where="dataset", reason=f"the contract says {contract.dataset!r}"
        )
    for field in sorted(mapped - declared):
        raise MappingInvalid(
            file=file, where=f"field {field!r}", reason="the contract does not declare it"
        )
    for column in contract.fields:
        if column.required and column.name not in mapped:
            raise MappingInvalid(
                file=file,
                where=f"field {column.name!r}",
                reason="it is required but no column gives it",
            )
