"""One party's rows on their way into a job; the other parties are keys and the messages that they would send."""

from __future__ import annotations

import datetime as dt
import hashlib
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.test_issuing import take
from tests.consent.world import (
    BANK,
    CLERK,
    DIRECTORY,
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    PLATFORM,
    STRANGER,
    contract_of,
    terms,
)
from tests.permits import MemoryJournal

from shuxin.catalogue.api import (
    Field,
    FieldType,
    Level,
    Meaning,
    NewLoad,
    Sharing,
    record_load,
    register_contract,
)
from shuxin.consent.api import (
    BasisKind,
    Gate,
    JointBasis,
    LawfulBasis,
    Purpose,
    Reason,
    UseRefused,
    drop_basis,
    take_basis,
    take_joint_basis,
)
from shuxin.consent.models import Hold, Use, UseCounter
from shuxin.federation.domain.job import Ground, Job, job_from
from shuxin.federation.node.entering import (
    ENTRY,
    GRANTS,
    DataMoved,
    EnteredRows,
    NodeEntering,
    RowsEnded,
    enter,
    entry_messages,
)
from shuxin.federation.node.entry import (
    EntryInvalid,
    EntryStatement,
    RowsOutsideLimits,
    read_entry,
)
from shuxin.federation.node.grants import (
    GrantFiles,
    GrantsInvalid,
    GrantsNotFound,
    GrantsTooLong,
    framed,
    request_for,
    unframed,
)
from shuxin.fusion.api import dataset_version
from shuxin.fusion.loading import ROWS_FILE
from shuxin.infra.api import Settings, Store
from shuxin.kernel.statements import StatementInvalid, parse_statement, sign_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Entry

pytestmark = pytest.mark.django_db
JOB = "a" * 64
DATA = "firms"
FROM, TO = "2024-01-01", "2025-01-01"
CODES = sorted(party.removeprefix("uscc:") for party in (FIRM, OTHER_FIRM, BANK, OTHER_BANK))


def job(**changed: Any) -> Job:
    """BANK learns which firms HOLDER has too; HOLDER's rows rest on a joint basis unless changed."""
    ours = {"party": BANK, "dataset": "loans", "ground": "basis", "basis": "own-1"}
    theirs = {"party": HOLDER, "dataset": DATA, "ground": "basis", "basis": "joint-1"}
    period = {"level": 2, "data_from": FROM, "data_to": TO}
    values: dict[str, Any] = {
        "nonce": "0" * 32,
        "proposer": BANK,
        "purpose": "model_training",
        "parties": [{"party": BANK, "role": "label"}, {"party": HOLDER, "role": "holder"}],
        "inputs": [
            ours | period | changed.pop("ours", {}),
            theirs | period | changed.pop("theirs", {}),
        ],
        "parameters": {"kind": "alignment", "engine": "ecdh", "learn": "one", "min_size": 1},
        "outputs": [{"name": "aligned", "to": BANK}],
        "proposed_at": NOW.isoformat(),
        "valid_to": (NOW + dt.timedelta(days=9)).isoformat(),
    }
    return job_from(values | changed)


AGREED: dict[str, Any] = {"ground": "authorisations", "basis": ""}


@dataclass(frozen=True)
class Kept:
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def read(self) -> bytes:
        return self.path.read_bytes()


@dataclass
class Scripted:
    """A line on which the peer's messages wait already; ``kept`` outlives a restart."""

    folder: Path
    waiting: dict[tuple[str, str], bytes] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    sent: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        if (to, name) not in self.sent:
            self.sent[to, name] = b"".join(bytes(part) for part in parts())

    def receive(self, sender: str, name: str) -> Kept:
        path = self.folder / hashlib.sha256(f"{sender}{name}".encode()).hexdigest()
        path.write_bytes(self.waiting[sender, name])
        return Kept(path)


def entry_of(author: str, work: Job, **changed: Any) -> bytes:
    wanted = work.input_of(author)
    assert wanted is not None
    plain = {
        "job": JOB, "party": author, "dataset": wanted.dataset, "dataset_version": "b" * 64,
        "ground": wanted.ground, "basis": wanted.basis, "root": "c" * 64, "rows": 5,
    }  # fmt: skip
    return EntryStatement(**plain | changed).sign(signer=KEYS[author]).dump()


class Killed(BaseException):
    """As by a signal: nothing catches it."""


