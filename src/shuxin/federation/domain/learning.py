"""What each party learns of a job (各方获知内容), in words: from its kind, its parameters and the party's role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.federation.domain.job import Role
from shuxin.federation.domain.parameters import (
    AlignmentParameters,
    Engine,
    Learn,
    ScorecardParameters,
    ServiceParameters,
)
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.federation.domain.job import Job

SCORECARD = {
    Role.LABEL: Text(
        en="tables and sums over all firms, without edges of bins; no firm's bin but what such aggregates imply",
        zh="全部共同企业的分箱统计与汇总数值，不含分箱边界；不获知任何单个企业落在哪一箱（汇总数值可推知的除外）",
    ),
    Role.HOLDER: Text(
        en="which firms are common, its own bins, which of its features stay and its own coefficients in every"
        " iteration; nothing of an outcome, of another party's feature or of a firm's score",
        zh="哪些企业为共同企业、本方特征的分箱、哪些特征保留以及每次迭代中本方特征的系数；"
        "不获知任何结果标签、其他方特征或企业评分",
    ),
    Role.HELPER: Text(
        en="numbers of firms, bins, columns, fits and iterations; no value, outcome, table or coefficient",
        zh="企业数、分箱数、列数、拟合次数与迭代次数；不获知任何取值、结果、统计表或系数",
    ),
}
_ROWS = Text(
    en="which of its own firms all data parties have, and how many firms each data party enters",
    zh="本方哪些企业为各数据方共有，以及各数据方的入场企业数",
)
_ROWS_PLACES = Text(
    en="which of its own firms the holders have too, their places in the holders' shuffled lists, and how many firms"
    " each enters",
    zh="本方哪些企业数据方也有、其在数据方乱序清单中的位置，以及各方入场企业数",
)
_COUNT = Text(
    en="how many firms are common, not which, and how many each data party enters",
    zh="共同企业的数量（不获知具体企业），以及各数据方入场企业数",
)
_ENOUGH = Text(
    en="that at least the smallest set is common, and how many firms each data party enters; not which are common",
    zh="共同企业数不低于最小规模，以及各数据方入场企业数；不获知具体企业",
)
_MATCHES = Text(
    en="how many firms each party enters, how many are common and how many of them any two lists share; no code, as"
    " it has no key",
    zh="各方入场企业数、共同企业数及任意两份清单的重合数；没有密钥，不获知任何企业代码",
)
_ASKED = Text(
    en="which firms are asked about, and which holders are asked together; no answer of another, no score",
    zh="询问了哪些企业、哪些数据方被一并询问；不获知其他方的应答或评分",
)
_CONTRACT = Text(
    en="of each firm asked about: what the contract of the card opens, the sum or the points of each holder or"
    " category, and whether a holder knows the firm",
    zh="每个询问企业：模型约定所公开的分值（合计、分数据方或分类别），以及数据方是否有该企业",
)
_MADE_UP = Text(
    en="whether the line works; the matrices are made up for it", zh="链路是否可用；所用矩阵为演练专门生成"
)  # fmt: skip


def learned(job: Job, party: str) -> Text:
    """By one party of the job. Raises ValueError: it is none."""
    role, asked = job.role_of(party), job.parameters
    if role is None:
        raise ValueError("no party of the job")
    if isinstance(asked, ScorecardParameters):
        return SCORECARD[role]
    if isinstance(asked, AlignmentParameters):
        return _of_alignment(asked, role)
    if isinstance(asked, ServiceParameters):
        return _CONTRACT if role is Role.LABEL else _ASKED
    return _MADE_UP


def _of_alignment(asked: AlignmentParameters, role: Role) -> Text:
    """As docs/protocols/alignment.md, "What each party learns"."""
    if role is Role.HELPER:
        return _MATCHES
    if asked.learn is Learn.BOTH:
        return _ROWS
    if role is Role.LABEL:
        return _COUNT if asked.learn is Learn.COUNT else _ROWS_PLACES
    return _COUNT if asked.engine is Engine.ECDH else _ENOUGH
