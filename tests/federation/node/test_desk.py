from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from tests.federation.domain.samples import HELPER, HOLDER, LABEL, OTHER
from tests.federation.node.world import FakeKind, World, certificate_of, proposed, received, world

from shuxin.federation.domain.card import fingerprint
from shuxin.federation.engine.channel import Declared
from shuxin.federation.engine.inbox import MessageUndeclared
from shuxin.federation.models import JobRecord
from shuxin.federation.node.book import JobUnknown
from shuxin.federation.node.desk import (
    HelloForeign,
    JobNotReady,
    JobOver,
    NodeDesk,
    NotOfThisJob,
    VersionUnknown,
)
from shuxin.federation.node.lines import Lines
from shuxin.federation.node.view import job_view
from shuxin.federation.wire.messages import Hello, Part, Taken, Where
from shuxin.kernel.errors import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
KIND = FakeKind(lambda _: None, lambda _: (Declared("greeting", LABEL, HOLDER, 100),))


@pytest.fixture
def holder(tmp_path: Path) -> World:
    return world(tmp_path, me=HOLDER, kinds={"alignment": KIND})


@pytest.fixture
def desk(holder: World) -> NodeDesk:
    return NodeDesk(holder.services, Lines(holder.services))


def part(job_id: str, *, name: str = "greeting", data: bytes = b"hello") -> Part:
    digest = hashlib.sha256(data).digest()
    return Part(job_id, name, 0, len(data), digest, digest, data)


def state(name: str) -> None:
    JobRecord.objects.update(state=name)


class TestHello:
    def test_answers_with_its_own_versions_and_clock(self, holder: World, desk: NodeDesk) -> None:
        answer = desk.hello(LABEL, Hello(LABEL, [1, 7], "other", "2026-01-01T00:00:00+08:00"))
        assert (answer.party, answer.protocols) == (HOLDER, [1])
        assert answer.now == holder.clock.at.isoformat()

    def test_no_version_in_common_names_both_sides(self, desk: NodeDesk) -> None:
        with pytest.raises(VersionUnknown) as refused:
            desk.hello(LABEL, Hello(LABEL, [2, 3], "other", ""))
        for language in ("en", "zh"):
            said = refused.value.say(language)  # type: ignore[arg-type]
            assert "2, 3" in said
            assert "1" in said

    def test_another_name_than_the_certificates_is_refused(self, desk: NodeDesk) -> None:
        with pytest.raises(HelloForeign):
            desk.hello(LABEL, Hello(HELPER, [1], "other", ""))

    def test_knows_a_peer_by_its_certificate(self, desk: NodeDesk) -> None:
        assert desk.peer_of(fingerprint(certificate_of(LABEL))) == LABEL
        assert desk.peer_of(fingerprint(certificate_of(OTHER))) is None


class TestParts:
    def test_are_taken_of_a_job_that_is_ready_or_runs(self, holder: World, desk: NodeDesk) -> None:
        job_id = received(holder)
        for name in ("ready", "running"):
            state(name)
            assert desk.part(LABEL, part(job_id)) == Taken(1, complete=True)
        whole = part(job_id).whole
        assert desk.where(LABEL, Where(job_id, "greeting", whole)) == Taken(1, complete=True)

    @pytest.mark.parametrize("name", ["proposed", "waiting", "approved"])
    def test_come_later_while_the_job_is_not_approved_by_all(
        self, holder: World, desk: NodeDesk, name: str
    ) -> None:
        job_id = received(holder)
        state(name)
        with pytest.raises(JobNotReady) as refused:
            desk.part(LABEL, part(job_id))
        assert isinstance(refused.value, Unavailable)
        assert not holder.services.job_folder(job_id).exists()

    @pytest.mark.parametrize("name", ["refused", "stopped", "failed", "expired", "done"])
    def test_are_refused_for_good_of_a_job_that_is_over(
        self, holder: World, desk: NodeDesk, name: str
    ) -> None:
        job_id = received(holder)
        state(name)
        for asked in (
            lambda: desk.part(LABEL, part(job_id)),
            lambda: desk.where(LABEL, Where(job_id, "greeting", b"x" * 32)),
        ):
            with pytest.raises(JobOver) as refused:
                asked()
            assert not isinstance(refused.value, Unavailable)

    def test_are_refused_of_an_unknown_job_and_of_those_who_are_no_party(
        self, holder: World, desk: NodeDesk
    ) -> None:
        with pytest.raises(JobUnknown):
            desk.part(LABEL, part("0" * 64))
        job_id = received(holder)
        state("running")
        with pytest.raises(NotOfThisJob):
            desk.part(OTHER, part(job_id))
        with pytest.raises(MessageUndeclared):
            desk.part(HELPER, part(job_id))
        with pytest.raises(MessageUndeclared):
            desk.part(LABEL, part(job_id, name="more"))


class TestWords:
    def test_come_in_by_the_desk(self, desk: NodeDesk) -> None:
        statement = proposed()
        desk.word(LABEL, statement.dump())
        assert job_view(statement.hash).line.proposer == LABEL