@dataclass
class Mortal(Scripted):
    """A line that is killed at one of its steps: before it, or once what it made was thrown away."""

    dies_at: int = -1

    def step(self) -> None:
        self.dies_at -= 1
        if self.dies_at == -1:
            raise Killed

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        def made() -> bytes:
            found = make()
            self.step()
            return found

        self.step()
        return super().once(name, made)

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        self.step()
        super().send(to, name, parts)
        self.step()

    def receive(self, sender: str, name: str) -> Kept:
        self.step()
        return super().receive(sender, name)


@dataclass(frozen=True)
class Restless:
    """A key whose every signature is of another text, so that a second statement is another one."""

    key: Any
    made: list[int] = field(default_factory=list)

    @property
    def public(self) -> Any:
        return self.key.public

    def sign(self, message: bytes) -> bytes:
        self.made.append(len(self.made))
        signature: bytes = self.key.sign(message + bytes(self.made))
        return signature


@dataclass
class Later(Scripted):
    """A line on which a message of ``name`` comes only after a while; then the clock shows ``at``."""

    name: str = ENTRY
    clock: list[dt.datetime] = field(default_factory=lambda: [NOW])
    at: dt.datetime = NOW

    def receive(self, sender: str, name: str) -> Kept:
        if name == self.name:
            self.clock[0] = self.at
        return super().receive(sender, name)


@dataclass
class Node:
    """The data, gate and line of one party."""

    party: str
    settings: Settings
    line: Scripted
    gate: Gate

    def enter(self, work: Job, **changed: Any) -> EnteredRows:
        peer = HOLDER if self.party == BANK else BANK
        if work.input_of(peer) is not None:
            self.line.waiting.setdefault((peer, ENTRY), entry_of(peer, work))
        at = changed.pop("at", NOW)
        plain = {
            "job": work, "job_id": JOB, "party": self.party, "gate": self.gate, "settings": self.settings,
            "channel": self.line, "now": lambda: at, "signer": KEYS[self.party],
        }  # fmt: skip
        found = enter(**plain | changed)
        assert found is not None
        return found

    @property
    def stated(self) -> Mapping[str, Any]:
        """What it said of its rows when it entered last."""
        return parse_statement(self.line.kept["entry/statement"]).body

    @property
    def entries(self) -> list[Entry]:
        """Of its log."""
        found: list[Entry] = self.gate.journal.entries  # type: ignore[attr-defined]
        return found


def loaded(folder: Path, dataset: str, codes: list[str]) -> Settings:
    """An installation with one dataset of codes and days, as an import would leave it."""
    settings = Settings(home=folder / "home", database_url="")
    agreed = replace(
        contract_of(dataset),
        fields=(
            field_of("code", FieldType.CODE, Meaning.SUBJECT_CODE),
            field_of("day", FieldType.DATE, Meaning.EVENT_TIME),
        ),
    )
    register_contract(contract=agreed, accepted_by="tester", now=NOW)
    count, store = len(codes), Store(settings.store)
    days = [dt.date(2024, 3, 1)] * count
    rows = pa.table({"code": codes, "day": days, "_line": list(range(2, count + 2))})
    with store.draft() as draft:
        pq.write_table(rows, draft.folder / ROWS_FILE)
        store.keep(draft, name=f"{dataset}1")
    load = NewLoad(
        dataset, "1.0.0", f"{dataset}.csv", "0" * 64, "0" * 64, NOW, NOW, 0, count, count, 0, f"{dataset}1", 1
    )  # fmt: skip
    record_load(load=load, findings=())
    return settings


def field_of(name: str, kind: FieldType, meaning: Meaning) -> Field:
    return Field(name=name, type=kind, level=Level.L2, sharing=Sharing.CONDITIONAL, meaning=meaning)


@pytest.fixture
def holder(tmp_path: Path, db: None) -> Node:
    """HOLDER with four firms, a joint basis for BANK, and a fresh status list."""
    settings = loaded(tmp_path, DATA, [*CODES, CODES[0]])
    basis = JointBasis(
        "joint-1", HOLDER, BANK, BasisKind.LEGAL_DUTY, "法", "协议1", Purpose.MODEL_TRAINING, (DATA,), 2,
        NOW - dt.timedelta(days=1), NOW + dt.timedelta(days=9),
    )  # fmt: skip
    take_joint_basis(basis.sign(signer=KEYS[HOLDER]), holder=HOLDER, keys=DIRECTORY, now=NOW)
    take(1, NOW)
    gate = Gate(HOLDER, "tester", DIRECTORY, MemoryJournal(), frozenset({PLATFORM}))
    return Node(HOLDER, settings, Scripted(tmp_path), gate)


