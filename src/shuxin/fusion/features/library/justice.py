"""Features of courts, penalties and lists (司法与监管特征): DOMAIN 3.4."""

from __future__ import annotations

from shuxin.fusion.features.conditions import AtLeast, Below, Filled, Is, Lasts, Not, Yes
from shuxin.fusion.features.definition import EVER, NOW, Measure, days, months
from shuxin.fusion.features.families import (
    Any,
    Count,
    Difference,
    Distinct,
    Faded,
    Least,
    Most,
    Newest,
    Quotient,
    Scaled,
    Sum,
)
from shuxin.fusion.features.library.writing import Group, counts
from shuxin.fusion.features.readings import Added, Coded, Facts, Tells, Thousandths

_YEAR, _TWO = days(365), days(730)
_DEFENDANT = (Is("role", ("defendant", "被告")),)
_PLAINTIFF = (Is("role", ("plaintiff", "原告")),)
_CAUSES = (
    ("loan", "loans", "借款", ("loan", "借款合同纠纷", "金融借款合同纠纷", "民间借贷纠纷")),
    ("sale", "sales", "买卖", ("sale", "买卖合同纠纷")),
    ("labour", "labour", "劳动", ("labour", "劳动争议")),
    ("construction", "construction", "建设工程", ("construction", "建设工程合同纠纷")),
)
CASES = Facts(
    name="court_case",
    standard="court_case",
    event="filed",
    key=("case_no",),
    texts=("role", "cause"),
    columns={"amount": Added(("amount",))},
    size="amount",
)
_SUED, _SUES = Group(CASES, "court_defendant"), Group(CASES, "court_plaintiff")
_CASE_FEATURES = (
    *counts(_SUED, "court_sued", "cases as defendant", "被告案件数", days(90), _YEAR, _TWO, where=_DEFENDANT),
    _SUED.has("court_sued_amt_365d", "amount of cases as defendant, last 365 days", "近365天被告案件标的额", _YEAR,
              Measure.FEN, Sum("amount", _YEAR, _DEFENDANT)),
    _SUED.has("court_sued_amt_730d", "amount of cases as defendant, last 730 days", "近730天被告案件标的额", _TWO,
              Measure.FEN, Sum("amount", _TWO, _DEFENDANT)),
    *(
        _SUED.has(f"court_sued_{name}_730d", f"cases as defendant about {en}, last 730 days",
                  f"近730天{zh}类被告案件数",
                  _TWO, Measure.COUNT, Count(_TWO, (*_DEFENDANT, Is("cause", words))))
        for name, en, zh, words in _CAUSES
    ),
    _SUED.has("court_sued_faded", "cases as defendant, half as much after a year", "被告案件衰减次数", EVER,
              Measure.POINTS, Faded(_DEFENDANT), empty=0),
    _SUED.has("court_since_sued", "days since last sued", "距最近一次被诉天数", EVER, Measure.DAYS,
              Least("days", EVER, _DEFENDANT)),
    *counts(_SUES, "court_sues", "cases as plaintiff", "原告案件数", _YEAR, _TWO, where=_PLAINTIFF),
    _SUES.has("court_sues_amt_730d", "amount of cases as plaintiff, last 730 days", "近730天原告案件标的额", _TWO,
              Measure.FEN, Sum("amount", _TWO, _PLAINTIFF)),
    _SUES.has("court_sues_sale_730d", "cases as plaintiff about sales, last 730 days", "近730天买卖类原告案件数", _TWO,
              Measure.COUNT, Count(_TWO, (*_PLAINTIFF, Is("cause", _CAUSES[1][3])))),
)  # fmt: skip

