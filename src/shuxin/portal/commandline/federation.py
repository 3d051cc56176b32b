"""Commands of a node: joint work with other holders, whose data stay where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command, day
from shuxin.portal.commandline.holder import KINDS

if TYPE_CHECKING:
    import argparse

_PARTY = "party id, or the name on its card / 主体标识或名片上的名称"
_JOB = "id of the job, or its first digits / 任务编号或其开头几位"

SCORECARD_OPTIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "max_fine",
            "max_bins",
            "min_rows",
            "min_good",
            "min_bad",
            "min_iv_thousandths",
            "max_correlation_hundredths",
            "max_vif_tenths",
            "fits",
            "iterations",
            "base_points",
            "base_odds",
            "pdo",
            "cut_off",
            "most_categories",
            "min_holders",
        ),
        (),
    ),
    "contribution": ("sum", "by_holder", "by_category"),
    "reasons": ("none", "categories"),
}
"""Parameters of a scorecard that need not be given, with their choices where they are no numbers."""
SERVICE_OPTIONS = ("subjects_per_day", "times_per_day", "status_seconds")


def _node(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(dest="act", required=True, metavar="ACT")
    _set_up(acts)
    _peers(acts)
    _propose(acts)
    _work(acts)
    _scoring(acts)


def _set_up(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    init = acts.add_parser("init", help="make this node / 建立本节点")
    init.add_argument("code", help="unified social credit code / 统一社会信用代码")
    init.add_argument("name", help="registered name / 登记名称")
    init.add_argument("--kind", default="bank", choices=KINDS, help="机构类别")
    init.add_argument("--listen", required=True, metavar="HOST:PORT", help="监听地址")
    init.add_argument("--address", metavar="HOST:PORT", help="how others reach it / 对外地址")
    init.add_argument("--operated-by", metavar="PARTY", help="who runs it / 运行方主体标识")
    acts.add_parser("policy", help="what this node lets jobs do / 显示本节点策略")
    acts.add_parser("categories", help="public categories of its features / 显示特征的公开类别")
    acts.add_parser("renew", help="a new TLS certificate / 更新 TLS 证书")
    acts.add_parser("run", help="answer the other nodes and work / 运行节点")
    acts.add_parser("doctor", help="what stands in the way, and what to do / 体检并给出处理办法")


def _peers(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    card = acts.add_parser("card", help="this node's card for the others / 导出本节点名片")
    card.add_argument("--out", required=True, metavar="FILE")
    peer = acts.add_parser("peer", help="other holders' nodes / 对等节点")
    what = peer.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("add", help="by their cards / 通过名片添加").add_argument("cards", nargs="+")
    what.add_parser("list", help="those pinned here / 列出")
    what.add_parser("remove", help="no more joint work / 移除").add_argument("party", help=_PARTY)


def _propose(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    propose = acts.add_parser("propose", help="a joint job / 提出联合任务")
    kinds = propose.add_subparsers(dest="kind", required=True, metavar="KIND")
    alignment = kinds.add_parser("alignment", help="find the common firms / 对齐共同主体")
    _seats(alignment)
    _inputs(alignment, most_rows=1_000_000)
    alignment.add_argument("--engine", choices=("tags", "ecdh"), help="对齐方式")
    alignment.add_argument(
        "--learn", choices=("both", "one", "count"), default="both", help="获知方"
    )
    scorecard = kinds.add_parser("scorecard", help="align, then fit a joint card / 联合评分卡")
    _seats(scorecard)
    _inputs(scorecard, most_rows=500_000)
    _scorecard(scorecard)
    rehearsal = kinds.add_parser("rehearsal", help="an exact product of random numbers / 链路演练")
    _seats(rehearsal)
    for name, default in (("rows", 1000), ("left", 10), ("right", 4), ("products", 1)):
        rehearsal.add_argument(f"--{name}", type=int, default=default)
    rehearsal.add_argument("--ring", type=int, choices=(32, 64), default=32)
    service = kinds.add_parser("service", help="put a joint card into service / 联合评分服务")
    _service(service)
    file = kinds.add_parser("file", help="a description as JSON / JSON 任务描述")
    file.add_argument("file")
    acts.add_parser("fields", help="every field of a job with its range / 任务字段及取值")


def _inputs(command: argparse.ArgumentParser, *, most_rows: int) -> None:
    """Whose data enter, on what ground, and what an alignment asks."""
    command.add_argument(
        "--input",
        nargs=3,
        action="append",
        required=True,
        metavar=("PARTY", "DATASET", "GROUND"),
        help="GROUND: id of a lawful basis, or 'authorisations' / 处理依据编号或 authorisations",
    )
    command.add_argument("--from", dest="data_from", type=day, required=True, metavar="YYYY-MM-DD")
    command.add_argument("--to", dest="data_to", type=day, required=True, metavar="YYYY-MM-DD")
    command.add_argument(
        "--level",
        nargs=2,
        action="append",
        default=[],
        metavar=("PARTY", "1-3"),
        help="highest level of a party's fields, else 2 / 某方数据的最高级别,默认 2",
    )
    command.add_argument(
        "--rows", dest="most_rows", type=int, default=most_rows, help="入场行数上限"
    )
    command.add_argument("--min-size", type=int, default=1000, metavar="SUBJECTS", help="最小规模")
    command.add_argument("--reuse", default="", metavar="JOB", help="沿用先前的对齐结果")
    command.add_argument(
        "--grants", metavar="FOLDER", help="authorisations to bring / 随附授权书目录"
    )


def _scorecard(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", required=True, metavar="NAME", help="模型名称")
    command.add_argument(
        "--target", required=True, metavar="FIELD", help="the outcome / 标签方的结果字段"
    )
    command.add_argument(
        "--bad",
        required=True,
        nargs="+",
        metavar="VALUE",
        help="outcomes that are bad / 坏样本取值",
    )
    command.add_argument(
        "--features",
        nargs=2,
        action="append",
        required=True,
        metavar=("PARTY", "FIELD[,FIELD...]"),
        help="fields that enter, may be given again / 入模字段,可重复填写",
    )
    for name, choices in SCORECARD_OPTIONS.items():
        kind = str if choices else int
        command.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            choices=choices or None,
            metavar=None if choices else "N",
            help="see 'shuxin node fields' / 见 shuxin node fields",
        )


def _service(command: argparse.ArgumentParser) -> None:
    """Parties, datasets and levels are those of the scorecard job."""
    command.add_argument("--card", required=True, metavar="JOB", help="scorecard job / 评分卡任务")
    command.add_argument(
        "--basis", required=True, help="for this party's own data / 本方数据的处理依据编号"
    )
    command.add_argument("--until", type=day, required=True, metavar="YYYY-MM-DD", help="截止日")
    command.add_argument(
        "--from", dest="data_from", type=day, metavar="YYYY-MM-DD", help="数据起始日"
    )
    command.add_argument("--to", dest="data_to", type=day, metavar="YYYY-MM-DD", help="数据截止日")
    for name in SERVICE_OPTIONS:
        command.add_argument(
            f"--{name.replace('_', '-')}",
            type=int,
            metavar="N",
            help="see 'shuxin node fields' / 见 shuxin node fields",
        )
    command.add_argument("--purpose", default="credit_decision", help="目的")
    command.add_argument("--title", default="", help="标题")
    command.add_argument("--wait", type=int, default=600, metavar="SECONDS", help="最长等待")
    command.add_argument("--hours", type=int, default=24, help="longest run / 最长运行")
    command.add_argument("--days", type=int, default=7, choices=range(1, 91), metavar="1-90")


def _scoring(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    service = acts.add_parser("service", help="joint cards in service / 联合评分服务")
    what = service.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("list", help="all that this party takes part in / 列出")
    end = what.add_parser("end", help="this party answers no more / 终止本方服务")
    end.add_argument("service", help=_JOB)
    score = acts.add_parser("score", help="the joint score of firms / 联合评分")
    score.add_argument("service", help=_JOB)
    score.add_argument("codes", nargs="*", help="credit codes / 统一社会信用代码")
    score.add_argument("--file", metavar="CSV", help="codes in its first column / 首列为代码")
    score.add_argument(
        "--grants", required=True, metavar="FOLDER", help="the firms' authorisations / 授权书目录"
    )
    score.add_argument("--out", metavar="CSV", help="all scores with reasons / 输出全部评分与原因")
    _measuring(acts)


def _measuring(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Both ask about firms whose outcomes are known."""
    worth = acts.add_parser("worth", help="what a joint card in service was worth / 联合建模价值")
    _outcomes(worth)
    worth.add_argument(
        "--acceptance",
        type=int,
        default=50,
        choices=range(1, 101),
        metavar="PERCENT",
        help="that the own card accepts, else 50 / 独立评分卡的通过率,默认 50",
    )
    worth.add_argument(
        "--seed", type=int, default=1, metavar="N", help="of the intervals / 区间估计的随机种子"
    )
    worth.add_argument("--out", metavar="JSON", help="all figures / 输出全部数值")
    calibrate = acts.add_parser("calibrate", help="PD from known outcomes / 按已知结果校准")
    _outcomes(calibrate)


