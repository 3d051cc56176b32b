"""What the messages of jobs are to who receives them (消息含义): one table for the docs' page and the wire page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    Count: TypeAlias = Callable[[bytes], int]
    """How many numbers a message carries."""


class Nature(StrEnum):
    """What a message is to its receiver (消息性质)."""

    MASKED = "masked"
    KEYED = "keyed"
    SEALED = "sealed"
    SHARE = "share"
    FIGURES = "figures"
    PLACES = "places"
    WORD = "word"
    PROOF = "proof"

    @property
    def text(self) -> Text:
        return _NATURES[self]

    @property
    def short(self) -> Text:
        """In a word."""
        return _SHORT[self]


_NATURES = {
    Nature.MASKED: Text(
        en="uniform: under a mask that the receiver does not know", zh="均匀随机：带有接收方不知道的掩码"
    ),
    Nature.KEYED: Text(
        en="looks random: under a key that the receiver does not know", zh="近似随机：由接收方没有的密钥处理"
    ),
    Nature.SEALED: Text(en="keys, encrypted for the receiver", zh="密钥，仅接收方可解密"),
    Nature.SHARE: Text(
        en="shares: uniform each, figures when all are added up", zh="分片：单个均匀随机，全部相加后为数值"
    ),
    Nature.FIGURES: Text(en="figures in the clear", zh="明文数值"),
    Nature.PLACES: Text(en="places of rows", zh="行的位置"),
    Nature.WORD: Text(en="shapes and what comes next", zh="规模与下一步安排"),
    Nature.PROOF: Text(en="a hash to compare", zh="供比对的哈希"),
}  # fmt: skip


_SHORT = {
    Nature.MASKED: Text(en="masked", zh="带掩码"),
    Nature.KEYED: Text(en="keyed", zh="密钥处理"),
    Nature.SEALED: Text(en="sealed", zh="加密"),
    Nature.SHARE: Text(en="share", zh="分片"),
    Nature.FIGURES: Text(en="clear", zh="明文"),
    Nature.PLACES: Text(en="places", zh="位置"),
    Nature.WORD: Text(en="order", zh="流程"),
    Nature.PROOF: Text(en="hash", zh="哈希"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Messages whose name has a pattern; ``shown`` is how pages call them."""

    pattern: str
    shown: str
    nature: Nature
    what: Text
    numbers: Count = lambda _content: 0


def words_in(content: bytes) -> int:
    return len(content) // 8


def rows_in(content: bytes) -> int:
    return sum(len(each["rows"]) for each in json.loads(content))


def hundredths_in(content: bytes) -> int:
    return sum(len(each["woe"]) for each in json.loads(content))