@pytest.fixture
def label(tmp_path: Path, db: None) -> Node:
    """BANK with three of the four firms as customers, and its own basis."""
    settings = loaded(tmp_path, "loans", CODES[:3])
    basis = LawfulBasis(
        "own-1", BANK, BasisKind.LEGAL_DUTY, "法", Purpose.MODEL_TRAINING, 2,
        NOW - dt.timedelta(days=1), NOW + dt.timedelta(days=9),
    )  # fmt: skip
    take_basis(basis.sign(signer=KEYS[BANK]), holder=BANK, keys=DIRECTORY, now=NOW)
    take(1, NOW)
    gate = Gate(BANK, "tester", DIRECTORY, MemoryJournal(), frozenset({PLATFORM}))
    return Node(BANK, settings, Scripted(tmp_path), gate)


def refused(call: Callable[..., object], *given: Any, **changed: Any) -> set[Reason]:
    with pytest.raises(UseRefused) as caught:
        call(*given, **changed)
    return {refusal.reason for refusal in caught.value.refusals}


OF_THE_JOB: dict[str, Any] = {
    "purpose": Purpose.MODEL_TRAINING, "level_max": 2, "catalogues": (DATA,), "max_uses": 1,
    "data_from": dt.date(2024, 1, 1), "data_to": dt.date(2025, 1, 1),
}  # fmt: skip


def word(subject: str, **changed: Any) -> Statement:
    return terms(subject=subject, **OF_THE_JOB | changed).sign(signer=KEYS[subject])


@dataclass(frozen=True)
class Brought:
    words: tuple[Statement, ...]

    def statements(self) -> Iterator[Statement]:
        return iter(self.words)


def asked(work: Job, *words: Statement, signer: Any = KEYS[BANK], **changed: Any) -> bytes:
    request = replace(request_for(work, job_id=JOB, holder=HOLDER, now=NOW), **changed)
    return b"".join(framed([request.sign(signer=signer), *words]))


