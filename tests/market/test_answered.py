"""A call with a key takes effect once, whatever is lost, repeated or done at the same time."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile

import pytest

from shuxin.kernel.dates import CHINA_TIME
from shuxin.market.api import (
    CallKeyInvalid,
    CallKeyUsed,
    GivenAnswer,
    answered_once,
    forget_answers,
)
from shuxin.market.tariff_models import AnsweredCall

NOW = dt.datetime(2026, 6, 1, 10, tzinfo=CHINA_TIME)
RACE = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from shuxin.portal.bootstrap import start
start()
import datetime as dt
from django.db import connections
from shuxin.market.api import GivenAnswer, answered_once
from shuxin.market.tariff_models import CallCount

def act():
    made = CallCount.objects.create(client="x", party="p", operation="o", month=dt.date(2026, 6, 1))
    return GivenAnswer(201, json.dumps({"made": made.pk}))

def call(n):
    try:
        now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        return answered_once(act, client="c", key="race-0001", digest="d", now=now).content
    finally:
        connections.close_all()

with ThreadPoolExecutor(6) as pool:
    print(json.dumps(list(pool.map(call, range(6)))))
"""


class Act:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> GivenAnswer:
        self.times += 1
        return GivenAnswer(201, f'{{"time":{self.times}}}')


def called(act: Act, *, key: str = "key-0001", client: str = "c", digest: str = "d") -> GivenAnswer:
    return answered_once(act, client=client, key=key, digest=digest, now=NOW)


@pytest.mark.django_db
class TestAnsweredOnce:
    def test_answers_again_what_it_answered(self) -> None:
        act = Act()
        answers = [called(act) for _ in range(3)]
        assert act.times == 1
        assert {one.content for one in answers} == {'{"time":1}'}
        assert [one.again for one in answers] == [False, True, True]

    def test_tells_calls_apart_by_client_and_content(self) -> None:
        act = Act()
        called(act)
        called(act, client="other")
        with pytest.raises(CallKeyUsed):
            called(act, digest="e")
        assert act.times == 2

    def test_keeps_nothing_of_what_failed(self) -> None:
        def fails() -> GivenAnswer:
            raise KeyError("x")

        with pytest.raises(KeyError):
            answered_once(fails, client="c", key="key-0001", digest="d", now=NOW)
        assert not AnsweredCall.objects.exists()
        assert called(Act()).content == '{"time":1}'

    @pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space", "ключ-0001"])
    def test_needs_a_key(self, key: str) -> None:
        with pytest.raises(CallKeyInvalid):
            called(Act(), key=key)

    def test_forgets_after_thirty_days(self) -> None:
        act = Act()
        called(act)
        assert forget_answers(now=NOW + dt.timedelta(days=30)) == 0
        assert forget_answers(now=NOW + dt.timedelta(days=30, seconds=1)) == 1
        called(act)
        assert act.times == 2


@pytest.mark.soak
def test_of_many_at_once_one_acts() -> None:
    """Two processes of six threads over one database."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"SHUXIN_HOME": home}
        command = [sys.executable, "-c", RACE]
        subprocess.run(
            [sys.executable, "-c", "from shuxin.portal.bootstrap import start; start()"],
            env=environment,
            check=True,
        )
        running = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        answers = [one for each in running for one in json.loads(each.communicate()[0])]
    assert len(answers) == 12
    assert len(set(answers)) == 1
