"""``shuxin node propose | fields``: a joint job, from words of the command line or a file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.federation.api import node_folder, read_config
from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import parse_json
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, operator, start
from shuxin.portal.commandline.federation import SCORECARD_OPTIONS
from shuxin.portal.commands.import_folder import FolderMissing
from shuxin.portal.display import console, say
from shuxin.portal.node_services import keep_grants, party_named, services

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_PROPOSED = Text(
    en="proposed: {job}; it goes to {parties} as soon as this node runs",
    zh="已提出：{job}；本节点运行后将送达 {parties}",
)
_GRANTS = Text(en="{count} authorisations go with it", zh="随附授权书 {count} 份")


class FeaturesWithoutInput(InvalidInput):
    code = "node_features_without_input"
    what = Text(
        en="features of {name} are named, but no dataset of it",
        zh="已指定 {name} 的特征，但未指定其数据集",
    )
    mend = Text(
        en="Give its dataset by --input, or leave its features out",
        zh="请用 --input 指定其数据集，或去掉其特征",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    if options.act == "fields":
        from shuxin.federation.api import documentation

        console.print(documentation(language), markup=False, soft_wrap=True)
        return 0
    settings = start()
    values = _described(settings, options)
    job_id = _propose(settings, values, getattr(options, "grants", None), language)
    seats = values.get("parties", ())
    own = holder(settings).party
    others = [party_named(settings, s["party"])[1] for s in seats if s["party"] != own]
    say(_PROPOSED, language, job=job_id[:12], parties=", ".join(others))
    return 0


def _described(settings: Settings, options: argparse.Namespace) -> dict[str, Any]:
    if options.kind == "file":
        return _from_file(options.file)
    if options.kind == "service":
        from shuxin.portal.commands.node_service import service_values

        return service_values(settings, options)
    return _values(settings, options)


def _propose(
    settings: Settings, values: dict[str, Any], grants: str | None, language: Language
) -> str:
    """The job and what it brings are kept together, or neither."""
    from django.db import transaction

    from shuxin.federation.api import GrantFiles, propose

    with transaction.atomic():
        job_id = propose(values, by=operator(), services=services(settings))
        if grants:
            count = keep_grants(settings, job_id, brought=GrantFiles(Path(grants)))
            say(_GRANTS, language, count=count)
    return job_id


def _from_file(file: str) -> dict[str, Any]:
    """Raises FolderMissing, StatementInvalid."""
    path = Path(file)
    if not path.is_file():
        raise FolderMissing(folder=file)
    values: dict[str, Any] = dict(parse_json(path.read_bytes()))
    return values


def _values(settings: Settings, options: argparse.Namespace) -> dict[str, Any]:
    def party(name: str) -> str:
        return party_named(settings, name)[0]

    label = party(options.label) if options.label else holder(settings).party
    holders = [party(name) for name in options.holder]
    helper = [party(options.helper)] if options.helper else []
    seats = [
        (label, "label"),
        *((one, "holder") for one in holders),
        *((one, "helper") for one in helper),
    ]
    now = now_in_china()
    values: dict[str, Any] = {
        "title": options.title,
        "purpose": options.purpose,
        "cipher": read_config(node_folder(settings)).cipher,
        "parties": [{"party": one, "role": role} for one, role in seats],
        "limits": {"wait_seconds": options.wait, "run_hours": options.hours},
        "valid_to": (now + timedelta(days=options.days)).isoformat(),
    }
    if options.kind == "rehearsal":
        shape = ("rows", "left", "right", "products", "ring")
        values["parameters"] = {"kind": "rehearsal"} | {n: getattr(options, n) for n in shape}
        values["outputs"] = [{"name": "verdict", "to": label}]
        return values
    levels = {party(who): int(level) for who, level in options.level if level in {"1", "2", "3"}}
    values["inputs"] = [
        _input(party(who), name, ground, levels, options) for who, name, ground in options.input
    ]
    values["limits"]["rows"] = options.most_rows
    begun = {"min_size": options.min_size, "reuse": _earlier(options.reuse)}
    if options.kind == "scorecard":
        given = [(who, party(who), names.split(",")) for who, names in options.features]
        _enter_features(values["inputs"], given)
        asked, names, learning = _scorecard(options), ["aligned", "card"], [label, *holders]
    else:
        asked = _alignment(options, default="tags" if helper else "ecdh")
        names = ["count" if options.learn == "count" else "aligned"]
        learning = [label, *holders] if options.learn == "both" else [label]
    values["parameters"] = begun | asked
    values["outputs"] = [{"name": name, "to": one} for name in names for one in learning]
    return values


def _alignment(options: argparse.Namespace, *, default: str) -> dict[str, Any]:
    return {
        "kind": "alignment",
        "engine": options.engine or default,
        "learn": options.learn,
    }


def _enter_features(inputs: list[dict[str, Any]], given: list[tuple[str, str, list[str]]]) -> None:
    """given: what a party was called, its id, fields. Raises FeaturesWithoutInput."""
    by_party = {one["party"]: one for one in inputs}
    for called, party, names in given:
        if party not in by_party:
            raise FeaturesWithoutInput(name=called)
        by_party[party].setdefault("features", []).extend(names)


def _scorecard(options: argparse.Namespace) -> dict[str, Any]:
    """Numbers and choices that were not given are the schema's."""
    named = {"kind": "scorecard", "model": options.model, "target": options.target}
    found = {name: getattr(options, name) for name in SCORECARD_OPTIONS}
    given = {name: value for name, value in found.items() if value is not None}
    return named | {"bad": options.bad} | given


def _earlier(text: str) -> str:
    from shuxin.portal.commands.node_jobs import job_named

    return job_named(text) if text else ""


def _input(
    who: str, dataset: str, ground: str, levels: Mapping[str, int], options: argparse.Namespace
) -> dict[str, Any]:
    agreed = ground == "authorisations"
    return {
        "party": who,
        "dataset": dataset,
        "ground": ground if agreed else "basis",
        "basis": "" if agreed else ground,
        "level": levels.get(who, 2),
        "data_from": options.data_from.isoformat(),
        "data_to": options.data_to.isoformat(),
    }
