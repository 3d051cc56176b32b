"""What a holder keeps of the questions that it took up (应答簿): each once, counted against the limits of a day."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from shuxin.federation.models import AskedSubject, JointAnswer
from shuxin.federation.node.serving import answered_today, midnight
from shuxin.kernel.errors import Conflict, NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from shuxin.federation.domain.parameters import ServiceParameters

KEPT = timedelta(days=2)
"""A request is too old to be answered long before."""
COUNTING = threading.Lock()
"""One node is one process: no two questions count a day's limit at once."""
SUBJECTS = Text(en="subjects", zh="主体总数")
TIMES = Text(en="answers about one subject", zh="单一主体次数")


class AsksTooMany(NotPermitted):
    code = "joint_asks_too_many"
    what = Text(
        en="the service allows {most} {what} a day, which would be exceeded",
        zh="将超出评分服务每日限额：{what} {most}",
    )
    mend = Text(
        en="Ask again tomorrow (Beijing time), or propose a service with another limit",
        zh="请于次日（北京时间）再询问，或提出限额不同的服务",
    )


class QuestionRefusedBefore(Conflict):
    code = "joint_question_refused_before"
    what = Text(en="this very question was refused before", zh="该询问此前已被拒绝")
    mend = Text(
        en="Mend what was said then, and ask a new question", zh="请按当时的原因处理后提出新的询问"
    )


@dataclass(frozen=True, slots=True)
class Page:
    """One question of one service (询问记录). ``asker``: the label party; ``subjects``: credit codes."""

    service: str
    asker: str
    question: str
    subjects: Sequence[str]
    limits: ServiceParameters

    def take_up(self, now: dt.datetime) -> bytes | None:
        """Count the question, once; the answer that it got before. Raises AsksTooMany, QuestionRefusedBefore."""
        with COUNTING, transaction.atomic():
            row = JointAnswer.objects.filter(service=self.service, question=self.question).first()
            if row is None:
                self._count(now)
                return None
            if row.refused:
                raise QuestionRefusedBefore
            return None if row.answer is None else bytes(row.answer)

    def keep(self, answer: bytes) -> None:
        """The same question gets it again."""
        self._row().update(answer=answer)

    def refuse(self) -> None:
        """The same question is not looked at again."""
        self._row().update(refused=True)

    def _row(self) -> QuerySet[JointAnswer]:
        return JointAnswer.objects.filter(service=self.service, question=self.question)

    def _count(self, now: dt.datetime) -> None:
        today = answered_today(self.service, now=now) + len(self.subjects)
        if today > self.limits.subjects_per_day:
            raise AsksTooMany(most=self.limits.subjects_per_day, what=SUBJECTS)
        self._count_each(midnight(now).date())
        JointAnswer.objects.create(
            service=self.service, question=self.question, subjects=len(self.subjects), at=now
        )

    def _count_each(self, day: dt.date) -> None:
        """Over all services of one label party: a second service gives no second set of answers."""
        most = self.limits.times_per_day
        theirs = AskedSubject.objects.filter(
            asker=self.asker, day=day, subject__in=list(self.subjects)
        )
        if theirs.filter(times__gte=most).exists():
            raise AsksTooMany(most=most, what=TIMES)
        AskedSubject.objects.bulk_create(
            [AskedSubject(asker=self.asker, subject=one, day=day) for one in self.subjects],
            ignore_conflicts=True,
        )
        theirs.update(times=F("times") + 1)


def forget(now: dt.datetime) -> None:
    """Questions and counts that serve nothing any more."""
    JointAnswer.objects.filter(at__lt=now - KEPT).delete()
    AskedSubject.objects.filter(day__lt=(midnight(now) - KEPT).date()).delete()
