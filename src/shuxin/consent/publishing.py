"""The platform publishes which authorisations no longer hold, in numbered signed lists."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef

from shuxin.consent.domain.authorisation import AUTHORISATION
from shuxin.consent.domain.status import STATUS_LIST, StatusCurrent, StatusList
from shuxin.consent.inbox_models import RequestAnswer
from shuxin.consent.inbox_view import newest_suspensions
from shuxin.consent.models import EndedAuthorisation, HeldStatement, HeldStatusList
from shuxin.consent.records import newest_list
from shuxin.kernel.errors import Unavailable
from shuxin.kernel.statements import LONGEST_STATEMENT, parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

STAYS_LISTED = dt.timedelta(days=7)
"""How long an id stays on the list after its authorisation has expired, and nobody would accept it any more."""


class StatusListTooLong(Unavailable):
    code = "status_list_too_long"
    what = Text(
        en="the list of {count} authorisations is longer than a statement may be",
        zh="授权状态清单含 {count} 项，超过声明的长度上限",
    )
    mend = Text(
        en="No list was published, and holders refuse once their last one is too old; give authorisations"
        " shorter validity, so that ended ones leave the list sooner",
        zh="本次未发布清单；持有方的清单过时后将一律拒绝。请缩短授权有效期，使已终止的授权尽早移出清单",
    )


def publish_status(
    *, issuer: str, signer: Signer, now: dt.datetime, revoked_keys: frozenset[str] = frozenset()
) -> Statement:
    """Sign and keep the next list. Superseded ids are listed as withdrawn: neither holds again.

    revoked_keys: ids of keys lost or compromised, so that holders hear of them as fast as of withdrawals.

    The number is chosen before the rows are read, and given only once: a higher number never knows less.
    Raises StatusListTooLong.
    """
    while True:
        number = _highest(issuer) + 1
        suspended = frozenset(newest_suspensions())
        status = StatusList(issuer, number, now, _withdrawn(now), suspended, revoked_keys)
        statement = status.sign(signer=signer)
        text = statement.dump()
        if len(text) > LONGEST_STATEMENT:
            raise StatusListTooLong(count=len(status.withdrawn | status.suspended))
        try:
            with transaction.atomic():
                HeldStatusList.objects.create(
                    issuer=issuer,
                    number=number,
                    issued_at=now,
                    received_at=now,
                    digest=statement.hash,
                    text=text.decode(),
                )
        except IntegrityError:
            continue
        return statement


def current_status(
    *, issuer: str, signer: Signer, now: dt.datetime, revoked_keys: frozenset[str] = frozenset()
) -> tuple[Statement, Statement]:
    """The newest list, made anew only when there is more to say, and the signed word that it is current ``now``.

    Raises StatusListTooLong.
    """
    held = newest_list(issuer)
    says = (_withdrawn(now), frozenset(newest_suspensions()), revoked_keys)
    if held is not None and (held.withdrawn, held.suspended, held.revoked_keys) == says:
        row = HeldStatusList.objects.get(issuer=issuer, number=held.number)
        listed = parse_statement(row.text, kind=STATUS_LIST)
        number = held.number
    else:
        listed = publish_status(issuer=issuer, signer=signer, now=now, revoked_keys=revoked_keys)
        number = int(str(listed.body["number"]))
    return listed, StatusCurrent(issuer, number, listed.hash, now).sign(signer=signer)


def _highest(issuer: str) -> int:
    found = HeldStatusList.objects.filter(issuer=issuer).aggregate(Max("number"))["number__max"]
    return int(found or 0)


def _withdrawn(now: dt.datetime) -> frozenset[str]:
    own = HeldStatement.objects.filter(
        kind=AUTHORISATION, about=OuterRef("auth_id"), subject=OuterRef("subject")
    )
    ended = set(EndedAuthorisation.objects.filter(Exists(own)).values_list("auth_id", flat=True))
    over = RequestAnswer.objects.filter(valid_to__lt=now - STAYS_LISTED)
    return frozenset(ended.difference(over.values_list("auth_id", flat=True)))
