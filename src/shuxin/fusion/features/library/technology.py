"""Features of technology (科创特征): DOMAIN 3.6. Percentiles within industry and age wait for a reference."""

from __future__ import annotations

from shuxin.fusion.features.conditions import AtLeast, Filled, Is, Lasts, Not, Yes
from shuxin.fusion.features.definition import EVER, NOW, Measure, days, months
from shuxin.fusion.features.families import (
    Any,
    Count,
    Distinct,
    Least,
    Most,
    Newest,
    Quotient,
    Scaled,
    Sum,
    Together,
)
from shuxin.fusion.features.library.writing import Group, counts, newest
from shuxin.fusion.features.readings import Added, Coded, DaysLeft, Facts, Tells

_THREE = days(1095)
_INVENTION = (Is("kind", ("invention", "发明", "发明专利")),)
_UTILITY = (Is("kind", ("utility", "utility_model", "实用新型")),)
_DESIGN = (Is("kind", ("design", "外观", "外观设计")),)
_GRANTED, _PENDING = (Not(Lasts("grant")),), (Lasts("grant"),)
_LIVE = (
    Not(
        Is(
            "status",
            (
                "invalid",
                "无效",
                "lapsed",
                "失效",
                "rejected",
                "refused",
                "驳回",
                "withdrawn",
                "撤回",
                "终止",
            ),
        )
    ),
)

PATENTS = Facts(
    name="patent",
    standard="patent",
    event="apply",
    key=("application_no",),
    texts=("kind", "grant", "status", "ipc"),
    columns={
        "cited": Added(("cited_by",)),
        "inventors": Added(("inventors",)),
        "bought": Tells((Yes("transferred"),)),
    },
)
_PATENTS = Group(PATENTS, "tech_patents")
_INVENTED = Count(NOW, (*_INVENTION, *_GRANTED, *_LIVE))
_OUTPUT = Together(
    (
        _INVENTED,
        Scaled(Count(NOW, (*_INVENTION, *_PENDING, *_LIVE)), 10, times=3),
        Scaled(Count(NOW, (*_UTILITY, *_GRANTED, *_LIVE)), 4),
        Scaled(Count(NOW, (*_DESIGN, *_GRANTED, *_LIVE)), 10),
    )
)
"""DOMAIN 3.6: granted inventions 1.0, pending 0.3, utility models 0.25, designs 0.1."""
_PATENT_FEATURES = (
    _PATENTS.has("patent_inventions", "inventions granted and in force", "有效发明专利数", NOW, Measure.COUNT,
                 _INVENTED),
    _PATENTS.has("patent_pending", "inventions published and not yet granted", "在审发明专利数", NOW, Measure.COUNT,
                 Count(NOW, (*_INVENTION, *_PENDING, *_LIVE))),
    _PATENTS.has("patent_utility", "utility models in force", "有效实用新型数", NOW, Measure.COUNT,
                 Count(NOW, (*_UTILITY, *_GRANTED, *_LIVE))),
    _PATENTS.has("patent_designs", "designs in force", "有效外观设计数", NOW, Measure.COUNT,
                 Count(NOW, (*_DESIGN, *_GRANTED, *_LIVE))),
    _PATENTS.has("patent_output", "output of patents: invention 1, pending 0.3, utility 0.25, design 0.1",
                 "专利产出加权数", NOW, Measure.POINTS, _OUTPUT, empty=0),
    _PATENTS.has("patent_applied_1095d", "patents applied for, last 1,095 days", "近1095天专利申请数", _THREE,
                 Measure.COUNT, Count(_THREE)),
    _PATENTS.has("patent_citations", "citations of patents", "专利被引次数合计", EVER, Measure.COUNT, Sum("cited",
                 EVER)),
    _PATENTS.has("patent_most_cited", "citations of the most cited patent", "单件专利最高被引次数", EVER, Measure.COUNT,
                 Most("cited", EVER), empty=0),
    _PATENTS.has("patent_classes", "different classes of patents", "专利主分类数", EVER, Measure.COUNT,
                 Distinct("ipc", EVER)),
    _PATENTS.has("patent_bought_share", "share of patents acquired", "受让专利占比", EVER, Measure.RATIO,
                 Quotient(Count(EVER, (AtLeast("bought"),)), Count(EVER))),
    _PATENTS.has("patent_inventors", "inventors of a patent on average", "单件专利平均发明人数", EVER, Measure.POINTS,
                 Quotient(Sum("inventors", EVER), Count(EVER))),
    _PATENTS.has("patent_since", "days since the last patent was applied for", "距最近一次专利申请天数", EVER,
                 Measure.DAYS,
                 Least("days", EVER)),
)  # fmt: skip