JUDGMENTS = Facts(
    name="judgment",
    standard="judgment",
    event="effective",
    key=("doc_no",),
    texts=("result",),
    columns={"awarded": Added(("amount_awarded",)), "absent": Tells((Yes("in_absence"),))},
    size="amount_awarded",
)
_JUDGED = Group(JUDGMENTS, "court_judgments")
_JUDGMENT_FEATURES = (
    *counts(_JUDGED, "court_judgments", "judgments in force", "生效裁判文书数", _YEAR, _TWO),
    _JUDGED.has("court_awarded_730d", "amounts awarded, last 730 days", "近730天判付金额", _TWO, Measure.FEN,
                Sum("awarded", _TWO)),
    _JUDGED.has("court_absent_730d", "judgments in absence, last 730 days", "近730天缺席判决数", _TWO, Measure.COUNT,
                Count(_TWO, (AtLeast("absent"),))),
)  # fmt: skip

_TERMINATED = (Is("close_mode", ("terminated", "终本", "终结本次执行", "终结本次执行程序")),)
ENFORCEMENTS = Facts(
    name="enforcement_case",
    standard="enforcement_case",
    event="filed",
    key=("exec_no",),
    texts=("close_mode", "closed"),
    columns={"target": Added(("target",)), "owed": Added(("target",), less=("performed",))},
    size="target",
)
_FORCED = Group(ENFORCEMENTS, "court_enforcement")
_STANDS = (Lasts("closed"),)
_ENFORCEMENT_FEATURES = (
    *counts(_FORCED, "enforced", "enforcement cases", "被执行案件数", days(90), _YEAR, _TWO),
    _FORCED.has("enforced_amt_730d", "targets of enforcement, last 730 days", "近730天执行标的额", _TWO, Measure.FEN,
                Sum("target", _TWO)),
    _FORCED.has("enforced_open", "enforcement cases that stand", "未结执行案件数", NOW, Measure.COUNT,
                Count(NOW, _STANDS)),
    _FORCED.has("enforced_owed", "enforcement outstanding", "未履行执行金额", NOW, Measure.FEN,
                Sum("owed", NOW, _STANDS)),
    _FORCED.has("enforced_terminated", "enforcement ended for lack of assets", "有终结本次执行案件", EVER, Measure.FLAG,
                Any(EVER, (*_TERMINATED, Not(Lasts("closed"))))),
    _FORCED.has("enforced_since", "days since the last enforcement", "距最近一次被执行天数", EVER, Measure.DAYS,
                Least("days", EVER)),
    _FORCED.has("enforced_faded", "enforcement cases, half as much after a year", "被执行案件衰减次数", EVER,
                Measure.POINTS, Faded(), empty=0),
)  # fmt: skip


def _listing(standard: str, event: str, key: str, until: str) -> Facts:
    return Facts(
        name=standard, standard=standard, event=event, key=(key,), columns={}, texts=(until,)
    )


DISHONEST = _listing("dishonest_listing", "published", "exec_no", "removed")
BANS = _listing("consumption_ban", "date", "order_no", "lifted")
ABNORMAL = Facts(
    name="abnormal_listing",
    standard="abnormal_listing",
    event="in_date",
    key=("in_decision_no",),
    columns={},
    texts=("out_date", "reason"),
)
SERIOUS = _listing("serious_listing", "in_date", "in_decision_no", "out_date")
_DISHONEST, _BANS = Group(DISHONEST, "court_dishonest"), Group(BANS, "court_dishonest")
_ABNORMAL, _SERIOUS = Group(ABNORMAL, "register_abnormal"), Group(SERIOUS, "register_abnormal")
_LIST_FEATURES = (
    _DISHONEST.has("dishonest_now", "on the list of dishonest debtors", "当前失信被执行人", NOW, Measure.FLAG,
                   Any(NOW, (Lasts("removed"),))),
    *counts(_DISHONEST, "dishonest", "listings as dishonest debtor", "失信列入次数", _TWO, EVER),
    _DISHONEST.has("dishonest_since", "days since last listed as dishonest", "距最近一次失信列入天数", EVER,
                   Measure.DAYS,
                   Least("days", EVER)),
    _BANS.has("consumption_ban_now", "under a ban on high consumption", "当前限制高消费", NOW, Measure.FLAG,
              Any(NOW, (Lasts("lifted"),))),
    *counts(_BANS, "consumption_bans", "bans on high consumption", "限制高消费次数", _YEAR, EVER),
    _ABNORMAL.has("abnormal_now", "on the list of abnormal operations", "当前列入经营异常名录", NOW, Measure.FLAG,
                  Any(NOW, (Lasts("out_date"),))),
    *counts(_ABNORMAL, "abnormal", "listings as abnormal", "列入经营异常次数", days(1095), EVER),
    _ABNORMAL.has("abnormal_since", "days since last listed as abnormal", "距最近一次列入经营异常天数", EVER,
                  Measure.DAYS,
                  Least("days", EVER)),
    _ABNORMAL.has("abnormal_standing", "days that the oldest listing as abnormal stands", "当前经营异常持续天数", NOW,
                  Measure.DAYS, Most("days", NOW, (Lasts("out_date"),)), empty=0),
    _ABNORMAL.has("abnormal_reasons", "different reasons of listings as abnormal", "列入经营异常的不同原因数", EVER,
                  Measure.COUNT, Distinct("reason", EVER)),
    _SERIOUS.has("serious_now", "on the list of serious violations", "当前严重违法失信", NOW, Measure.FLAG,
                 Any(NOW, (Lasts("out_date"),))),
    _SERIOUS.has("serious_ever", "ever on the list of serious violations", "曾列入严重违法失信名单", EVER, Measure.FLAG,
                 Any(EVER)),
)  # fmt: skip