class TestOnABasis:
    def test_everybody_enters_once_and_the_log_has_it_before_anything_leaves(
        self, holder: Node
    ) -> None:
        found = holder.enter(job())
        assert found.codes() == "".join(CODES).encode()
        use, entry = holder.entries
        assert (use.kind, use.facts["job"], use.facts["ground"]) == ("use", JOB, "basis")
        assert (entry.kind, entry.facts["rows"], entry.facts["root"]) == (
            "job-entry",
            4,
            holder.stated["root"],
        )
        assert holder.stated["dataset_version"] == dataset_version(DATA)
        assert not any(code.encode() in holder.line.sent[BANK, ENTRY] for code in CODES)

    def test_a_restart_hands_out_the_same_and_uses_nothing_again(self, holder: Node) -> None:
        first = holder.enter(job())
        before = (dict(holder.line.kept), dict(holder.line.sent), Use.objects.count())
        assert holder.enter(job()) == first
        assert (holder.line.kept, holder.line.sent, Use.objects.count()) == before
        assert len(holder.entries) == 2

    def test_an_import_after_the_budget_was_booked_ends_the_job(self, holder: Node) -> None:
        with pytest.raises(DataMoved):
            holder.enter(job(), booked="0" * 64)
        assert not holder.line.sent
        holder.enter(job(), booked=dataset_version(DATA))
        assert holder.stated["rows"] == len(CODES)

    def test_a_basis_that_ended_or_an_erasure_ends_a_job_that_is_taken_up_again(
        self, holder: Node
    ) -> None:
        holder.enter(job())
        hold = Hold.objects.create(
            subject=CODES[1], dataset=DATA, field="*", why="erased", since=NOW
        )
        with pytest.raises(RowsEnded):
            holder.enter(job())
        Hold.objects.filter(pk=hold.pk).delete()
        holder.enter(job())
        drop_basis("joint-1", holder=HOLDER, log=lambda: None, now=NOW)
        assert refused(holder.enter, job()) == {Reason.BASIS_MISSING}

    def test_a_kill_between_log_and_line_leaves_one_account_logged_twice_at_most(
        self, holder: Node
    ) -> None:
        """Whatever its second signature would be: of SM2 each is another one."""
        twice = set()
        for step in range(2, 7):
            line = Mortal(holder.line.folder, holder.line.waiting, dies_at=step)
            mortal = replace(holder, line=line)
            holder.entries.clear()
            signer: Any = Restless(KEYS[HOLDER])
            with pytest.raises(Killed):
                mortal.enter(job(), signer=signer)
            line.dies_at = -9
            mortal.enter(job(), signer=signer)
            told = [one.facts["statement"] for one in holder.entries if one.kind == "job-entry"]
            assert set(told) == {parse_statement(line.sent[BANK, ENTRY]).hash}
            assert len(told) <= 2
            twice |= {step} if told[1:] else set()
        assert len(twice) == 1

    def test_whom_a_hold_withholds_stays_out(self, holder: Node) -> None:
        Hold.objects.create(subject=CODES[1], dataset=DATA, field="*", why="erased", since=NOW)
        assert CODES[1].encode() not in holder.enter(job()).codes()

    def test_is_refused_without_a_joint_basis_for_this_use(self, holder: Node) -> None:
        assert refused(holder.enter, job(theirs={"basis": "joint-9"})) == {Reason.BASIS_MISSING}
        assert refused(holder.enter, job(purpose="statistics")) == {Reason.OTHER_PURPOSE}
        assert refused(holder.enter, job(theirs={"level": 3})) == {Reason.LEVEL_TOO_HIGH}
        late = NOW + dt.timedelta(days=9)
        assert refused(holder.enter, job(), at=late) == {Reason.EXPIRED}
        assert holder.line.sent == {}

    def test_the_label_party_rests_on_its_own(self, label: Node) -> None:
        found = label.enter(job())
        assert found.codes() == "".join(CODES[:3]).encode()
        assert refused(label.enter, job(), channel=Scripted(label.line.folder, label.line.waiting),
                       at=NOW + dt.timedelta(days=99)) == {Reason.EXPIRED}  # fmt: skip

    def test_a_party_without_data_enters_nothing(self, holder: Node) -> None:
        assert enter(job=job(), job_id=JOB, party=PLATFORM, gate=holder.gate, settings=holder.settings,
                     channel=holder.line, now=lambda: NOW, signer=KEYS[PLATFORM]) is None  # fmt: skip


