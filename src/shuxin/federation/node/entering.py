"""How a party's rows enter a job: through its own gate, once, with a signed account to the other data parties."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import (
    GateLimits,
    Reason,
    Refusal,
    UseRefused,
    basis_digest,
    entity_of,
    permit_set,
    standing_words,
)
from shuxin.federation.domain.job import Ground
from shuxin.federation.engine.channel import Declared
from shuxin.federation.node.entry import (
    JOB_ENTRY,
    DataMoved,
    EntryStatement,
    read_entry,
    require_size,
)
from shuxin.federation.node.features import JobFeatures
from shuxin.federation.node.grants import (
    asked_holders,
    framed,
    most_bytes,
    request_for,
    require_request,
    serves,
    serving,
    unframed,
    within,
)
from shuxin.fusion.api import dataset_version, subject_codes
from shuxin.kernel.errors import Conflict
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry, TreeHash, root_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from shuxin.consent.api import Gate, Permit, Presented
    from shuxin.federation.domain.job import Input, Job
    from shuxin.federation.engine.channel import Channel
    from shuxin.federation.node.grants import Grants
    from shuxin.infra.api import Settings
    from shuxin.kernel.signing import Signer

    _Read = tuple[dict[str, Any], bytes, Permit]
ENTRY, GRANTS = "entry", "grants"
CODE_BYTES = 18
_ENTRY_BYTES = 16_384


class RowsEnded(Conflict):
    code = "job_rows_ended"
    what = Text(
        en="some who entered with {dataset} may not enter any more, or are gone from it",
        zh="{dataset} 中部分已入场主体不得再入场或已不在其中",
    )
    mend = Text(
        en="Propose the job again: it takes those who may enter then",
        zh="请重新提出任务；届时仅允许入场者参与",
    )


@dataclass(frozen=True, slots=True)
class EnteredRows:
    """This party's rows in a job (入场主体), and what is known of them; implements ``engine.channel.Rows``."""

    content: bytes
    features: JobFeatures = field(compare=False, repr=False)

    def codes(self) -> bytes:
        return self.content


def entry_messages(job: Job) -> tuple[Declared, ...]:
    """The label party's grants to each holder that needs them, and every data party's entry to each other."""
    if not job.enters_rows:
        return ()
    entered = [one.party for one in job.inputs]
    grants = (Declared(GRANTS, job.label, one, most_bytes(job)) for one in asked_holders(job))
    entries = (
        Declared(ENTRY, one, other, _ENTRY_BYTES)
        for one in entered
        for other in entered
        if one != other
    )
    return (*grants, *entries)