BANKRUPTCIES = Facts(
    name="bankruptcy",
    standard="bankruptcy",
    event="accepted",
    key=("case_no",),
    columns={"debt": Added(("known_debt",))},
    size="known_debt",
)
FREEZES = Facts(
    name="asset_freeze",
    standard="asset_freeze",
    event="from",
    key=("doc_no",),
    texts=("to",),
    columns={"amount": Added(("amount",))},
    size="amount",
)
EQUITY_FREEZES = Facts(
    name="equity_freeze",
    standard="equity_freeze",
    event="from",
    key=("doc_no",),
    texts=("to",),
    columns={"amount": Added(("amount",))},
    size="amount",
)
_BROKE, _FROZEN = Group(BANKRUPTCIES, "court_bankruptcy"), Group(FREEZES, "court_freezes")
_EQUITY = Group(EQUITY_FREEZES, "court_freezes")
_FREEZE_FEATURES = (
    _BROKE.has("bankruptcy_ever", "a bankruptcy accepted", "有破产案件受理", EVER, Measure.FLAG, Any(EVER)),
    *counts(_FROZEN, "frozen", "freezes of assets", "财产保全次数", _YEAR, EVER),
    _FROZEN.has("frozen_now", "assets frozen now", "当前财产保全金额", NOW, Measure.FEN,
                Sum("amount", NOW, (Lasts("to"),))),
    _EQUITY.has("equity_frozen_now", "equity frozen now", "当前股权冻结数额", NOW, Measure.FEN,
                Sum("amount", NOW, (Lasts("to"),))),
    *counts(_EQUITY, "equity_frozen", "freezes of equity", "股权冻结次数", EVER),
)  # fmt: skip