def _outcomes(command: argparse.ArgumentParser) -> None:
    command.add_argument("service", help=_JOB)
    command.add_argument(
        "--file",
        required=True,
        metavar="CSV",
        help="columns code, outcome (1 bad), first_loan / 代码、结果(1 为坏)、首贷",
    )
    command.add_argument(
        "--grants", required=True, metavar="FOLDER", help="the firms' authorisations / 授权书目录"
    )
    command.add_argument(
        "--cost", action="store_true", help="say what it costs and ask nobody / 仅显示消耗"
    )


def _seats(command: argparse.ArgumentParser) -> None:
    command.add_argument("--holder", action="append", required=True, metavar="PARTY", help=_PARTY)
    command.add_argument("--helper", metavar="PARTY", help=_PARTY)
    command.add_argument("--label", metavar="PARTY", help="else this node's party / 默认本机构")
    command.add_argument("--purpose", default="model_training", help="目的")
    command.add_argument("--title", default="", help="标题")
    command.add_argument("--wait", type=int, default=600, metavar="SECONDS", help="最长等待")
    command.add_argument("--hours", type=int, default=24, help="longest run / 最长运行")
    command.add_argument("--days", type=int, default=7, choices=range(1, 91), metavar="1-90")


def _waiting(act: argparse.ArgumentParser) -> None:
    act.add_argument(
        "--wait", type=int, default=0, metavar="SECONDS", help="for what is to come / 等待其到达"
    )