class TestOnAuthorisations:
    def agreed(self, **changed: Any) -> Job:
        return job(theirs=AGREED, **changed)

    def with_words(self, holder: Node, *words: Statement, **changed: Any) -> Node:
        holder.line.waiting[BANK, GRANTS] = asked(self.agreed(), *words, **changed)
        return holder

    def test_only_those_who_agree_and_are_in_the_dataset_enter(self, holder: Node) -> None:
        late = word(
            OTHER_FIRM, valid_from=NOW - dt.timedelta(days=9), valid_to=NOW - dt.timedelta(days=1)
        )
        self.with_words(holder, word(FIRM), late)
        found = holder.enter(self.agreed())
        assert found.codes() == FIRM.removeprefix("uscc:").encode()
        assert holder.entries[-1].facts["refused_expired"] == 1
        leaf = hashlib.sha256(b"\0" + bytes.fromhex(word(FIRM).hash)).hexdigest()
        assert holder.stated["root"] == leaf
        whole = holder.entries[0]
        assert (whole.kind, whole.facts["job"], whole.facts["root"]) == ("use-set", JOB, leaf)

    def test_a_restart_counts_no_second_use(self, holder: Node) -> None:
        self.with_words(holder, word(FIRM))
        first = holder.enter(self.agreed())
        holder.line.kept.pop(
            "entry/codes"
        )  # killed after the use was counted, before the rows were kept
        assert holder.enter(self.agreed()).codes() == first.codes()
        assert UseCounter.objects.get().used == 1

    def test_killed_at_any_step_it_ends_the_same(self, holder: Node) -> None:
        self.with_words(holder, word(FIRM), word(OTHER_FIRM))
        plain, deaths = holder.enter(self.agreed()), 0
        for step in range(14):
            line = Mortal(holder.line.folder, holder.line.waiting, dies_at=step)
            mortal = replace(holder, line=line)
            try:
                mortal.enter(self.agreed())
            except Killed:
                deaths += 1
                assert line.sent == {} or line.kept["entry/statement"] == line.sent[BANK, ENTRY]
            line.dies_at = -9
            assert mortal.enter(self.agreed()) == plain
            assert line.sent == holder.line.sent
        assert 6 <= deaths < 14
        assert list(UseCounter.objects.values_list("used", flat=True)) == [1, 1]
        assert Use.objects.count() == 2

    def test_of_nobody_is_refused_with_the_reasons(self, holder: Node) -> None:
        self.with_words(
            holder, word(FIRM, purpose=Purpose.STATISTICS), word(OTHER_FIRM, grantee=OTHER_BANK)
        )
        assert refused(holder.enter, self.agreed()) == {Reason.OTHER_PURPOSE, Reason.OTHER_GRANTEE}
        assert holder.line.sent == {}

    def test_need_a_request_of_this_job_by_the_label_party(self, holder: Node) -> None:
        for changed in (
            {"level": 1},
            {"request_id": "job/other"},
            {"data_to": dt.date(2026, 1, 1)},
        ):
            with pytest.raises(GrantsInvalid):
                self.with_words(holder, word(FIRM), **changed).enter(self.agreed())
        self.with_words(holder, word(FIRM), signer=STRANGER)
        assert refused(holder.enter, self.agreed()) == {Reason.REQUESTER_UNPROVEN}
        holder.line.waiting[BANK, GRANTS] = b""
        assert refused(holder.enter, self.agreed()) == {Reason.AUTHORISATION_MISSING}
        assert not Use.objects.exists()

    def test_the_label_party_brings_the_words_of_its_own_rows_that_name_the_holder(
        self, label: Node
    ) -> None:
        mine = [FIRM, OTHER_FIRM]
        other = word(OTHER_BANK, holders=(PLATFORM,))
        brought = Brought((*map(word, mine), other, word(BANK, purpose=Purpose.STATISTICS)))
        found = label.enter(job(ours=AGREED, theirs=AGREED), grants=brought)
        entered = sorted(set(CODES[:3]) & {one.removeprefix("uscc:") for one in mine})
        assert found.codes() == "".join(entered).encode()
        request, *words = unframed(BytesIO(label.line.sent[HOLDER, GRANTS]))
        assert request.kind == "use-request"
        assert {one.body["subject"] for one in words} == {f"uscc:{code}" for code in entered}
        assert label.enter(job(ours=AGREED, theirs=AGREED), grants=None) == found

    @pytest.mark.parametrize("theirs", [AGREED, {}], ids=["agreed", "on a basis"])
    def test_words_that_are_forged_or_ended_bring_nobody_in_at_the_label_party(
        self, label: Node, theirs: dict[str, Any]
    ) -> None:
        """The holder's gate is not asked about rows of the label party, nor at all where it rests on a basis."""
        forged = terms(subject=OTHER_FIRM, **OF_THE_JOB).sign(signer=STRANGER)
        ended = word(BANK)
        take(2, NOW, ended.body["auth_id"])
        work = job(ours=AGREED, theirs=theirs)
        found = label.enter(work, grants=Brought((word(FIRM), forged, ended)))
        assert found.codes() == FIRM.removeprefix("uscc:").encode()

    def test_the_label_party_must_have_heard_lately_who_still_agrees(self, label: Node) -> None:
        late = NOW + dt.timedelta(days=2)
        brought = Brought((word(FIRM),))
        with pytest.raises(RowsOutsideLimits):
            label.enter(job(ours=AGREED), grants=brought, at=late)
        take(2, late)
        again = replace(label, line=Scripted(label.line.folder, label.line.waiting))
        again.enter(job(ours=AGREED), grants=brought, at=late)
        assert again.stated["rows"] == 1

    def test_who_has_withdrawn_when_a_job_is_taken_up_again_ends_it(self, holder: Node) -> None:
        self.with_words(holder, word(FIRM), word(OTHER_FIRM))
        assert holder.enter(self.agreed()) == holder.enter(self.agreed())
        take(2, NOW, word(FIRM).body["auth_id"])
        with pytest.raises(RowsEnded):
            holder.enter(self.agreed())

    def test_the_label_party_without_any_is_refused(self, label: Node) -> None:
        assert refused(label.enter, self.agreed()) == {Reason.AUTHORISATION_MISSING}

    def test_both_ends_agree(self, label: Node) -> None:
        """What the label party sends is what the holder's gate asks for."""
        label.enter(self.agreed(), grants=Brought((word(FIRM),)))
        sent = label.line.sent[HOLDER, GRANTS]
        assert sent == asked(self.agreed(), word(FIRM))
        declared = {
            (d.sender, d.receiver, d.name): d.most_bytes for d in entry_messages(self.agreed())
        }
        assert set(declared) == {
            (BANK, HOLDER, GRANTS),
            (BANK, HOLDER, ENTRY),
            (HOLDER, BANK, ENTRY),
        }
        assert len(sent) <= declared[BANK, HOLDER, GRANTS]