SOFTWARE = Facts(
    name="software_copyright",
    standard="software_copyright",
    event="done",
    key=("reg_no",),
    columns={},
)
MARKS = Facts(
    name="trademark",
    standard="trademark",
    event="apply",
    key=("reg_no",),
    texts=("expire", "reg", "class"),
    columns={},
)
CERTIFICATES = Facts(
    name="certificate",
    standard="certificate",
    event="from",
    key=("cert_no",),
    texts=("to", "kind"),
    columns={},
)
_SOFTWARE, _MARKS = Group(SOFTWARE, "tech_patents"), Group(MARKS, "tech_patents")
_CERTIFIED = Group(CERTIFICATES, "tech_titles")
_IN_FORCE = (Lasts("to"),)
_RIGHT_FEATURES = (
    *counts(_SOFTWARE, "software", "software copyrights", "软件著作权数", _THREE, EVER),
    *counts(_MARKS, "trademarks", "trademarks applied for", "商标申请数", _THREE),
    _MARKS.has("trademarks_now", "trademarks in force", "有效注册商标数", NOW, Measure.COUNT,
               Count(NOW, (Filled("reg"), Lasts("expire")))),
    _MARKS.has("trademark_classes", "different classes of trademarks", "商标国际分类数", EVER, Measure.COUNT,
               Distinct("class", EVER)),
    _CERTIFIED.has("certificates_now", "certificates in force", "有效认证证书数", NOW, Measure.COUNT,
                   Count(NOW, _IN_FORCE)),
    _CERTIFIED.has("certificate_kinds_now", "kinds of certificates in force", "有效认证类别数", NOW, Measure.COUNT,
                   Distinct("kind", NOW, _IN_FORCE)),
)  # fmt: skip

_LEVELS = (("innovative", 1), ("provincial", 2), ("srdi", 2), ("little_giant", 3), ("champion", 4),
           ("创新型中小企业", 1), ("专精特新中小企业", 2), ("专精特新", 2), ("小巨人", 3),
           ("专精特新小巨人", 3), ("单项冠军", 4))  # fmt: skip
HIGH_TECH = Facts(
    name="high_tech_firm",
    standard="high_tech_firm",
    event="from",
    key=("cert_no",),
    texts=("to",),
    columns={"score": Added(("score",)), "left": DaysLeft("to")},
)
SRDI = Facts(
    name="srdi_firm",
    standard="srdi_firm",
    event="from",
    columns={"level": Coded("level", _LEVELS)},
    texts=("to",),
)
TECH_SME = Facts(
    name="tech_sme_firm",
    standard="tech_sme_firm",
    event="year",
    columns={"score": Added(("score",)), "rd": Added(("rd_points",))},
)
_HIGH, _SRDI, _SME = (
    Group(HIGH_TECH, "tech_titles"),
    Group(SRDI, "tech_titles"),
    Group(TECH_SME, "tech_titles"),
)
_TITLE_FEATURES = (
    _HIGH.has("high_tech_now", "high-tech enterprise", "高新技术企业（有效期内）", NOW, Measure.FLAG, Any(NOW,
              _IN_FORCE)),
    _HIGH.has("high_tech_times", "certificates as high-tech enterprise", "高新技术企业认定次数", EVER, Measure.COUNT,
              Count(EVER)),
    newest(_HIGH, "high_tech_left", "days left of the certificate as high-tech enterprise", "高新证书剩余天数",
           Measure.DAYS,
           "left", NOW),
    newest(_HIGH, "high_tech_score", "score as high-tech enterprise", "高新技术企业评审得分", Measure.POINTS, "score",
           NOW),
    _SRDI.has("srdi_level", "level of specialisation, 1 innovative to 4 champion", "专精特新层级（1至4）", NOW,
              Measure.POINTS, Most("level", NOW, _IN_FORCE), empty=0),
    newest(_SME, "tech_sme_score", "score as technology-based small enterprise", "科技型中小企业得分", Measure.POINTS,
           "score", NOW),
    _SME.has("tech_sme_years", "years as technology-based small enterprise, last 36 months",
             "近36个月科技型中小企业入库年数",
             months(36), Measure.COUNT, Count(months(36))),
)  # fmt: skip

