"""Calls that take effect once (幂等): the same key again gets the same answer, and changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text
from shuxin.market.tariff_models import AnsweredCall

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

KEPT_FOR = timedelta(days=30)
_KEY = re.compile(r"[A-Za-z0-9_.:-]{8,64}")


class CallKeyInvalid(InvalidInput):
    code = "idempotency_key_invalid"
    what = Text(
        en="the header Idempotency-Key is missing or has another form",
        zh="缺少 Idempotency-Key 请求头或格式不符",
    )
    mend = Text(
        en="Send 8 to 64 signs of A-Z a-z 0-9 _ . : - that you use for this one act only",
        zh="请提供 8 至 64 位字符（字母、数字及 _ . : -），每次业务操作使用不同的键",
    )


class CallKeyUsed(Conflict):
    code = "idempotency_key_used"
    what = Text(
        en="this Idempotency-Key was used for another call",
        zh="该 Idempotency-Key 已用于内容不同的请求",
    )
    mend = Text(
        en="Repeat the first call word for word, or take a new key",
        zh="请原样重发原请求，或使用新的键",
    )


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What was answered; ``content`` JSON. ``again``: it was answered before, and nothing happened now."""

    status: int
    content: str
    again: bool = False


def answered_once(
    act: Callable[[], GivenAnswer], *, client: str, key: str, digest: str, now: datetime
) -> GivenAnswer:
    """Carry out ``act`` and keep its answer in one transaction; what was answered under ``key`` is answered again.

    Of several at a time one acts, and the others wait for it. What fails is not kept, so that it can be tried again
    under the same key. Raises CallKeyInvalid, CallKeyUsed, and what ``act`` raises.
    """
    if not _KEY.fullmatch(key):
        raise CallKeyInvalid
    found = _found(client, key, digest)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _acted(act, client=client, key=key, digest=digest, now=now)
    except _TakenError:
        found = _found(client, key, digest)
        if found is None:  # the other one failed just now
            raise CallKeyUsed from None
        return found


def forget_answers(*, now: datetime) -> int:
    """Those of 30 days ago go; how many went."""
    return AnsweredCall.objects.filter(at__lt=now - KEPT_FOR).delete()[0]


class _TakenError(Exception):
    """Another call has the key."""


def _acted(
    act: Callable[[], GivenAnswer], *, client: str, key: str, digest: str, now: datetime
) -> GivenAnswer:
    try:
        with transaction.atomic():
            row = AnsweredCall.objects.create(client=client, key=key, digest=digest, at=now)
    except IntegrityError:
        raise _TakenError from None
    given = act()
    AnsweredCall.objects.filter(pk=row.pk).update(status=given.status, content=given.content)
    return given


def _found(client: str, key: str, digest: str) -> GivenAnswer | None:
    row = AnsweredCall.objects.filter(client=client, key=key).first()
    if row is None:
        return None
    if row.digest != digest:
        raise CallKeyUsed
    return GivenAnswer(row.status, row.content, again=True)