class TestLongWaits:
    """Hours go by until another party's message is there: what it says is judged by the clock of then."""

    def waiting(self, holder: Node, name: str, at: dt.datetime) -> tuple[Node, Any]:
        line = Later(holder.line.folder, holder.line.waiting, name=name, at=at)
        return replace(holder, line=line), lambda: line.clock[0]

    def test_a_request_that_was_made_meanwhile_counts(self, holder: Node) -> None:
        work, then = job(theirs=AGREED), NOW + dt.timedelta(hours=3)
        holder.line.waiting[BANK, GRANTS] = asked(work, word(FIRM), at=then)
        assert refused(holder.enter, work) == {Reason.REQUEST_TOO_OLD}
        late, clock = self.waiting(holder, GRANTS, then)
        late.enter(work, now=clock)
        assert late.stated["rows"] == 1

    def test_an_authorisation_that_ended_meanwhile_does_not(self, holder: Node) -> None:
        work, then = job(theirs=AGREED), NOW + dt.timedelta(hours=3)
        ends = word(OTHER_FIRM, valid_to=NOW + dt.timedelta(hours=1))
        holder.line.waiting[BANK, GRANTS] = asked(work, word(FIRM), ends)
        late, clock = self.waiting(holder, GRANTS, then)
        assert late.enter(work, now=clock).codes() == FIRM.removeprefix("uscc:").encode()

    def test_a_statement_of_a_key_that_expired_meanwhile_does_not(self, holder: Node) -> None:
        late, clock = self.waiting(holder, ENTRY, NOW + dt.timedelta(days=9000))
        with pytest.raises(EntryInvalid) as caught:
            late.enter(job(), now=clock)
        assert caught.value.facts == {"party": BANK, "field": "signature"}


