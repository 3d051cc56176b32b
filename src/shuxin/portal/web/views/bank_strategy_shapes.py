"""What may be changed of each stage of a strategy (策略参数), and how each value is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shuxin.kernel.text import Text
from shuxin.market.api import ProductKind
from shuxin.portal.web.parts import Choice
from shuxin.portal.web.views.bank_strategy_words import CAPS, OTHERWISE

_BP = Text(en="basis points: 100 are one per cent", zh="单位：基点（100 基点为 1%）")
_FACTOR = Text(en="10000 stands for 1", zh="10000 表示 1 倍")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the document: ``key`` there, how it is typed. ``optional``: empty stands for nothing (null)."""

    key: str
    label: Text
    kind: Literal["whole", "text", "choice", "fact", "reason", "flag", "words", "sentence"] = (
        "whole"
    )
    choices: tuple[Choice, ...] = ()
    hint: Text | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Several:
    """A list of lines. ``of``: only the members of this kind, in a list that has several kinds."""

    key: str
    title: Text
    values: tuple[Value, ...]
    of: str = ""

    @property
    def name(self) -> str:
        return f"{self.key}-{self.of}" if self.of else self.key


@dataclass(frozen=True, slots=True)
class Shape:
    """What one form edits."""

    values: tuple[Value, ...] = ()
    lists: tuple[Several, ...] = ()


def _whole(key: str, en: str, zh: str, hint: Text | None = None) -> Value:
    return Value(key, Text(en=en, zh=zh), hint=hint)


def _text(key: str, en: str, zh: str, *, optional: bool = False) -> Value:
    return Value(key, Text(en=en, zh=zh), kind="text", optional=optional)


def _sentence(key: str, en: str, zh: str, *, optional: bool = False) -> Value:
    return Value(key, Text(en=en, zh=zh), kind="sentence", optional=optional)


def _fact(key: str, en: str, zh: str, *, optional: bool = False) -> Value:
    return Value(key, Text(en=en, zh=zh), kind="fact", optional=optional)


def _reason(key: str, en: str, zh: str) -> Value:
    return Value(key, Text(en=en, zh=zh), kind="reason")


def _choice(key: str, en: str, zh: str, choices: tuple[Choice, ...]) -> Value:
    return Value(key, Text(en=en, zh=zh), kind="choice", choices=choices)