_KINDS = (
    (("warning", "警告", "通报批评"), 1),
    (("fine", "罚款"), 2),
    (("confiscation", "没收"), 3),
    (("suspension", "责令停产停业", "停产停业"), 4),
    (("licence", "吊销许可", "吊销许可证件"), 5),
)
_SEVERITY = tuple((word, number) for words, number in _KINDS for word in words)
"""DOMAIN 3.4: warning 1, fine 2, confiscation 3, suspension 4, licence 5."""
PENALTIES = Facts(
    name="admin_penalty",
    standard="admin_penalty",
    event="date",
    key=("decision_no",),
    texts=("kind", "repair_date"),
    columns={"fine": Added(("fine",)), "severity": Coded("kind", _SEVERITY)},
    size="fine",
)
_FINED = Group(PENALTIES, "penalties")
_PENALTY_FEATURES = (
    *counts(_FINED, "penalties", "administrative penalties", "行政处罚次数", _YEAR, _TWO, EVER),
    _FINED.has("penalty_fines_730d", "fines, last 730 days", "近730天行政处罚罚款额", _TWO, Measure.FEN,
               Sum("fine", _TWO)),
    _FINED.has("penalty_worst_1095d", "most severe penalty, last 1,095 days (1 warning to 5 licence)",
               "近1095天最重行政处罚（1警告至5吊销）", days(1095), Measure.POINTS,
               Most("severity", days(1095)), empty=0),
    _FINED.has("penalty_severity_faded", "severity of penalties, half as much after a year", "行政处罚严重度衰减和",
               EVER,
               Measure.POINTS, Faded((AtLeast("severity"),), "severity"), empty=0),
    _FINED.has("penalty_large_fine_730d", "fines of 10,000 yuan or more, last 730 days", "近730天万元以上罚款次数",
               _TWO,
               Measure.COUNT, Count(_TWO, (AtLeast("fine", 1_000_000),))),
    _FINED.has("penalty_unrepaired", "penalties without a repair of credit", "未修复行政处罚数", NOW, Measure.COUNT,
               Count(NOW, (Lasts("repair_date"),))),
    _FINED.has("penalty_since", "days since the last penalty", "距最近一次行政处罚天数", EVER, Measure.DAYS,
               Least("days", EVER)),
)  # fmt: skip

_COLOURS = (("green", 4), ("blue", 3), ("yellow", 2), ("red", 1), ("black", 0), ("绿", 4), ("蓝", 3), ("黄", 2),
            ("红", 1), ("黑", 0), ("诚信", 4), ("良好", 3), ("警示", 2), ("不良", 1), ("绿色", 4), ("蓝色", 3),
            ("黄色", 2), ("红色", 1), ("黑色", 0))  # fmt: skip
COLOURS = Facts(
    name="environment_grade",
    standard="environment_grade",
    event="year",
    columns={"grade": Coded("grade", _COLOURS), "score": Thousandths("score")},
)
OUTLETS = Facts(
    name="outlet_day",
    standard="outlet_day",
    event="day",
    key=("outlet_no",),
    columns={"over": Tells((Yes("exceed"),))},
)
SAFETY = Facts(
    name="safety_record",
    standard="safety_record",
    event="date",
    key=("record_no",),
    columns={
        "accident": Tells((Yes("accident"),)),
        "deaths": Added(("deaths",)),
        "loss": Added(("direct_loss",)),
    },
    size="direct_loss",
)
_GREEN, _OUTLETS = Group(COLOURS, "environment"), Group(OUTLETS, "environment")
_SAFETY = Group(SAFETY, "safety")
_ACCIDENT = (AtLeast("accident"),)
_SAFETY_FEATURES = (
    _GREEN.has("environment_grade", "environmental credit, 4 green to 0 black", "环保信用等级（4绿至0黑）", NOW,
               Measure.POINTS, Newest("grade")),
    _GREEN.has("environment_change", "environmental credit against the year before", "环保信用等级较上年变化", NOW,
               Measure.POINTS, Difference(Newest("grade"), Newest("grade", 1))),
    _GREEN.has("environment_score", "score of environmental credit", "环保信用得分", NOW, Measure.POINTS,
               Scaled(Newest("score"), 1000)),
    _OUTLETS.has("outlet_over_share_90d", "share of days of outlets over the limit", "排污超标天数占比", days(90),
                 Measure.RATIO, Quotient(Count(days(90), (AtLeast("over"),)), Count(days(90)))),
    _SAFETY.has("accidents_730d", "accidents, last 730 days", "近730天安全事故数", _TWO, Measure.COUNT,
                Count(_TWO, _ACCIDENT)),
    _SAFETY.has("accident_deaths_1095d", "deaths in accidents, last 1,095 days", "近1095天事故死亡人数", days(1095),
                Measure.COUNT, Sum("deaths", days(1095))),
    _SAFETY.has("accident_loss_730d", "direct loss of accidents, last 730 days", "近730天事故直接损失", _TWO,
                Measure.FEN,
                Sum("loss", _TWO)),
    _SAFETY.has("safety_records_365d", "records of safety at work, last 365 days", "近365天安全生产记录数", _YEAR,
                Measure.COUNT, Count(_YEAR)),
)  # fmt: skip