def enter(
    *,
    job: Job,
    job_id: str,
    party: str,
    gate: Gate,
    settings: Settings,
    channel: Channel,
    now: Callable[[], dt.datetime],
    signer: Signer,
    grants: Grants | None = None,
    least: int = 1,
    booked: str = "",
) -> EnteredRows | None:
    """This party's rows, the same at every run; None when no data of it enter in the job.

    When a job is taken up again the gate is asked again: rows that may not enter any more end it. The use is counted
    and logged once. This party's signed account is in its log before it leaves; a kill just then may leave the same
    account there twice, never another one.
    now: asked whenever something is judged, for hours may go by until the others send. grants: the authorisations
    that the label party brings. least: rows that any data party must enter, by the policy here. booked: the version
    of the dataset whose budgets this job was taken from; "" for any.
    Raises UseRefused, RowsOutsideLimits, EntryInvalid, GrantsInvalid, GrantsTooLong, DataMoved, RowsEnded, and what
    the channel raises.
    """
    own = job.input_of(party)
    if own is None or not job.enters_rows:
        return None
    batch = replace(gate, limits=GateLimits.batch())
    work = _Entering(job, job_id, party, own, batch, settings, channel, now, signer, grants)
    work.collect_grants()
    header, content, permit = work.rows()
    if booked and header["version"] != booked:
        raise DataMoved(dataset=own.dataset)
    fields, version = job.fields_of(party), header["version"]
    features = JobFeatures(own.dataset, version, fields, content, permit, settings, channel)
    features.require_readable()
    entry = work.stated(header, len(content) // CODE_BYTES)
    require_size(entry, job=job, least=least)
    work.send_grants(content)
    signed = work.signed(entry, refused=header["refused"])
    others = [one.party for one in job.inputs if one.party != party]
    for peer in others:
        channel.send(peer, ENTRY, lambda: [signed])
    for peer in others:
        statement = parse_statement(channel.receive(peer, ENTRY).read(), kind=JOB_ENTRY)
        said = read_entry(statement, job=job, job_id=job_id, party=peer, keys=gate.keys, now=now())
        require_size(said, job=job, least=least)
    return EnteredRows(content, features)


@dataclass(frozen=True, slots=True)
class NodeEntering:
    """What a node's worker is given to let rows enter (入场)."""

    party: str
    gate: Callable[[], Gate]
    settings: Settings
    signer: Signer
    now: Callable[[], dt.datetime]
    least: Callable[[], int]
    grants: Callable[[str], Grants | None]
    """The authorisations that this party brings to a job, by its id."""

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return entry_messages(job)

    def enter(self, job: Job, *, job_id: str, channel: Channel, booked: str) -> EnteredRows | None:
        """Raises as ``entering.enter`` does."""
        return enter(
            job=job,
            job_id=job_id,
            party=self.party,
            gate=self.gate(),
            settings=self.settings,
            channel=channel,
            now=self.now,
            signer=self.signer,
            grants=self.grants(job_id),
            least=self.least(),
            booked=booked,
        )


@dataclass(frozen=True, slots=True)
class _Entering:
    """One party's way into one job."""

    job: Job
    job_id: str
    party: str
    own: Input
    gate: Gate
    settings: Settings
    channel: Channel
    now: Callable[[], dt.datetime]
    signer: Signer
    grants: Grants | None

    def rows(self) -> tuple[dict[str, Any], bytes, Permit]:
        """How the rows came to be, and their codes; kept, so that they are read once. The permit is of this run."""
        fresh: list[tuple[bytes, Permit]] = []

        def read() -> bytes:
            fresh.append(self._read())
            return fresh[0][0]

        header, content = _parted(self.channel.once("entry/codes", read))
        if not fresh:
            self._require_still(content, read())
        return header, content, fresh[0][1]

    def _require_still(self, content: bytes, fresh: bytes) -> None:
        """Days may have gone by since the rows were read; bases and authorisations end meanwhile."""
        if not _spread(content) <= _spread(_parted(fresh)[1]):
            raise RowsEnded(dataset=self.own.dataset)

    def _read(self) -> tuple[bytes, Permit]:
        version = dataset_version(self.own.dataset)
        if self.own.ground is Ground.BASIS:
            header, content, permit = self._on_basis()
        elif self.party == self.job.label:
            header, content, permit = self._of_those_who_agreed()
        else:
            header, content, permit = self._on_authorisations()
        if dataset_version(self.own.dataset) != version:
            raise DataMoved(dataset=self.own.dataset)
        said = {"version": version, "refused": {}, **header}
        return json.dumps(said, sort_keys=True).encode() + b"\n" + content, permit

    def _on_basis(self) -> _Read:
        """Everybody in the dataset whom no hold keeps back."""
        permit = self._own_permit() if self.party == self.job.label else self._joint_permit()
        root = basis_digest(self.own.basis, holder=self.party)
        return {"root": root}, self._codes(permit), permit

    def _joint_permit(self) -> Permit:
        return self.gate.permit_joint(
            basis_id=self.own.basis,
            recipient=self.job.label,
            also=frozenset(one.to for one in self.job.outputs) - {self.party, self.job.label},
            purpose=self.job.purpose,
            catalogue=self.own.dataset,
            level=self.own.level,
            data_from=self.own.data_from,
            data_to=self.own.data_to,
            job=self.job_id,
            now=self.now(),
            fields=frozenset(self.job.fields_of(self.party)),
        )

    def _own_permit(self) -> Permit:
        return self.gate.permit_own_part(
            purpose=self.job.purpose,
            catalogue=self.own.dataset,
            level=self.own.level,
            data_from=self.own.data_from,
            data_to=self.own.data_to,
            basis_id=self.own.basis,
            job=self.job_id,
            now=self.now(),
            fields=frozenset(self.job.fields_of(self.party)),
        )

    def _codes(self, permit: Permit) -> bytes:
        return subject_codes(self.own.dataset, permit=permit, settings=self.settings)

    def _on_authorisations(self) -> _Read:
        """At a holder: those in its dataset whose authorisation, brought by the label party, covers this use."""
        with self.channel.receive(self.job.label, GRANTS).path.open("rb") as stream:
            statements = unframed(stream)
            request = next(statements, None)
            if request is None:
                raise UseRefused([Refusal(Reason.AUTHORISATION_MISSING)])
            require_request(request, job=self.job, job_id=self.job_id, holder=self.party)
            found = permit_set(
                self.gate,
                request,
                authorisations=statements,
                now=self.now(),
                job=self.job_id,
                fields=frozenset(self.job.fields_of(self.party)),
            )
        refused = {reason.value: count for reason, count in sorted(found.refused.items())}
        return {"root": found.root, "refused": refused}, self._codes(found.permit), found.permit

    def _of_those_who_agreed(self) -> _Read:
        """At the label party: those in its own dataset whose authorisation it brings."""
        permit = self._own_permit()
        held = _spread(self._codes(permit))
        agreed = {entity_of(one.terms.subject): one.statement.hash for one in self._brought()}
        entered = sorted(held & agreed.keys())
        root = _root(agreed[code] for code in entered)
        return {"root": root}, "".join(entered).encode(), permit

    def collect_grants(self) -> None:
        """As the label party, where any rows, its own or a holder's, rest on authorisations. Raises UseRefused."""
        own = self.own.ground is Ground.AUTHORISATIONS
        if self.party == self.job.label and (own or asked_holders(self.job)):
            self._kept()

    def _kept(self) -> bytes:
        return self.channel.once("entry/brought", self._collect)

    def _brought(self) -> list[Presented]:
        """What this party brings, as it was at the first run: of that, what is genuine and holds now."""
        kept = serving(unframed(BytesIO(self._kept())), job=self.job, now=self.now())
        return standing_words(self.gate, (one for one, _ in kept), now=self.now())

    def _collect(self) -> bytes:
        if self.grants is None:
            raise UseRefused([Refusal(Reason.AUTHORISATION_MISSING)])
        found = serving(self.grants.statements(), job=self.job, now=self.now())
        return b"".join(framed(one for one, _ in found))

    def send_grants(self, content: bytes) -> None:
        """As the label party: to each holder the request, and the words of its own rows' subjects that name it."""
        if self.party != self.job.label:
            return
        for holder in asked_holders(self.job):
            request = self.channel.once(f"entry/request/{holder}", partial(self._request, holder))
            self.channel.send(holder, GRANTS, partial(self._for_holder, holder, request, content))

    def _request(self, holder: str) -> bytes:
        asked = request_for(self.job, job_id=self.job_id, holder=holder, now=self.now())
        return asked.sign(signer=self.signer).dump()

    def _for_holder(self, holder: str, request: bytes, content: bytes) -> Iterable[bytes]:
        """Raises GrantsTooLong."""
        entered = _spread(content)
        mine = (one for one in self._brought() if entity_of(one.terms.subject) in entered)
        theirs = (one.statement for one in mine if serves(one.terms, job=self.job, holder=holder))
        whole = framed(chain([parse_statement(request)], theirs))
        return within(whole, most=most_bytes(self.job), holder=holder)

    def stated(self, header: Mapping[str, Any], rows: int) -> EntryStatement:
        return EntryStatement(
            job=self.job_id,
            party=self.party,
            dataset=self.own.dataset,
            dataset_version=header["version"],
            ground=self.own.ground,
            basis=self.own.basis,
            root=header["root"],
            rows=rows,
        )

    def signed(self, entry: EntryStatement, *, refused: Mapping[str, int]) -> bytes:
        """The statement, made once, and in the log before it leaves.

        ``refused``: how many subjects did not enter, by reason; just this party's own log has it.
        """
        made = self.channel.once("entry/statement", lambda: entry.sign(signer=self.signer).dump())
        self.channel.once("entry/logged", partial(self._logged, made, entry, refused))
        return made

    def _logged(self, made: bytes, entry: EntryStatement, refused: Mapping[str, int]) -> bytes:
        now = self.now()
        facts: dict[str, str | int] = {
            "job": self.job_id,
            "ground": entry.ground.value,
            "dataset_version": entry.dataset_version,
            "root": entry.root,
            "rows": entry.rows,
            "statement": parse_statement(made).hash,
            **{f"refused_{reason}": count for reason, count in refused.items()},
        }
        self.gate.journal.append_all([Entry(JOB_ENTRY, now, self.party, facts)], now=now)
        return b"."


def _parted(kept: bytes) -> tuple[dict[str, Any], bytes]:
    header, _, content = kept.partition(b"\n")
    return json.loads(header), content


def _spread(codes: bytes) -> set[str]:
    text = codes.decode()
    return {text[start : start + CODE_BYTES] for start in range(0, len(text), CODE_BYTES)}


def _root(hashes: Iterable[str]) -> str:
    return root_of(TreeHash.SHA256, [bytes.fromhex(one) for one in sorted(hashes)]).hex()