_WAYS = tuple(Choice(key, text) for key, text in OTHERWISE.items())
_ASKING = (
    _choice("silent", "When the source is silent", "数据源无应答时", _WAYS),
    _choice("unauthorised", "When an authorisation is missing", "缺少授权时", _WAYS),
)
_INCOMPLETE = tuple(Choice(key, OTHERWISE[key]) for key in ("refer", "go_on"))
_SCORES = tuple(Choice(key, key) for key in ("joint.points", "joint.pd", "card.points", "card.pd"))
_CAP = _text("code", "Code", "代码")
_SALES = _fact("sales", "Sales", "销售额变量")
_CAP_VALUES = {
    "multiple": (
        _CAP,
        _fact("fact", "Sum", "基数变量"),
        _whole("factor_bp", "Multiple, 10000 = 1", "倍数（10000 表示 1 倍）"),
    ),
    "working_capital": (
        _CAP,
        _SALES,
        _whole("margin_bp", "Margin, bp", "利润率（基点）"),
        _whole("growth_bp", "Growth, bp", "增长率（基点）"),
        _whole("turns_bp", "Turns a year, 10000 = 1", "年周转次数（10000 表示 1 次）"),
        _whole("others_bp", "Own funds and others, bp", "自有及其他资金（基点）"),
    ),
    "affordable": (
        _CAP,
        _fact("cash_flow", "Monthly cash flow", "月现金流变量"),
        _fact("service", "Other payments", "其他还款变量", optional=True),
        _whole("cover_bp", "Cover, 10000 = 1", "覆盖倍数（10000 表示 1 倍）"),
    ),
    "debt": (
        _CAP,
        _SALES,
        _whole("share_bp", "Share, bp", "占比（基点）"),
        _fact("debt", "Debt there is", "已有负债变量", optional=True),
    ),
}
SHAPES = {
    "rules": Shape(_ASKING),
    "card": Shape((_text("model", "Model (SHA-256)", "模型 SHA-256"), *_ASKING)),
    "joint": Shape(
        (
            _text("service", "Service", "评分服务"),
            *_ASKING,
            _choice(
                "incomplete", "When not every holder answered", "部分数据方未应答时", _INCOMPLETE
            ),
        )
    ),
    "zones": Shape(
        (_reason("too_low", "Reason when declined", "拒绝原因"),),
        (
            Several(
                "zones",
                Text(
                    en="Zones: points as they are, pd in basis points",
                    zh="分区（分数按分，违约概率按基点）",
                ),
                (
                    _choice("by", "By", "依据", _SCORES),
                    _whole("approve", "Approve from / up to", "通过线"),
                    _whole("decline", "Decline below / above", "拒绝线"),
                ),
            ),
        ),
    ),
    "limit": Shape(
        (
            _whole("caps_needed", "Caps that must be known", "至少须可计算的上限数"),
            _whole("most_yuan", "At most, yuan", "单户上限（元）"),
            _whole("step_yuan", "Rounded down to, yuan", "取整单位（元）"),
            _reason("too_low", "Reason when too low", "低于产品下限时的原因"),
        ),
        (
            *(Several("caps", CAPS[kind], values, of=kind) for kind, values in _CAP_VALUES.items()),
            Several(
                "grades",
                Text(en="Grades", zh="评级系数"),
                (
                    _text("code", "Grade", "等级"),
                    _whole("pd_most_bp", "pd up to, bp", "违约概率上限（基点）"),
                    _whole("factor_bp", "Factor, 10000 = 1", "系数（10000 表示 1）"),
                ),
            ),
        ),
    ),
    "price": Shape(
        (
            _whole("opex_bp", "Operation", "运营成本", _BP),
            _whole("margin_bp", "Margin", "利润加点", _BP),
            _whole("hurdle_bp", "Hurdle of return on capital", "资本回报门槛（RAROC）", _BP),
            _whole("lgd_bp", "Loss given default", "违约损失率", _BP),
            _reason("too_dear", "Reason when too dear", "未达门槛时的原因"),
        ),
        (
            Several(
                "ftp",
                Text(en="Cost of money (FTP)", zh="内部资金价格（FTP）"),
                (
                    _whole("months", "Months up to", "期限不超过（月）"),
                    _whole("bp", "Price, bp", "价格（基点）"),
                ),
            ),
            Several(
                "lpr",
                Text(en="LPR", zh="LPR"),
                (
                    _text("since", "Since", "生效日"),
                    _whole("one_year_bp", "One year, bp", "一年期（基点）"),
                    _whole("five_years_bp", "Five years, bp", "五年期以上（基点）"),
                ),
            ),
        ),
    ),
}
_FACT_KINDS = (
    Choice("integer", Text(en="whole number", zh="整数")),
    Choice("number", Text(en="number", zh="数值")),
    Choice("text", Text(en="text", zh="文本")),
    Choice("boolean", Text(en="yes or no", zh="是或否")),
)
WORDS = Shape(
    (
        _text("name", "Name", "策略名称"),
        _text("name_en", "Name in English", "名称（英文）", optional=True),
        Value(
            "second_above_yuan",
            Text(
                en="Approvals by a person above so many yuan need a second one",
                zh="人工批准超过该金额须双人复核（元）",
            ),
            optional=True,
        ),
    ),
    (
        Several(
            "facts",
            Text(en="Facts of open lists and own features", zh="公开名单与本行特征变量"),
            (
                _text("name", "Name (open.… or own.…)", "变量名（open.… 或 own.…）"),
                _choice("kind", "Kind", "类型", _FACT_KINDS),
                Value("least", Text(en="Least", zh="下限"), optional=True),
                Value("most", Text(en="Most", zh="上限"), optional=True),
                Value("one_of", Text(en="One of", zh="取值范围"), kind="words"),
                Value("may_be_unknown", Text(en="May be unknown", zh="可能未知"), kind="flag"),
                _text("zh", "In Chinese", "中文名", optional=True),
                _text("en", "In English", "英文名", optional=True),
            ),
        ),
        Several(
            "reasons",
            Text(en="Reasons that firms read", zh="对企业公开的原因"),
            (
                _text("code", "Code", "代码"),
                _sentence("zh", "Why, in Chinese", "原因（中文）"),
                _sentence("en", "Why, in English", "原因（英文）"),
                _sentence(
                    "change_zh",
                    "What would change it, in Chinese",
                    "改善建议（中文）",
                    optional=True,
                ),
                _sentence(
                    "change_en",
                    "What would change it, in English",
                    "改善建议（英文）",
                    optional=True,
                ),
            ),
        ),
    ),
)
PRODUCT_KINDS = tuple(Choice(kind.value, kind.text) for kind in ProductKind)
