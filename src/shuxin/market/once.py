"""A request is carried out once: whoever lost the reply asks again and gets the same thing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.market.shelf_models import RequestRow
from shuxin.market.steps import new_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shuxin.kernel.canonical import Json


class RequestReused(Conflict):
    code = "market_request_reused"
    what = Text(en="this request number was used for something else", zh="该请求编号已用于其他内容")
    mend = Text(en="Give every new request a number of its own", zh="请为每个新请求使用新的编号")


def once(
    kind: str,
    request_id: str,
    make: Callable[[str], object],
    *,
    party: str,
    content: Json,
    now: datetime,
) -> str:
    """Call ``make`` with a new key, in a transaction, unless ``party`` asked the same before; the key either way.

    "" as ``request_id`` is always new. Raises RequestReused: the same number, other content.
    """
    key = new_key()
    if not request_id:
        with transaction.atomic():
            make(key)
        return key
    asked = {
        "party": party,
        "kind": kind,
        "request": hashlib.sha256(request_id.encode()).hexdigest(),
    }
    digest = content_hash(content)
    if (made := _made(asked, digest)) is not None:
        return made
    try:
        with transaction.atomic():
            RequestRow(**asked, content=digest, thing=key, at=now).save()
            make(key)
    except IntegrityError:
        if (made := _made(asked, digest)) is None:
            raise
        return made
    return key


def _made(asked: dict[str, str], digest: str) -> str | None:
    row = RequestRow.objects.filter(**asked).first()
    if row is not None and row.content != digest:
        raise RequestReused
    return None if row is None else str(row.thing)