def _work(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    jobs = acts.add_parser("jobs", help="all jobs, or one in full / 任务列表或详情")
    jobs.add_argument("job", nargs="?", help=_JOB)
    jobs.add_argument("--wait", type=int, metavar="SECONDS", help="until it has ended / 等待至结束")
    for name, text in (
        ("approve", "this party agrees to the job / 批准任务"),
        ("refuse", "it does not / 拒绝任务"),
        ("stop", "end it now, for all / 立即停止任务"),
    ):
        act = acts.add_parser(name, help=text)
        act.add_argument("job", help=_JOB)
        _waiting(act)
        if name == "refuse":
            act.add_argument("--why", default="", help="a few words for the others / 给各方的说明")
    release = acts.add_parser("release", help="let one output leave / 放行一项输出")
    release.add_argument("job", help=_JOB)
    release.add_argument("output", nargs="?")
    release.add_argument("to", nargs="?", help=_PARTY)
    release.add_argument("--all", action="store_true", help="whatever waits / 全部等待项")
    _waiting(release)
    result = acts.add_parser("result", help="what a job left here / 查看本方结果")
    result.add_argument("job", help=_JOB)
    result.add_argument(
        "--out", metavar="FILE", help="own firms in order, or own part of a card / 导出本方结果"
    )
    result.add_argument(
        "--report",
        action="store_true",
        help="how a card came about, at the label party / 标签方的建模报告",
    )
    models = acts.add_parser(
        "models", help="joint models with a part here / 本方持有分片的联合模型"
    )
    models.add_argument(
        "model",
        nargs="?",
        help="one in full: its name, or its job's first digits / 模型名称或任务编号开头几位",
    )


def _redteam(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help="the same gives the same / 相同种子结果相同",
    )
    command.add_argument("--out", metavar="FILE", help="the table as JSON / 导出 JSON")


COMMANDS = {
    "node": Command(
        help=Text(
            en="joint work with other holders: data stay where they are, each job is approved by each party",
            zh="与其他数据持有方联合计算：数据不出本方，每个任务须各方批准",
        ),
        module="node",
        arguments=_node,
    ),
    "redteam": Command(
        help=Text(
            en="attack the joint protocols with made-up data, and copies of them without a defence",
            zh="用虚构数据攻击联合协议及其去除防护的仿制品",
        ),
        module="redteam",
        arguments=_redteam,
    ),
}
