"""The words that a subject sees before it signs, made from the terms alone.

Nothing but the terms goes in, so that whoever holds the authorisation can make the same words again and compare
their hash: a signer cannot have been shown another text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.consent.domain.proposal import AS_PROPOSED, GrantWider, narrowed, wider
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.domain.authorisation import Authorisation
    from shuxin.consent.domain.proposal import Narrowing, Proposal
    from shuxin.kernel.text import Language

_ORGANISATION = Text(
    en="the organisation with credit code {code}", zh="统一社会信用代码为 {code} 的机构"
)
_PERSON = Text(en="the person with id {code}", zh="主体标识为 {code} 的个人")
_LIST = Text(en="- {name}", zh="- {name}")
_AND = Text(en=" and ", zh="、")
_BEFORE = (
    Text(
        en="Who asks: {grantee} asks to read data about {subject}.",
        zh="使用方:{grantee}申请读取{subject}的数据。",
    ),
    Text(en="Where from: the data are held by {holders}.", zh="数据来源:数据由{holders}持有。"),
    Text(
        en="What for: the data may be used for one purpose only, {purpose}, and may not be passed on to anybody.",
        zh="使用目的:数据仅可用于“{purpose}”这一项目的,不得向任何第三方转让或披露。",
    ),
    Text(
        en="What: these data sets may be read, in fields up to level {level} of 5:",
        zh="数据范围:可读取以下数据集中级别不高于 {level} 级(共 5 级)的字段:",
    ),
)
_AFTER = (
    Text(
        en="Which period: only events from {data_from} up to and not including {data_to} may be read.",
        zh="数据期间:仅可读取自 {data_from} 起、{data_to} 之前(不含当日)发生的数据。",
    ),
    Text(
        en="How long: the authorisation holds from {valid_from} until {valid_to}, China time.",
        zh="有效期:本授权自 {valid_from} 起至 {valid_to} 止(北京时间)。",
    ),
    Text(
        en="How often: the greatest number of uses at each source is {uses}; each use is logged there.",
        zh="使用次数:在每一数据来源处最多使用 {uses} 次,每次使用均在该处留存日志。",
    ),
)
_REPLACES = Text(
    en="What it replaces: the earlier authorisation {earlier} ends with it.",
    zh="替代关系:原授权 {earlier} 随本授权生效而终止。",
)
_RIGHTS = (
    Text(
        en="If you refuse: nothing is read under this request; a service may be refused to you for that only if"
        " these data are necessary for it.",
        zh="如您拒绝:不会依据本申请读取任何数据;除所申请服务必需这些数据外,不得因此拒绝向您提供服务。",
    ),
    Text(
        en="How to withdraw: at any time, with the same key, in your data account or with 'shuxin withdraw'; no"
        " source that has learned of it answers any more, and earlier uses stay lawful.",
        zh="如何撤回:您可随时使用同一密钥在数据账户中或通过 shuxin withdraw 撤回;数据来源得知后不再提供数据,"
        "撤回前的使用仍然合法。",
    ),
)


def wording(terms: Authorisation, *, language: Language) -> str:
    """Complete sentences, one a line, that say all the terms but the text hash and the time of signing."""
    facts = {
        "grantee": _party(terms.grantee, language),
        "subject": _party(terms.subject, language),
        "holders": _AND.say(language).join(_party(one, language) for one in terms.holders),
        "purpose": terms.purpose.text.say(language),
        "level": terms.level_max,
        "data_from": terms.data_from.isoformat(),
        "data_to": terms.data_to.isoformat(),
        "valid_from": _moment(terms.valid_from),
        "valid_to": _moment(terms.valid_to),
        "uses": terms.max_uses,
        "earlier": terms.supersedes,
    }
    replaces = (_REPLACES,) if terms.supersedes else ()
    lines = [line.say(language, **facts) for line in _BEFORE]
    lines += [_LIST.say(language, name=_visible(name)) for name in terms.catalogues]
    lines += [line.say(language, **facts) for line in (*_AFTER, *replaces, *_RIGHTS)]
    return "\n".join(lines) + "\n"


def text_hash(text: str) -> str:
    """SHA-256 of the words in UTF-8, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def worded(terms: Authorisation, *, language: Language) -> Authorisation:
    """The same terms, bound to their words in this language."""
    hashed = text_hash(wording(terms, language=language))
    return replace(terms, language=language, text_hash=hashed)


def is_worded(terms: Authorisation) -> bool:
    """Whether the words whose hash was signed are the words of these terms."""
    return terms.text_hash == text_hash(wording(terms, language=terms.language))


def _party(party: str, language: Language) -> str:
    code = party.removeprefix("uscc:")
    return (_ORGANISATION if code != party else _PERSON).say(language, code=code)


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(CHINA_TIME).replace(tzinfo=None).isoformat(sep=" ")


def _visible(name: str) -> str:
    """A name of a stranger's choice: signs that one does not see, or that turn the line round, are spelt out."""
    return "".join(
        sign if sign.isprintable() and sign != "\\" else f"\\u{{{ord(sign):x}}}" for sign in name
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """What is shown before signing, and the terms that carry its hash; ``terms.body()`` is what is signed."""

    text: str
    terms: Authorisation


def offer(
    proposal: Proposal,
    *,
    language: Language,
    now: dt.datetime,
    narrowing: Narrowing = AS_PROPOSED,
) -> Offer:
    """What the subject would sign now. Raises AuthorisationInvalid, GrantWider."""
    terms = replace(narrowed(proposal.terms, narrowing), signed_at=now)
    beyond = wider(terms, proposed=proposal.terms)
    if beyond:
        raise GrantWider(terms=", ".join(beyond))
    return Offer(wording(terms, language=language), worded(terms, language=language))