RESEARCH = Facts(
    name="rd_expense",
    standard="rd_expense",
    event="year",
    columns={
        "total": Added(("rd_total",)),
        "staff": Added(("staff",)),
        "funded": Added(("gov_funded",)),
        "projects": Added(("rd_projects",)),
    },
    size="rd_total",
)
CONTRACTS = Facts(
    name="tech_contract",
    standard="tech_contract",
    event="signed_on",
    key=("no",),
    columns={"amount": Added(("amount",)), "technology": Added(("technology_amount",))},
    size="amount",
)
PROJECTS = Facts(
    name="science_project",
    standard="science_project",
    event="from",
    key=("no",),
    texts=("to",),
    columns={"grant": Added(("grant",))},
    size="grant",
)
SUBSIDIES = Facts(
    name="fiscal_subsidy",
    standard="fiscal_subsidy",
    event="date",
    key=("no",),
    columns={"amount": Added(("amount",)), "back": Tells((Yes("clawed_back"),))},
    size="amount",
)
_RESEARCH, _DEALS = Group(RESEARCH, "tech_research"), Group(CONTRACTS, "tech_research")
_PROJECTS, _SUBSIDIES = Group(PROJECTS, "tech_support"), Group(SUBSIDIES, "tech_support")
_INPUT_FEATURES = (
    newest(_RESEARCH, "rd_total", "research expense, newest year", "最近年度研发费用", Measure.FEN, "total", NOW),
    _RESEARCH.has("rd_growth", "research expense, newest year over the one before", "研发费用增长率", NOW,
                  Measure.RATIO,
                  Quotient(Newest("total"), Newest("total", 1), plus=-1.0)),
    newest(_RESEARCH, "rd_staff", "research staff, newest year", "最近年度研发人员数", Measure.COUNT, "staff", NOW),
    _RESEARCH.has("rd_funded_share", "share of research paid by government", "研发费用政府资助占比", NOW, Measure.RATIO,
                  Quotient(Newest("funded"), Newest("total"))),
    _RESEARCH.has("rd_per_staff", "research expense per researcher", "人均研发费用", NOW, Measure.FEN,
                  Quotient(Newest("total"), Newest("staff"))),
    _DEALS.has("tech_contract_amt_365d", "technology contracts, last 365 days", "近365天技术合同额", days(365),
               Measure.FEN, Sum("amount", days(365))),
    *counts(_DEALS, "tech_contracts", "technology contracts signed", "技术合同数", _THREE),
    _DEALS.has("tech_contract_core_1095d", "share of technology in technology contracts", "技术交易额占合同额比",
               _THREE,
               Measure.RATIO, Quotient(Sum("technology", _THREE), Sum("amount", _THREE))),
    _PROJECTS.has("science_projects_now", "science projects under way", "在研科技项目数", NOW, Measure.COUNT,
                  Count(NOW, _IN_FORCE)),
    _PROJECTS.has("science_grants_1095d", "grants of science projects, last 1,095 days", "近1095天科技项目资助额",
                  _THREE,
                  Measure.FEN, Sum("grant", _THREE)),
    _SUBSIDIES.has("subsidies_365d", "subsidies paid, last 365 days", "近365天财政补贴额", days(365), Measure.FEN,
                   Sum("amount", days(365))),
    *counts(_SUBSIDIES, "subsidy_count", "subsidies", "财政补贴次数", _THREE),
    _SUBSIDIES.has("subsidies_back", "subsidies clawed back", "被追回补贴次数", EVER, Measure.COUNT,
                   Count(EVER, (AtLeast("back"),))),
)  # fmt: skip

READINGS = (
    PATENTS, SOFTWARE, MARKS, CERTIFICATES, HIGH_TECH, SRDI, TECH_SME, RESEARCH, CONTRACTS, PROJECTS, SUBSIDIES,
)  # fmt: skip
FEATURES = (*_PATENT_FEATURES, *_RIGHT_FEATURES, *_TITLE_FEATURES, *_INPUT_FEATURES)
