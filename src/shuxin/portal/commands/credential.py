"""``shuxin credential``: claims of a template that the holder shows one by one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china
from shuxin.kernel.signing import PublicKey
from shuxin.kernel.statements import parse_json
from shuxin.kernel.text import Text
from shuxin.portal.commands.document import demand_of, status_of, tell_checks
from shuxin.portal.commands.present import wallet_signer
from shuxin.portal.commands.verify import content_of as bytes_of
from shuxin.verification.api import (
    TEMPLATES,
    Demand,
    TemplateNotFilled,
    TokenInvalid,
    claims_of,
    parse_credential,
    present_credential,
    read_trust,
    verify_credential,
    write_private,
)

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language
    from shuxin.verification.api import Credential

_ISSUED = Text(
    en="credential {id} written to {file}; only its holder's key can present it",
    zh="凭证 {id} 已写入 {file}；仅持有人密钥可出示",
)
_SHOWN = Text(
    en="{file} shows {count} chosen claims to {audience}",
    zh="{file} 向 {audience} 出示 {count} 个所选字段",
)
_ACCEPTED, _REFUSED = Text(en="ACCEPTED", zh="核验通过"), Text(en="REFUSED", zh="核验不通过")
_DEMAND_NEEDED = "no audience and nonce"


def run(options: argparse.Namespace, language: Language) -> int:
    acts = {"templates": _templates, "issue": _issue, "present": _present, "verify": _verify}
    return acts[options.act](options, language)


def _templates(_: argparse.Namespace, language: Language) -> int:
    for template in TEMPLATES.values():
        print(f"{template.name}  {template.title.say(language)}")
        for field in template.fields:
            limits = " ".join(field.claim_of(limit) for limit in field.thresholds)
            print(f"  {field.name} ({field.type}) {field.label.say(language)} {limits}".rstrip())
    return 0


def _issue(options: argparse.Namespace, language: Language) -> int:
    from shuxin.portal.bootstrap import start
    from shuxin.portal.commands.issue import own_issuer

    settings = start()
    from shuxin.verification.api import issue_credential

    values: Any = parse_json(bytes_of(options.values))
    if not isinstance(values, dict):
        raise TemplateNotFilled(field="", problem="not an object")
    text, receipt_id = issue_credential(
        values,
        template=options.template,
        holder=PublicKey.parse(options.holder_key),
        subject=options.subject,
        issuer=own_issuer(settings),
        now=now_in_china(),
    )
    write_private(Path(options.out), f"{text}\n".encode("ascii"))
    print(_ISSUED.say(language, id=receipt_id, file=options.out))
    return 0


def _present(options: argparse.Namespace, language: Language) -> int:
    shown = frozenset(name for name in options.show.split(",") if name)
    text = present_credential(
        _read(options.file),
        shown=shown,
        demand=Demand(options.audience, options.nonce),
        signer=wallet_signer(options.key, language),
        now=now_in_china(),
    )
    write_private(Path(options.out), f"{text}\n".encode("ascii"))
    print(_SHOWN.say(language, file=options.out, count=len(shown), audience=options.audience))
    return 0


def _verify(options: argparse.Namespace, language: Language) -> int:
    credential = _read(options.file)
    answered = credential.binding.payload.get("nonce") if credential.binding else ""
    demand = demand_of(options, nonce=answered if isinstance(answered, str) else "")
    if demand is None:
        raise TokenInvalid(reason=_DEMAND_NEEDED)
    place = claims_of(credential).get("status")
    list_id = place.get("list") if isinstance(place, dict) else ""
    found = verify_credential(
        credential,
        trust=read_trust(bytes_of(options.trust)),
        keys=(),
        status=status_of(options, list_id=str(list_id)),
        demand=demand,
        now=now_in_china(),
    )
    print((_ACCEPTED if found.verdict.accepted else _REFUSED).say(language))
    tell_checks(found.verdict, language)
    if found.verdict.accepted:
        for name, value in sorted(found.claims.items()):
            if name not in {"cnf", "status"}:
                print(f"    {name} = {value}")
    return 0 if found.verdict.accepted else 1


def _read(name: str) -> Credential:
    return parse_credential(bytes_of(name).decode("utf-8", "replace").strip())