_STEP = r"(counts|relate|fit)\S*"
RULES = (
    Rule("alignment/key", "alignment/key", Nature.SEALED,
         Text(en="the keys of tags and digest", zh="标签与摘要的密钥")),
    Rule("alignment/tags", "alignment/tags", Nature.KEYED,
         Text(en="one tag of 16 bytes a firm, in random order", zh="每家企业一个 16 字节标签，顺序随机")),
    Rule("alignment/points", "alignment/points", Nature.KEYED,
         Text(en="one point of 32 bytes a firm, in random order", zh="每家企业一个 32 字节曲线点，顺序随机")),
    Rule("alignment/raised", "alignment/raised", Nature.KEYED,
         Text(en="the receiver's points under both secrets, hashed", zh="接收方的点经双方秘密处理后的哈希")),
    Rule("alignment/answer", "alignment/answer", Nature.PLACES,
         Text(en="which of the receiver's rows are common: their places, with ecdh its points raised twice",
              zh="接收方哪些行为共同行（位置）；ecdh 方式下为其点的二次处理结果")),
    Rule("alignment/digest", "alignment/digest", Nature.PROOF,
         Text(en="of the aligned rows", zh="对齐结果的哈希")),
    Rule(r"counts\.\d+/shape", "counts/shape", Nature.WORD,
         Text(en="number of rows and of bins", zh="行数与分箱数")),
    Rule(r"counts\.\d+/features", "counts/features", Nature.FIGURES,
         Text(en="names of features, rows in each fine bin", zh="特征名称、各细分箱的行数"), rows_in),
    Rule(r"counts\.\d+/answer", "counts/answer", Nature.FIGURES,
         Text(en="groups of own bins, WOE in hundredths", zh="接收方自有分箱的合并方式、WOE（百分之一）"),
         hundredths_in),
    Rule(rf"{_STEP}/bound", "*/bound", Nature.PROOF,
         Text(en="salted commitment to a matrix", zh="矩阵的加盐承诺")),
    Rule(rf"{_STEP}/dealt", "*/dealt", Nature.MASKED, Text(en="corrections of products", zh="乘积校正量")),
    Rule(rf"{_STEP}/masked", "*/masked", Nature.MASKED,
         Text(en="a matrix less its mask", zh="减去掩码的矩阵")),
    Rule(r"counts\.\d+/0/share", "counts/0/share", Nature.SHARE,
         Text(en="bads in each fine bin", zh="各细分箱的坏样本数"), lambda content: len(content) // 4),
    Rule(r"relate/own", "relate/own", Nature.FIGURES,
         Text(en="sums and products of the sender's columns", zh="发送方各列的和与乘积和"), words_in),
    Rule(r"relate\S*/0/(share|other)", "relate/0/share", Nature.SHARE,
         Text(en="sums of products of two parties' columns", zh="两方各列的乘积和"), words_in),
    Rule(r"relate\S*/0/factors", "relate/0/factors", Nature.WORD,
         Text(en="secret factors of check columns", zh="校验列的秘密系数")),
    Rule(r"fit\d+/gram", "fit/gram", Nature.SHARE,
         Text(en="sums of products of columns; the sender's own in the clear", zh="各列乘积和；发送方自有部分为明文"),
         words_in),
    Rule(r"fit\d+/\d+/ask", "fit/<i>/ask", Nature.WORD,
         Text(en="whether there is another iteration", zh="是否继续下一次迭代")),
    Rule(r"fit\d+/(\d+|weights)/sines\S*", "fit/<i>/sines", Nature.MASKED,
         Text(en="dealt sines", zh="预分发的正弦值")),
    Rule(r"fit\d+/(\d+|weights)/opened", "fit/<i>/opened", Nature.MASKED,
         Text(en="log-odds under a mask, modulo 2^20", zh="带掩码的对数几率（模 2^20）")),
    Rule(r"fit\d+/\d+/shares", "fit/<i>/shares", Nature.SHARE,
         Text(en="slopes of all columns", zh="各列的梯度"), words_in),
    Rule(r"fit\d+/\d+/coefficients", "fit/<i>/coefficients", Nature.FIGURES,
         Text(en="the receiver's own coefficients", zh="接收方自有特征的系数"), words_in),
    Rule(r"fit\d+/weights/shares", "fit/weights/shares", Nature.SHARE,
         Text(en="second derivatives", zh="二阶导数"), words_in),
    Rule(r"fit\d+/final", "fit/final", Nature.FIGURES,
         Text(en="the receiver's final coefficients", zh="接收方的最终系数"), words_in),
    Rule(r"scorecard/round/\d+", "scorecard/round/<k>", Nature.WORD,
         Text(en="the next step, columns left of each party, which of the receiver's stay",
              zh="下一步骤、各方剩余列数、接收方保留哪些列")),
    Rule("scorecard/notice", "scorecard/notice", Nature.FIGURES,
         Text(en="names and categories of the sender's features, its mean points",
              zh="发送方特征的名称与类别、平均分"), lambda _content: 1),
    Rule(r"question/\d+", "question", Nature.FIGURES,
         Text(en="who is asked about, and which holders together", zh="询问对象，以及哪些数据方合并应答"),
         lambda content: len(json.loads(content)["subjects"])),
    Rule(r"answer/\d+", "answer", Nature.MASKED,
         Text(en="whether the firm is known, the total under the holders' masks",
              zh="是否有该企业；总分带各数据方掩码")),
)  # fmt: skip
"""Messages of the kinds of job; a test plays every kind and finds each message in a rule."""

_AROUND = (
    Rule("keys", "keys", Nature.WORD,
         Text(en="the sender's key of this job, signed", zh="发送方本任务的密钥，已签名")),
    Rule("entry", "entry", Nature.WORD,
         Text(en="which version of its dataset the sender enters, on what ground, signed",
              zh="发送方入场数据集的版本与处理依据，已签名")),
    Rule("grants", "grants", Nature.FIGURES,
         Text(en="signed authorisations of the firms", zh="企业签署的授权书")),
    Rule("digest", "digest", Nature.PROOF, Text(en="of all that was sent", zh="全部已发送消息的哈希")),
    Rule(r"rehearsal\S*|product\S*", "product", Nature.MASKED,
         Text(en="a product of made-up matrices", zh="演练用随机矩阵的乘积")),
)  # fmt: skip
"""What nodes exchange around the program of a kind, and in rehearsals without data."""


def rule_of(name: str) -> int:
    """Its number among RULES. Raises ValueError."""
    for nth, rule in enumerate(RULES):
        if re.fullmatch(rule.pattern, name):
            return nth
    raise ValueError(f"no rule for the message {name}")


def meaning_of(name: str) -> Rule | None:
    """What a message of this name is; None for one of a later program."""
    return next((rule for rule in (*RULES, *_AROUND) if re.fullmatch(rule.pattern, name)), None)
