"""Commands over a holder's own data: import, who is who, features, models, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command, day, nothing

if TYPE_CHECKING:
    import argparse


def _holder(command: argparse.ArgumentParser) -> None:
    command.add_argument("--department", default="", help="department that holds the data / 部门")
    command.add_argument(
        "--group",
        default="public",
        choices=("financial", "public", "market", "enterprise", "personal"),
        help="which of the five data / 五数类别",
    )
    command.add_argument(
        "--open", action="store_true", help="open lists: level 1, shared unconditionally / 开放数据"
    )
    command.add_argument(
        "--accept",
        action="store_true",
        help="accept every proposal as it stands / 直接确认全部建议",
    )


def _import(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", help="a folder, or one file in it / 目录或其中一个文件")
    _holder(command)


def _import_table(command: argparse.ArgumentParser) -> None:
    command.add_argument("table", help="[schema.]table")
    command.add_argument(
        "--url-from",
        default="SHUXIN_SOURCE_URL",
        help="environment variable that holds the address",
    )
    _holder(command)


def _accept(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", nargs="*")
    command.add_argument("--all", action="store_true")


def _datasets(command: argparse.ArgumentParser) -> None:
    command.add_argument("search", nargs="?", default="")


def _dataset(command: argparse.ArgumentParser) -> None:
    command.add_argument("name")


def _rejects(command: argparse.ArgumentParser) -> None:
    command.add_argument("name")
    command.add_argument("--limit", type=int, default=20)


def _quality(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "act", nargs="?", default="list", choices=("list", "show", "release", "reject")
    )
    command.add_argument(
        "what", nargs="?", default="", help="dataset, or number of a load / 数据集或装载编号"
    )
    command.add_argument("--reason", default="", help="of a decision / 处理理由")


def _enterprise(command: argparse.ArgumentParser) -> None:
    command.add_argument("who", nargs="?", help="credit code or name / 统一社会信用代码或名称")
    command.add_argument("--purpose", default="own_customer_view")
    command.add_argument("--request", metavar="FILE", help="another party asks / 他方的使用申请")
    command.add_argument(
        "--authorisation",
        metavar="FILE",
        action="append",
        default=[],
        help="the subject's, then each owner's / 主体授权书,其后为各所有人的授权书",
    )
    command.add_argument(
        "--department", default="", help="for the work of this department / 以该部门名义查看"
    )
    command.add_argument("--json", action="store_true")


def _as_of(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as-of",
        type=day,
        metavar="YYYY-MM-DD",
        help="only what was known before this day counts / 特征截止日",
    )


def _features(command: argparse.ArgumentParser) -> None:
    _as_of(command)
    command.add_argument("--out", help="write the values to this CSV file / 输出 CSV 文件")
    command.add_argument(
        "--dataset",
        metavar="NAME",
        help="keep them as this dataset, for joint work / 另存为数据集,供联合任务使用",
    )
    command.add_argument(
        "--since",
        metavar="SNAPSHOT",
        help="carry from this snapshot of an earlier day what did not change / 沿用较早一日快照中未变动的取值",
    )
    command.add_argument(
        "--neighbours",
        action="store_true",
        help="add what those tell that each is tied to / 增加关联特征",
    )


def _train(command: argparse.ArgumentParser) -> None:
    _as_of(command)
    command.add_argument("--name", default="invoice-card")


def _evaluate(command: argparse.ArgumentParser) -> None:
    _as_of(command)
    command.add_argument("--out", help="folder for the report of the model / 模型报告目录")
    command.add_argument("--folds", type=int, default=10)
    command.add_argument("--repeats", type=int, default=10)
    command.add_argument("--seed", type=int, default=1)


def _model(command: argparse.ArgumentParser) -> None:
    command.add_argument("--export", metavar="FILE", help="write the model in use / 导出模型")
    command.add_argument(
        "--import", dest="take", metavar="FILE", help="put a file in use / 导入模型"
    )
    command.add_argument("--hash", default="", help="another model than the one in use / 指定模型")


def _decide(command: argparse.ArgumentParser) -> None:
    command.add_argument("who", nargs="?", help="credit code, number or name / 代码、编号或名称")
    command.add_argument("--file", help="table of applicants / 申请人表")
    _as_of(command)
    command.add_argument("--budget", help="total to lend, as 100000000 or 1亿元 / 预算总额")
    command.add_argument("--policy", help="YAML file of the bank's terms / 信贷政策文件")
    command.add_argument("--model", default="", help="hash of a model / 模型哈希")
    command.add_argument("--out", help="folder for JSON, CSV and evidence / 输出目录")


def _replay(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="+")


def _report(command: argparse.ArgumentParser) -> None:
    command.add_argument("who", help="credit code, number or name / 代码、编号或名称")
    command.add_argument("--out", default=".", help="folder / 输出目录")


def _review(command: argparse.ArgumentParser) -> None:
    command.add_argument("--limit", type=int, default=20)
    command.add_argument("--same", type=int, metavar="NUMBER", help="decide: the same")
    command.add_argument("--different", type=int, metavar="NUMBER", help="decide: different")


def _city(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "words",
        nargs="+",
        metavar="generate|files|check FOLDER",
        help="generate: 305 catalogues as Parquet; files: messy files of a dozen offices; check: what lies there"
        " / generate：生成 305 个目录；files：十余个部门的杂乱文件；check：检查",
    )
    command.add_argument("--size", default="tiny", choices=("tiny", "town", "county", "city"))
    command.add_argument("--seed", type=int, default=20260101)
    command.add_argument(
        "--departments", nargs="+", default=(), metavar="CODE", help="only these / 仅这些部门"
    )


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--folder", default="", help="else 'demo', or 'demo-alone' with --alone / 演示目录"
    )
    command.add_argument(
        "--size", default="town", choices=("tiny", "town"), help="of the city / 城市规模"
    )
    command.add_argument(
        "--until",
        choices=("ready",),
        help="end once the first page was answered / 首页可访问后即结束",
    )
    command.add_argument(
        "--alone",
        action="store_true",
        help="one bank at the terminal, no pages / 仅一家银行,在终端完成",
    )
    command.add_argument(
        "--city",
        action="store_true",
        help="with --alone: the synthetic city in any case / 与 --alone 同用:一律使用合成城市",
    )


COMMANDS = {
    "import": Command(
        help=Text(
            en="propose a contract and a mapping for each new table of a folder; load the accepted ones",
            zh="为目录中每张新表提出合约与映射建议；装载已确认的表",
        ),
        module="import_folder",
        arguments=_import,
    ),
    "import-table": Command(
        help=Text(
            en="the same for one table of a database: its SQLAlchemy address, or duckdb:///path of a DuckDB file, in"
            " an environment variable",
            zh="对数据库中的一张表执行同样的操作：SQLAlchemy 地址或 DuckDB 文件的 duckdb:///路径 放在环境变量中",
        ),
        module="import_folder",
        arguments=_import_table,
    ),
    "proposals": Command(
        help=Text(en="list proposals that wait for a person", zh="列出待人工确认的建议"),
        module="proposals",
        arguments=nothing,
    ),
    "accept": Command(
        help=Text(en="accept proposals after reading or editing them", zh="阅读或修改后确认建议"),
        module="proposals",
        arguments=_accept,
    ),
    "sources": Command(
        help=Text(en="where the data came from", zh="数据来源"),
        module="datasets",
        arguments=nothing,
    ),
    "datasets": Command(
        help=Text(en="search the data map", zh="检索数据地图"),
        module="datasets",
        arguments=_datasets,
    ),
    "dataset": Command(
        help=Text(
            en="one dataset: contract, loads, freshness, findings",
            zh="查看一个数据集：合约、装载、时效、质量发现",
        ),
        module="datasets",
        arguments=_dataset,
    ),
    "rejects": Command(
        help=Text(en="rows that were not loaded, and why", zh="查看未装载的行及原因"),
        module="rejects",
        arguments=_rejects,
    ),
    "quality": Command(
        help=Text(
            en="scorecards of the datasets; loads kept aside: see why, release or reject them",
            zh="数据质量评分卡；查看隔离的装载并放行或退回",
        ),
        module="quality",
        arguments=_quality,
    ),
    "resolve": Command(
        help=Text(
            en="who is who: place every mention with its entity",
            zh="主体归一：将每处记载归到其主体",
        ),
        module="resolve",
        arguments=nothing,
    ),
    "review": Command(
        help=Text(en="placements that a person must decide", zh="需人工判断的归一结果"),
        module="review",
        arguments=_review,
    ),
    "enterprise": Command(
        help=Text(
            en="everything known about one enterprise, by source and time",
            zh="一家企业的全部已知信息，按来源和时间",
        ),
        module="enterprise",
        arguments=_enterprise,
    ),
    "features": Command(
        help=Text(
            en="features before a day: the list of definitions, or their values for every enterprise",
            zh="时点特征：列出定义，或计算所有企业在某日之前的取值",
        ),
        module="features",
        arguments=_features,
    ),
    "train": Command(
        help=Text(
            en="train a scorecard and a rating model on loans whose end is known",
            zh="用已知结果的贷款训练评分卡与评级模型",
        ),
        module="train",
        arguments=_train,
    ),
    "evaluate": Command(
        help=Text(
            en="how good the model is on enterprises that it has not seen",
            zh="检验模型在未见企业上的效果",
        ),
        module="train",
        arguments=_evaluate,
    ),
    "model": Command(
        help=Text(en="list, export or import models", zh="查看、导出或导入模型"),
        module="model",
        arguments=_model,
    ),
    "decide": Command(
        help=Text(
            en="decide on one enterprise or a file of applicants: outcome, limit, rate, reasons",
            zh="对一家企业或一批申请人作出授信决策：结论、额度、利率、原因",
        ),
        module="decide",
        arguments=_decide,
    ),
    "replay": Command(
        help=Text(
            en="compute a decision anew from its evidence file, and compare",
            zh="由证据文件重新计算决策并核对",
        ),
        module="decide",
        arguments=_replay,
    ),
    "report": Command(
        help=Text(
            en="the credit report of one enterprise as HTML and PDF",
            zh="生成一家企业的信用报告（HTML 与 PDF）",
        ),
        module="report",
        arguments=_report,
    ),
    "city": Command(
        help=Text(
            en="the synthetic city: write its records, its offices' messy files, or check it",
            zh="合成城市：生成记录、生成部门杂乱文件或检查",
        ),
        module="city",
        arguments=_city,
    ),
    "demo": Command(
        help=Text(
            en="a platform, a data bureau, a utility, a bank and a notary on this machine, to try in a browser",
            zh="在本机启动平台、数据局、供电公司、银行与公证处，供浏览器体验",
        ),
        module="demo",
        arguments=_demo,
    ),
}
