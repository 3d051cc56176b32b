"""``shuxin node models``: the joint models that this node has a part of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import start
from shuxin.portal.commands.node_jobs import ROLES
from shuxin.portal.display import china_time, say, show
from shuxin.portal.node_services import names_of_parties, services

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from shuxin.federation.api import JointModel
    from shuxin.kernel.text import Language

_SHORT = 12
_LIST = Text(
    en="model|version|job|this party is|purpose|made|services",
    zh="模型|版本|任务|本方角色|目的|生成时间|服务",
)
_HEAD = Text(
    en="model '{model}', version {version}, for {purpose}; job {job}",
    zh="模型“{model}”，版本 {version}，目的：{purpose}；任务 {job}",
)
_PARTIES = Text(en="party|role", zh="参与方|角色")
_APPROVALS = Text(en="approved by|account|at|hash of the word", zh="批准方|经办|时间|声明哈希")
_PARTS = Text(en="part of|hash", zh="分片所属|哈希")
_USES = Text(en="service|state|hash of its calibration", zh="服务|状态|校准哈希")
_PROBLEM = Text(
    en="the part cannot be used ({code}): see its page among the errors",
    zh="分片不可使用（{code}）：见错误说明",
)


class ModelNotNamed(NotFound):
    code = "node_model_not_named"
    what = Text(
        en="{count} joint models here have the name or job '{text}'",
        zh="名称或任务编号为“{text}”的联合模型有 {count} 个",
    )
    mend = Text(
        en="'shuxin node models' lists them; of models of one name give the first digits of the job",
        zh="用 shuxin node models 查看；同名模型请填写任务编号开头几位",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    from shuxin.federation.api import joint_models

    settings = start()
    found, names = joint_models(services=services(settings)), names_of_parties(settings)
    if options.model:
        _show(_named(found, options.model), names, language)
    else:
        _list(found, language)
    return 0


def _named(found: Sequence[JointModel], text: str) -> JointModel:
    """Raises ModelNotNamed."""
    meant = [one for one in found if one.model == text or one.job_id.startswith(text)]
    if len(meant) != 1:
        raise ModelNotNamed(count=len(meant), text=text[:64])
    return meant[0]


def _list(found: Sequence[JointModel], language: Language) -> None:
    rows = [
        (
            one.model,
            one.version,
            one.job_id[:_SHORT],
            ROLES[one.role].say(language),
            one.purpose.text.say(language),
            china_time(one.made_at),
            f"{len(one.services)}" if not one.problem else one.problem,
        )
        for one in found
    ]
    show("", _LIST.say(language).split("|"), rows)


def _show(one: JointModel, names: Mapping[str, str], language: Language) -> None:
    facts = {"model": one.model, "version": one.version, "job": one.job_id}
    say(_HEAD, language, **facts, purpose=one.purpose.text)
    parties = [
        (names.get(seat.party, seat.party), ROLES[seat.role].say(language)) for seat in one.parties
    ]
    show("", _PARTIES.say(language).split("|"), parties)
    approvals = [
        (names.get(each.party, each.party), each.by, china_time(each.at), each.hash)
        for each in one.approvals
    ]
    show("", _APPROVALS.say(language).split("|"), approvals)
    if one.problem:
        say(_PROBLEM, language, code=one.problem)
    else:
        parts = [(names.get(each.party, each.party), each.hash) for each in one.parts]
        show("", _PARTS.say(language).split("|"), parts)
    uses = [
        (each.job_id[:_SHORT], each.state.say(language), each.calibration or each.problem or "-")
        for each in one.services
    ]
    show("", _USES.say(language).split("|"), uses)
