"""Products on the shelf (金融产品货架): versions that are reviewed, published, and never changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import Conflict
from shuxin.kernel.machine import Actor, StepOfOther
from shuxin.kernel.text import Text
from shuxin.market.acting import THE_OPERATOR, for_lender, is_repeated, last_step, of_platform
from shuxin.market.domain.lives import PRODUCT, VERSION
from shuxin.market.domain.terms import ProductTerms
from shuxin.market.once import once
from shuxin.market.shelf_models import ProductRow, ProductVersionRow
from shuxin.market.steps import (
    StepNeedsReason,
    StepOvertaken,
    ThingUnknown,
    Told,
    begin,
    take_step,
)
from shuxin.market.wire import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from shuxin.market.steps import Doer

_OF_VERSIONS = frozenset({"submit", "return", "approve", "drop"})
_WITH_REASON = frozenset((event, Actor.OPERATOR) for event in ("return", "pause", "retire"))
_PUBLIC = frozenset({"online", "paused"})
_LIVING = ("draft", "review")


class ProductInReview(Conflict):
    code = "product_in_review"
    what = Text(en="this version is being reviewed", zh="该版本正在审核中")
    mend = Text(
        en="Wait for the review, or drop this version and draft another",
        zh="请等待审核结果，或放弃该版本后重新起草",
    )


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product as its viewer sees it (产品).

    version: the published one, 0 while there is none; ``terms`` are then the draft's. draft: terms of a version that
    is not published yet, with its state; for its lender and the operator only.
    """

    key: str
    lender: str
    version: int
    state: str
    terms: ProductTerms
    digest: str
    changed_at: datetime
    draft: ProductTerms | None = None
    draft_state: str = ""
    draft_digest: str = ""


def draft_product(
    terms: ProductTerms, *, lender: str, doer: Doer, now: datetime, request_id: str
) -> str:
    """A new product in draft; the same request again gives the same key. Raises ThingUnknown, RequestReused."""
    _require_lender(lender, doer)
    said = to_json(terms)

    def make(key: str) -> None:
        row = ProductRow(key=key, lender=lender)
        begin(row, machine=PRODUCT, doer=doer, now=now)
        _begin_version(row, 1, said, doer=doer, now=now)

    return once("product", request_id, make, party=lender, content=said, now=now)


def edit_product(key: str, terms: ProductTerms, *, doer: Doer, now: datetime) -> None:
    """Change the draft; of a published product, begin or change the draft of its next version.

    Raises ThingUnknown, ProductInReview, StepImpossible.
    """
    said = to_json(terms)
    with transaction.atomic():
        row = _locked(key, doer)
        _require_lender(row.lender, doer)
        newest = _newest(row)
        if row.state == "offline":
            raise PRODUCT.impossible("edit", row.state, actor=doer.actor)
        if newest.state == "review":
            raise ProductInReview
        if newest.state == "draft":
            mine = ProductVersionRow.objects.filter(pk=newest.pk)
            mine.update(terms=said, digest=content_hash(said))
        elif content_hash(said) != row.versions.get(number=row.number).digest:
            _begin_version(row, newest.number + 1, said, doer=doer, now=now)


def step_product(
    key: str, event: str, *, doer: Doer, now: datetime, reason: str = "", seen: str = ""
) -> None:
    """submit, return, approve, drop: of its unpublished version; pause, resume, retire: of the product.

    seen: digest of the terms that the person looked at; others are not approved (StepOvertaken).
    Raises ThingUnknown, StepImpossible, StepOfOther, StepNeedsReason.
    """
    if (event, doer.actor) in _WITH_REASON and not reason.strip():
        raise StepNeedsReason
    with transaction.atomic():
        row = _locked(key, doer)
        newest = _newest(row)
        if event in _OF_VERSIONS:
            if not is_repeated(newest, event, machine=VERSION, doer=doer):
                if seen and seen != newest.digest:
                    raise StepOvertaken
                _step_version(row, newest, event, doer=doer, now=now, reason=reason)
        elif not is_repeated(row, event, machine=PRODUCT, doer=doer):
            if event == "resume":
                _require_own_pause(row, doer)
            tell = [Told(row.lender)]
            take_step(row, event, machine=PRODUCT, doer=doer, now=now, reason=reason, tell=tell)
            if event == "retire" and newest.state in _LIVING:
                take_step(newest, "drop", machine=VERSION, doer=of_platform(doer), now=now)


def hold_product(key: str) -> None:
    """In a caller's transaction: until its end nobody else changes this product. Raises ThingUnknown."""
    if ProductRow.objects.select_for_update().filter(key=key).first() is None:
        raise ThingUnknown(kind="product")


def product(key: str, *, viewer: str = "") -> ProductView:
    """``viewer``: a party, or THE_OPERATOR. Raises ThingUnknown, also of what is not for this viewer."""
    row = ProductRow.objects.filter(key=key).first()
    if row is None or not _is_shown(row, viewer):
        raise ThingUnknown(kind="product")
    return _views([row], viewer)[0]


def products(
    *, lender: str = "", states: Sequence[str] = ("online",), viewer: str = ""
) -> list[ProductView]:
    """In the order of their keys; drafts and withdrawn ones only for their lender and THE_OPERATOR."""
    rows = ProductRow.objects.filter(state__in=states).order_by("key")
    found = rows.filter(lender=lender) if lender else rows
    return _views([row for row in found if _is_shown(row, viewer)], viewer)


def product_terms(key: str, version: int) -> ProductTerms:
    """Of a version that was published, also when a newer one has replaced it. Raises ThingUnknown."""
    row = ProductVersionRow.objects.filter(
        product__key=key, number=version, state__in=("published", "replaced")
    ).first()
    if row is None:
        raise ThingUnknown(kind="product")
    return from_json(ProductTerms, row.terms)