class TestLimits:
    def test_more_authorisations_than_the_job_has_room_for_are_refused_by_name(
        self, label: Node, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of one subject many; the line would refuse them as a fault of the program."""
        work = job(ours=AGREED, theirs=AGREED)
        words = tuple(word(FIRM, max_uses=count) for count in range(1, 5))
        most = len(asked(work, *words[:3]))
        monkeypatch.setattr("shuxin.federation.node.entering.most_bytes", lambda _: most)
        with pytest.raises(GrantsTooLong) as caught:
            label.enter(work, grants=Brought(words))
        assert caught.value.facts == {"party": HOLDER, "limit": most}
        assert label.line.sent == {}
        again = replace(label, line=Scripted(label.line.folder, label.line.waiting))
        again.enter(work, grants=Brought(words[:3]))
        assert len(again.line.sent[HOLDER, GRANTS]) == most

    def test_too_many_and_too_few_rows_are_refused_without_saying_how_many(
        self, holder: Node
    ) -> None:
        with pytest.raises(RowsOutsideLimits) as many:
            holder.enter(job(limits={"rows": 3}))
        with pytest.raises(RowsOutsideLimits) as few:
            holder.enter(job(), least=5)
        for error in (many.value, few.value):
            assert "4" not in error.say("en").replace(HOLDER, "")
        assert many.value.say("zh") != few.value.say("zh")
        assert holder.line.sent == {}

    def test_hold_for_the_others_too(self, holder: Node) -> None:
        holder.line.waiting[BANK, ENTRY] = entry_of(BANK, job(), rows=2)
        with pytest.raises(RowsOutsideLimits):
            holder.enter(job(), least=3)
        holder.line.waiting[BANK, ENTRY] = entry_of(BANK, job(), rows=1_000_001)
        with pytest.raises(RowsOutsideLimits):
            holder.enter(job())


class TestEntryOfAnother:
    def read(self, statement: bytes, *, party: str = BANK) -> EntryStatement:
        said = parse_statement(statement)
        return read_entry(said, job=job(), job_id=JOB, party=party, keys=DIRECTORY, now=NOW)

    def test_says_what_the_job_says(self) -> None:
        assert self.read(entry_of(BANK, job())).rows == 5

    @pytest.mark.parametrize(
        ("name", "value"),
        [("job", "b" * 64), ("party", OTHER_BANK), ("dataset", "other"), ("ground", Ground.AUTHORISATIONS),
         ("basis", "own-2"), ("root", "no hash"), ("dataset_version", ""), ("rows", -1), ("rows", True)],
    )  # fmt: skip
    def test_that_says_something_else_than_the_job_does_not_count(
        self, name: str, value: Any
    ) -> None:
        with pytest.raises(EntryInvalid) as caught:
            self.read(entry_of(BANK, job(), **{name: value}))
        assert caught.value.facts["field"] == name

    @pytest.mark.parametrize("signer", [STRANGER, KEYS[HOLDER], CLERK])
    def test_of_another_signer_does_not_count(self, signer: Any) -> None:
        body = parse_statement(entry_of(BANK, job())).body
        with pytest.raises(EntryInvalid) as caught:
            self.read(sign_statement("job-entry", body, signer=signer).dump())
        assert caught.value.facts["field"] == "signature"

    @pytest.mark.parametrize("change", [{"more": 1}, {"rows": None}])
    def test_of_another_shape_does_not_count(self, change: dict[str, Any]) -> None:
        body = dict(parse_statement(entry_of(BANK, job())).body) | change
        with pytest.raises(EntryInvalid):
            self.read(sign_statement("job-entry", body, signer=KEYS[BANK]).dump())

    def test_is_read_before_the_rows_are_handed_out(self, holder: Node) -> None:
        holder.line.waiting[BANK, ENTRY] = entry_of(BANK, job(), dataset="other")
        with pytest.raises(EntryInvalid):
            holder.enter(job())


class TestGrantFiles:
    def test_come_from_a_folder_or_from_lines(self, tmp_path: Path) -> None:
        words = [word(FIRM), word(OTHER_FIRM)]
        for number, one in enumerate(words):
            (tmp_path / f"{number}.json").write_bytes(one.dump())
        lines = tmp_path / "all.txt"
        lines.write_bytes(b"\n".join(one.dump() for one in words) + b"\n\n")
        assert list(GrantFiles(tmp_path).statements()) == words
        assert list(GrantFiles(lines).statements()) == words
        with pytest.raises(GrantsNotFound):
            list(GrantFiles(tmp_path / "nowhere").statements())


class TestFraming:
    @given(st.binary(max_size=200))
    def test_of_a_strangers_bytes_ends_in_a_reason(self, data: bytes) -> None:
        hostile = pytest.raises((GrantsInvalid, StatementInvalid)) if data else nullcontext()
        with hostile:
            assert list(unframed(BytesIO(data))) == []

    @given(st.lists(st.integers(0, 9), max_size=5), st.data())
    def test_gives_back_what_was_framed_and_notices_a_cut(
        self, numbers: list[int], data: st.DataObject
    ) -> None:
        words = [sign_statement("some-word", {"n": n}, signer=KEYS[FIRM]) for n in numbers]
        whole = b"".join(framed(words))
        assert list(unframed(BytesIO(whole))) == words
        if whole:
            cut = data.draw(st.integers(0, len(whole) - 1))
            try:
                some = list(unframed(BytesIO(whole[:cut])))
            except GrantsInvalid:
                return
            assert some == words[: len(some)] != words


class TestNodeEntering:
    def test_is_what_the_worker_asks(self, holder: Node) -> None:
        given = NodeEntering(
            HOLDER, lambda: holder.gate, holder.settings, KEYS[HOLDER], lambda: NOW, lambda: 1, lambda _: None
        )  # fmt: skip
        holder.line.waiting[BANK, ENTRY] = entry_of(BANK, job())
        found = given.enter(job(), job_id=JOB, channel=holder.line, booked=dataset_version(DATA))
        assert found is not None
        assert found.codes() == "".join(CODES).encode()
        assert given.messages(job()) == entry_messages(job())