PUBLIC_CREDIT = Facts(
    name="public_credit",
    standard="public_credit",
    event="date",
    columns={"score": Thousandths("score"), "negative": Added(("negative_records",))},
)
NEWS = Facts(
    name="news",
    standard="news",
    event="published",
    key=("doc_id",),
    texts=("topic",),
    columns={"polarity": Thousandths("polarity")},
)
COMPLAINTS = Facts(
    name="complaint",
    standard="complaint",
    event="date",
    key=("ticket_no",),
    columns={"amount": Added(("amount",)), "told": Tells((Filled("result"),))},
    size="amount",
)
_SCORED, _NEWS, _COMPLAINTS = (
    Group(PUBLIC_CREDIT, "public_credit"),
    Group(NEWS, "news"),
    Group(COMPLAINTS, "complaints"),
)
_BAD_NEWS = (Below("polarity", -300),)
_BAD_TOPICS = (
    Is("topic", ("default", "违约", "run", "跑路", "layoff", "裁员", "fundraising", "非法集资")),
)
_OPINION_FEATURES = (
    _SCORED.has("public_credit_score", "score of public credit", "公共信用得分", NOW, Measure.POINTS,
                Scaled(Newest("score"), 1000)),
    _SCORED.has("public_credit_change", "score of public credit against the one before", "公共信用得分较上期变化", NOW,
                Measure.POINTS, Scaled(Difference(Newest("score"), Newest("score", 1)), 1000)),
    _SCORED.has("public_credit_negative", "negative records in public credit", "公共信用失信记录数", NOW, Measure.COUNT,
                Newest("negative")),
    *counts(_NEWS, "news", "news", "舆情条数", days(90), _YEAR),
    _NEWS.has("news_bad_90d", "bad news, last 90 days", "近90天负面舆情条数", days(90), Measure.COUNT,
              Count(days(90), _BAD_NEWS)),
    _NEWS.has("news_alarming_365d", "news of default, flight, layoffs or fundraising, last 365 days",
              "近365天违约跑路裁员集资类舆情条数", _YEAR, Measure.COUNT, Count(_YEAR, _BAD_TOPICS)),
    _NEWS.has("news_polarity_365d", "mean polarity of news, last 365 days", "近365天舆情平均极性", _YEAR, Measure.RATIO,
              Scaled(Quotient(Sum("polarity", _YEAR), Count(_YEAR)), 1000)),
    *counts(_COMPLAINTS, "complaints", "consumer complaints", "消费投诉举报数", days(90), _YEAR),
    _COMPLAINTS.has("complaints_growth", "complaints of 12 months over those of the 12 before",
                    "消费投诉举报同比增长率", months(24), Measure.RATIO,
                    Quotient(Count(months(12)), Count(months(24, 13)), plus=-1.0)),
    _COMPLAINTS.has("complaints_amt_365d", "amounts disputed in complaints, last 365 days", "近365天投诉争议金额",
                    _YEAR,
                    Measure.FEN, Sum("amount", _YEAR)),
)  # fmt: skip

READINGS = (
    CASES, JUDGMENTS, ENFORCEMENTS, DISHONEST, BANS, ABNORMAL, SERIOUS, BANKRUPTCIES, FREEZES, EQUITY_FREEZES,
    PENALTIES, COLOURS, OUTLETS, SAFETY, PUBLIC_CREDIT, NEWS, COMPLAINTS,
)  # fmt: skip
FEATURES = (
    *_CASE_FEATURES,
    *_JUDGMENT_FEATURES,
    *_ENFORCEMENT_FEATURES,
    *_LIST_FEATURES,
    *_FREEZE_FEATURES,
    *_PENALTY_FEATURES,
    *_SAFETY_FEATURES,
    *_OPINION_FEATURES,
)
