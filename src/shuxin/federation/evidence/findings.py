"""What the walk along the chain found: every link by name, in order, with its answer in words (核验结论)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class LinkName(StrEnum):
    """A link of the chain (证据环节)."""

    FILE = "file"
    AUTHORISATION = "authorisation"
    BASIS = "basis"
    USE = "use"
    JOB = "job"
    MODEL = "model"
    ANSWER = "answer"
    SCORE = "score"
    RULES = "rules"
    DECISION = "decision"


class LinkState(StrEnum):
    """What is known of a link. ``told``: the word of whoever made the file, and nothing proves it."""

    HOLDS = "holds"
    TOLD = "told"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Link:
    """One link that was looked at. ``party``: whose it is, "" where it is nobody's in particular.

    code: why it is broken or only told, "" where it holds.
    """

    name: LinkName
    state: LinkState
    party: str = ""
    code: str = ""

    @property
    def ok(self) -> bool:
        return self.state is not LinkState.BROKEN

    @property
    def sentence(self) -> Text:
        if self.code:
            return CODES[self.code]
        return HOLDS[self.name]


@dataclass(frozen=True, slots=True)
class Findings:
    """The links in the order of the chain."""

    links: tuple[Link, ...]

    @property
    def holds(self) -> bool:
        return bool(self.links) and all(link.ok for link in self.links)

    @property
    def first_broken(self) -> Link | None:
        return next((link for link in self.links if not link.ok), None)


NAMES: Mapping[LinkName, Text] = {
    LinkName.FILE: Text(en="file", zh="文件"),
    LinkName.AUTHORISATION: Text(en="authorisation", zh="授权"),
    LinkName.BASIS: Text(en="basis", zh="处理依据"),
    LinkName.USE: Text(en="use", zh="使用记录"),
    LinkName.JOB: Text(en="job", zh="任务"),
    LinkName.MODEL: Text(en="model", zh="模型"),
    LinkName.ANSWER: Text(en="answer", zh="应答"),
    LinkName.SCORE: Text(en="score", zh="评分"),
    LinkName.RULES: Text(en="rules", zh="规则"),
    LinkName.DECISION: Text(en="decision", zh="决策"),
}
HOLDS: Mapping[LinkName, Text] = {
    LinkName.FILE: Text(en="the file is whole and in its one form", zh="文件完整，格式规范"),
    LinkName.AUTHORISATION: Text(
        en="the subject's own key signed it, and somebody trusted bound that key to the subject",
        zh="由主体本人密钥签署，且该密钥经受信任方核实归属",
    ),
    LinkName.BASIS: Text(en="the holder recorded and signed it", zh="持有方已登记并签名"),
    LinkName.USE: Text(
        en="it stands in this party's log under a signed checkpoint, and what it rests on covers it",
        zh="该方日志已载明本次使用，处于已签名检查点之下，且有相应依据",
    ),
    LinkName.JOB: Text(
        en="every party approved the service and the training of its card by its own signature",
        zh="评分服务及其评分卡训练均经各参与方签名批准",
    ),
    LinkName.MODEL: Text(
        en="the card is the one that was approved or named, by its hash and that of every party's part",
        zh="所用评分卡与批准或载明的一致，各方分片哈希相符",
    ),
    LinkName.ANSWER: Text(
        en="this party signed just this answer to this question, and its log has it",
        zh="该方对本次询问的应答已签名，并载于其日志",
    ),
    LinkName.SCORE: Text(
        en="added up anew from what was disclosed, the total is the same",
        zh="按披露的分值重新加总，结果一致",
    ),
    LinkName.RULES: Text(en="the file names the rules by their hash", zh="文件以哈希指明所用规则"),
    LinkName.DECISION: Text(
        en="limit, rate and outcome agree with one another and with the points",
        zh="额度、利率、结论与评分相互一致",
    ),
}
CODES: Mapping[str, Text] = {
    "file": Text(en="the file is not whole, or not in its one form", zh="文件不完整，或格式不规范"),
    "shape": Text(
        en="something that must stand here is missing or of another kind",
        zh="此处缺少应有内容，或内容类型不符",
    ),
    "future": Text(en="it is dated after the moment of this check", zh="其时间晚于本次核验时间"),
    "signer": Text(
        en="no trusted key that may speak for this party signed it",
        zh="签名密钥不属于该方，或不受信任、无权签署",
    ),
    "key_ended": Text(en="the key that signed it was revoked", zh="签名密钥已被撤销"),
    "key_not_valid": Text(
        en="the key that signed it was not valid then", zh="签署时该密钥不在有效期内"
    ),
    "changed": Text(en="what was signed has been changed", zh="签名内容已被改动"),
    "terms": Text(
        en="the authorisation is about somebody else, or its terms are not those of its number",
        zh="授权书属于其他主体或使用方，或条款与编号不符",
    ),
    "not_covered": Text(
        en="no authorisation in the file covers this use", zh="文件中没有涵盖本次使用的授权"
    ),
    "use_missing": Text(
        en="this party answered, and no use stands in its log for it",
        zh="该方已应答，但未见相应的使用记录",
    ),
    "log_unknown": Text(
        en="the log is not among those that are trusted here", zh="该日志不在受信任日志之列"
    ),
    "checkpoint": Text(
        en="the checkpoint is not signed by that log", zh="检查点没有该日志的有效签名"
    ),
    "witnesses": Text(
        en="fewer trusted witnesses cosigned the checkpoint than this check asks for",
        zh="联署检查点的可信见证方少于要求",
    ),
    "forked": Text(
        en="the log signed another tree of the same size", zh="该日志对同一规模签署过不同内容"
    ),
    "entry": Text(
        en="the entry does not stand in the log at this place", zh="日志该位置并无此条目"
    ),
    "other": Text(
        en="it belongs to another question, subject or party",
        zh="属于另一询问、另一主体或另一参与方",
    ),
    "opening": Text(
        en="salt and content do not open the entry's commitment", zh="盐值与内容不能打开条目的承诺"
    ),
    "approval": Text(
        en="an approval is missing, or not of this very job",
        zh="缺少参与方的批准，或批准的并非本任务",
    ),
    "ended": Text(en="the service had ended by then", zh="届时该评分服务已到期"),
    "hash": Text(en="the hash is not the one that was approved", zh="哈希与批准的不一致"),
    "leaf": Text(
        en="this answer is not among those that the party signed", zh="该应答不在该方签名的应答之中"
    ),
    "questions": Text(
        en="the questions are not those that the score names", zh="所附询问与评分所列不符"
    ),
    "own": Text(
        en="the bank's own points are not those of its card", zh="银行自有特征的分值与评分卡不符"
    ),
    "standing": Text(
        en="what became of a holder is not what the answers show", zh="数据方应答情况与应答内容不符"
    ),
    "total": Text(en="the total does not add up", zh="合计分值不符"),
    "down": Text(
        en="the bank says that this party could not be reached; nothing proves it",
        zh="银行称无法连接该方，无从证明",
    ),
    "refused_unproven": Text(
        en="the bank says that this party refused; the file has no signed refusal",
        zh="银行称该方拒绝，但文件中没有该方签名的拒绝回执",
    ),
    "refused": Text(
        en="this party refused, signed its reasons and wrote them into its log; no use was counted",
        zh="该方已签名拒绝并注明原因，载入其日志，未计使用次数",
    ),
    "none": Text(
        en="nobody's data were used, so no authorisation stands here", zh="未使用任何数据，故无授权"
    ),
    "no_model": Text(en="the rules use no card", zh="该策略未使用评分卡"),
    "uses": Text(
        en="the uses and scores in the file are not those that the decision names",
        zh="文件所附使用记录、评分与决策所列不符",
    ),
    "replay": Text(
        en="computed anew from its inputs, the decision is another one",
        zh="由所载输入重新计算，结论不一致",
    ),
    "replayed": Text(
        en="computed anew from its inputs, the decision is the same, byte for byte",
        zh="由所载输入重新计算，结论逐字节一致",
    ),
    "not_replayed": Text(
        en="the decision is not computed anew here; a full install does it from the same file",
        zh="未在此重新计算决策；完整安装可由同一文件重算",
    ),
    "other_version": Text(
        en="not computed anew: another version of the rule engine is installed here than decided then",
        zh="未重新计算：此处安装的规则引擎版本与决策时不同",
    ),
    "not_computed": Text(
        en="the limit and the rate are not computed anew here; 'shuxin replay' does it from the same file",
        zh="额度与利率未在此重新计算；可用 shuxin replay 由同一文件重算",
    ),
}
