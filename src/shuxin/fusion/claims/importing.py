"""What an import does with the contract of a file: propose it once, then hold every new file to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.claims.claim import check_columns, claim_bytes, digest_of, read_claim
from shuxin.fusion.claims.errors import ClaimChanged, ClaimGone
from shuxin.fusion.claims.proposing import next_claim, propose_claim
from shuxin.fusion.reading.opening import FileSource
from shuxin.fusion.reading.typed import TypedFile
from shuxin.kernel.text import Listed, Text

if TYPE_CHECKING:
    from shuxin.catalogue.api import Contract
    from shuxin.fusion.mapping import Mapping
    from shuxin.fusion.proposal import Proposal
    from shuxin.fusion.reading.opening import Source
    from shuxin.kernel.text import Language

_MOST_CHANGES = 8
_WORDING = Text(en="words only", zh="仅文字不同")


@dataclass(frozen=True, slots=True)
class OtherClaim:
    """A file that brings another contract than the accepted one: what to tell, and what to propose."""

    error: ClaimChanged
    proposal: Proposal


def proposal_from_claim(source: Source, *, department: str, language: Language) -> Proposal | None:
    """What the contract proposes that a Parquet file brings; None where it brings none.

    Raises YAMLRefused, ContractInvalid, ClaimUnmet, HeaderOnly, NotATable.
    """
    if not isinstance(source, FileSource):
        return None
    content = claim_bytes(source.path, file=source.file)
    if content is None:
        return None
    claim, table = read_claim(content), TypedFile(source.path, source.file)
    check_columns(claim, table.schema(), file=source.file)
    return propose_claim(claim, table, department=department, language=language)


def other_claim(
    source: Source, mapping: Mapping, *, agreed: Contract, language: Language
) -> OtherClaim | None:
    """None where the file brings the very contract that was accepted.

    Raises ClaimGone, and as ``proposal_from_claim``.
    """
    content = _content(source)
    if digest_of(content) == mapping.claim:
        return None
    fresh = proposal_from_claim(source, department=agreed.department, language=language)
    if fresh is None:
        raise ClaimGone(file=source.file)
    proposal, changed = next_claim(fresh, agreed=agreed)
    told = tuple(change.description for change in changed[:_MOST_CHANGES]) or (_WORDING,)
    return OtherClaim(ClaimChanged(file=source.file, changes=Listed(told)), proposal)


def hold_to_claim(source: Source) -> None:
    """Raises ClaimGone, ClaimUnmet, NotATable where the columns are not those that the file's contract declares."""
    claim = read_claim(_content(source))
    if isinstance(source, FileSource):
        schema = TypedFile(source.path, source.file).schema()
        check_columns(claim, schema, file=source.file)


def _content(source: Source) -> bytes:
    content = claim_bytes(source.path, file=source.file) if isinstance(source, FileSource) else None
    if content is None:
        raise ClaimGone(file=source.file)
    return content