def offered(key: str, *, lender: str = "") -> tuple[ProductRow, ProductTerms]:
    """A product that is online, with its terms: for this room. Raises ThingUnknown."""
    row = ProductRow.objects.filter(key=key, state="online").first()
    if row is None or (lender and row.lender != lender):
        raise ThingUnknown(kind="product")
    return row, product_terms(key, row.number)


def on_the_shelf() -> list[tuple[str, int, str, str]]:
    """(key, version, lender, digest) of what is online, in the order of ``products``, without its terms."""
    versions = ProductVersionRow.objects.filter(
        product__state="online", number=F("product__number")
    )
    named = versions.order_by("product__key")
    return list(named.values_list("product__key", "number", "product__lender", "digest"))


def lenders_offering(*, amount_fen: int, term_months: int) -> list[str]:
    """Lenders with a product online whose bands hold this amount and term."""
    fitting = ProductRow.objects.filter(
        state="online",
        amount_least__lte=amount_fen,
        amount_most__gte=amount_fen,
        term_least__lte=term_months,
        term_most__gte=term_months,
    )
    return sorted(set(fitting.values_list("lender", flat=True)))


def _step_version(
    row: ProductRow,
    newest: ProductVersionRow,
    event: str,
    *,
    doer: Doer,
    now: datetime,
    reason: str,
) -> None:
    if event == "drop" and not row.number:
        raise PRODUCT.impossible(event, row.state, actor=doer.actor)
    if event == "approve" and newest.state == "review" and doer.actor is Actor.OPERATOR:
        _replace_published(row, doer, now)
    said: dict[str, Any] = {"doer": doer, "now": now, "reason": reason, "evidence": newest.digest}
    tell = [Told(THE_OPERATOR if event == "submit" else row.lender, {"product": row.key})]
    take_step(newest, event, machine=VERSION, tell=tell, **said)
    changes = _published_columns(newest) if event == "approve" else {}
    if row.state in _LIVING:
        take_step(row, event, machine=PRODUCT, changes=changes, **said)
    elif changes:
        ProductRow.objects.filter(pk=row.pk).update(changed_at=now, **changes)


def _replace_published(row: ProductRow, doer: Doer, now: datetime) -> None:
    for old in row.versions.filter(state="published"):
        take_step(old, "replace", machine=VERSION, doer=of_platform(doer), now=now)


def _published_columns(version: ProductVersionRow) -> dict[str, int]:
    terms = from_json(ProductTerms, version.terms)
    return {
        "number": version.number,
        "amount_least": terms.amount_fen.least,
        "amount_most": terms.amount_fen.most,
        "term_least": terms.term_months.least,
        "term_most": terms.term_months.most,
    }


def _begin_version(
    row: ProductRow, number: int, said: dict[str, Any], *, doer: Doer, now: datetime
) -> None:
    version = ProductVersionRow(
        key=f"{row.key}.{number}",
        product=row,
        number=number,
        terms=said,
        digest=content_hash(said),
    )
    begin(version, machine=VERSION, doer=doer, now=now)


def _require_lender(lender: str, doer: Doer) -> None:
    if doer.actor is not Actor.LENDER:
        raise StepOfOther(event="edit")
    for_lender(lender, doer=doer, kind="product")


def _require_own_pause(row: ProductRow, doer: Doer) -> None:
    """What the operator suspended, the operator puts back. Raises StepOfOther."""
    last = last_step(row, machine=PRODUCT)
    if doer.actor is Actor.LENDER and last is not None and last.actor == Actor.OPERATOR.value:
        raise StepOfOther(event="resume")


def _locked(key: str, doer: Doer) -> ProductRow:
    row = ProductRow.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise ThingUnknown(kind="product")
    for_lender(row.lender, doer=doer, kind="product")
    return row


def _newest(row: ProductRow) -> ProductVersionRow:
    return row.versions.order_by("-number")[0]


def _is_shown(row: ProductRow, viewer: str) -> bool:
    return row.state in _PUBLIC or viewer in {row.lender, THE_OPERATOR}


def _views(rows: Iterable[ProductRow], viewer: str) -> list[ProductView]:
    listed = list(rows)
    of_listed = ProductVersionRow.objects.filter(product__in=listed).defer("terms")
    published = {v.product_id: v for v in of_listed.filter(number=F("product__number"))}
    drafts = {v.product_id: v for v in of_listed.filter(state__in=_LIVING)}
    first = {v.product_id: v for v in of_listed.filter(number=1, product__number=0)}
    return [
        _view(row, published.get(row.pk) or first[row.pk], drafts.get(row.pk), viewer)
        for row in listed
    ]


@lru_cache(maxsize=4096)
def _terms(digest: str) -> ProductTerms:
    """Parsed once: a digest is of the very terms, whoever offers them."""
    return from_json(ProductTerms, ProductVersionRow.objects.filter(digest=digest)[:1].get().terms)


def _view(
    row: ProductRow, shown: ProductVersionRow, draft: ProductVersionRow | None, viewer: str
) -> ProductView:
    beside = draft if viewer in {row.lender, THE_OPERATOR} else None
    return ProductView(
        key=row.key,
        lender=row.lender,
        version=row.number,
        state=row.state,
        terms=_terms(shown.digest),
        digest=shown.digest,
        changed_at=row.changed_at,
        draft=None if beside is None else _terms(beside.digest),
        draft_state="" if beside is None else beside.state,
        draft_digest="" if beside is None else beside.digest,
    )
