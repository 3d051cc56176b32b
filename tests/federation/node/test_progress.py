"""Costs by phase, steps in words, and what a job's files say of how far it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.federation.domain.samples import HOLDER
from tests.federation.domain.samples import LABEL as BANK
from tests.federation.node.world import World, received, world

from shuxin.federation.node.metering import Metered, PhaseCost, costs_in, phase_of
from shuxin.federation.node.progress import job_progress
from shuxin.federation.node.steps import awaited_in, say_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


class Silent:
    """A channel whose messages are there at once."""

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        return make()

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes]]) -> None:
        list(parts())

    def receive(self, sender: str, name: str) -> object:
        return sender + name


class Ticking:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


class TestMetered:
    def test_work_before_a_message_is_of_the_message_s_phase_and_waits_are_apart(
        self, tmp_path: Path
    ) -> None:
        file = tmp_path / "meters" / "one.json"
        metered = Metered(Silent(), file, cpu=Ticking(), monotonic=Ticking())  # type: ignore[arg-type]
        metered.send("b", "keys", lambda: [b"1"])
        metered.receive("b", "counts.1/shape")
        metered.send("b", "fit0/gram", lambda: [b"1"])
        metered.save()
        assert costs_in(file) == (
            PhaseCost("keys", 1000.0, 0.0),
            PhaseCost("counts", 1000.0, 1000.0),
            PhaseCost("fit0", 1000.0, 0.0),
        )

    def test_goes_on_from_what_was_counted_before_a_kill(self, tmp_path: Path) -> None:
        file = tmp_path / "one.json"
        for _ in range(2):
            metered = Metered(Silent(), file, cpu=Ticking(), monotonic=Ticking())  # type: ignore[arg-type]
            metered.send("b", "keys", lambda: [b"1"])
            metered.save()
        assert costs_in(file) == (PhaseCost("keys", 2000.0, 0.0),)

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"phases": 3}', b'{"phases": [[1]]}'])
    def test_a_file_that_cannot_be_read_counts_as_none(
        self, tmp_path: Path, content: bytes
    ) -> None:
        file = tmp_path / "one.json"
        file.write_bytes(content)
        assert costs_in(file) == ()

    def test_fits_are_phases_of_their_own(self) -> None:
        names = [
            "fit0.own.0-1/0/masked",
            "counts.1/0/share",
            "relate/own",
            "relate.2/0/share",
            "digest",
        ]
        assert [phase_of(name) for name in names] == [
            "fit0",
            "counts",
            "relate",
            "relate",
            "digest",
        ]


class TestSteps:
    @pytest.mark.parametrize(
        ("step", "zh"),
        [
            ("waiting for uscc:a: fit0/3/shares", "等待 甲:联合回归，第 1 次拟合"),
            ("waits for the approval of uscc:a, uscc:b", "等待批准：甲, uscc:b"),
            (
                "release of 'card' to uscc:a waits for a person here",
                "发往 甲 的输出等待本方人员放行",
            ),
            ("fits 1/6", "拟合 1/6"),
            ("fit0 3/25", "联合回归，第 1 次拟合 3/25"),
            ("comparing transcripts", "核对通信摘要"),
            ("tries again: line_unwritable", "本方出现故障（line_unwritable），将自动重试"),
            ("something of a later program", "something of a later program"),
        ],
    )
    def test_are_said_in_the_reader_s_language(self, step: str, zh: str) -> None:
        assert say_step(step, "zh", names={"uscc:a": "甲"}) == zh

    def test_name_the_message_that_is_awaited(self) -> None:
        found = awaited_in("waiting for uscc:a: fit0/3/shares")
        assert found is not None
        assert (found.party, found.message) == ("uscc:a", "fit0/3/shares")
        assert awaited_in("starting") is None


@pytest.fixture
def node(tmp_path: Path) -> World:
    return world(tmp_path, me=HOLDER)


@pytest.mark.django_db
class TestJobProgress:
    def test_is_empty_before_a_job_begins(self, node: World) -> None:
        found = job_progress(received(node), services=node.services)
        assert (found.traffic, found.phases, found.common, found.curves) == ((), (), None, ())

    def test_counts_whole_messages_common_firms_and_iterations(self, node: World) -> None:
        job_id = received(node)
        folder = node.services.job_folder(job_id)
        inbox = folder / "inbox" / BANK.replace(":", "_")
        inbox.mkdir(parents=True)
        (inbox / f"kept~entry~{'a' * 64}").write_bytes(b"12345")
        (inbox / f"part~digest~{'a' * 64}~9~1").write_bytes(b"1")
        results = folder / "results"
        results.mkdir()
        (results / "summary").write_text('{"count": 1412}')
        points = [{"deviance": 10.5, "slope": 3.0}, {"deviance": 7.0, "slope": 0.1}]
        curve = {"format": "shuxin-fit-curve/1", "step": "fit0", "rows": 9, "most": 25}
        (results / "curve.fit0").write_text(json.dumps({**curve, "points": points}))
        (results / "curve.fit1").write_text("{")
        found = job_progress(job_id, services=node.services)
        (traffic,) = found.traffic
        assert (traffic.peer, traffic.received, traffic.received_bytes) == (BANK, 1, 5)
        assert found.common == 1412
        assert [one.deviance for one in found.curves] == [(10.5, 7.0)]
