"""What each rule is called and how a load that breaks it is mended (整改建议)."""

from __future__ import annotations

from shuxin.kernel.text import Text

_RULES = {
    "rows": Text(en="rows at all", zh="有无数据行"),
    "key": Text(en="key not repeated", zh="主键不重复"),
    "complete": Text(en="complete", zh="完整率"),
    "valid": Text(en="valid", zh="有效率"),
    "unique": Text(en="distinct", zh="唯一率"),
    "in_range": Text(en="sign and range", zh="正负号与取值范围"),
    "credit_code": Text(en="credit codes, both checks", zh="信用代码两级校验"),
    "readable": Text(en="rows that could be loaded", zh="可装载行占比"),
    "orphans": Text(en="subjects known to the register", zh="主体在登记库中"),
    "gaps": Text(en="no period left out", zh="报送期次不断档"),
    "identity": Text(en="amounts add up", zh="勾稽关系"),
    "agrees": Text(en="agrees with another dataset", zh="跨表核对"),
    "drift": Text(en="distribution as before", zh="分布稳定"),
    "timely": Text(en="newest data in time", zh="数据及时"),
}
_MEND = {
    "rows_none": Text(
        en="Ask the sender whether the file was cut off, and send the whole file again",
        zh="请与提供方核实文件是否被截断，并重新报送完整文件",
    ),
    "key_repeated": Text(
        en="Take out the rows that stand twice in the source, or correct the key in the contract",
        zh="请在源头删除重复行，或更正合约中的主键",
    ),
    "required_missing": Text(
        en="Complete the field in the source; make it optional in the contract only if it really may be missing",
        zh="请在源头补全该字段；确可缺失时，方可在合约中改为非必填",
    ),
    "code_unknown": Text(
        en="Correct the codes in the source, or add the new ones to the code table in a new version of the contract",
        zh="请在源头更正代码，或在合约新版本的代码表中补充新代码",
    ),
    "credit_codes": Text(
        en="Correct the codes against the register; codes are never repaired here",
        zh="请对照登记库更正代码；系统不会自动修复代码",
    ),
    "rows_refused": Text(
        en="Look at the rows set aside and their reasons; mostly a column was shifted or its form changed",
        zh="请查看搁置的行及原因；多为列错位或写法变化",
    ),
    "orphans": Text(
        en="Load the newest register first; then correct the codes that it still does not know",
        zh="请先装载最新的登记库，再更正仍未登记的代码",
    ),
    "gaps": Text(
        en="Ask the filer for the periods left out; say so if it was not obliged to file",
        zh="请向报送单位补要缺失期次；如无报送义务请注明",
    ),
    "identity": Text(
        en="Compare the rows named with the return; mostly a column holds another unit or sign",
        zh="请将所列行与申报表核对；多为某列单位或正负号有误",
    ),
    "agrees": Text(
        en="Find out which of the two datasets is incomplete for these periods, and load it again",
        zh="请核实两个数据集中哪一个在相应期次不完整，并重新装载",
    ),
    "drift": Text(
        en="Ask the sender what changed: a code table, a unit, or which enterprises are covered",
        zh="请向提供方核实变化原因：代码表、单位或覆盖范围是否改变",
    ),
    "late": Text(
        en="Ask the sender for the newer data, or correct the cycle and the lag in the contract",
        zh="请向提供方催要新数据，或在合约中更正周期与时滞",
    ),
}
_BY_RULE = {
    "rule_complete": "required_missing",
    "rule_valid": "code_unknown",
    "rule_unique": "key_repeated",
    "rule_in_range": "identity",
}
_ELSE = Text(en="Look at the lines named in the source", zh="请核对源文件中所列的行")


def rule_text(rule: str) -> Text:
    """What a rule is called; a rule of a later version by its own word."""
    return _RULES.get(rule, Text(en=rule, zh=rule))


def how_to_mend(code: str) -> Text:
    """What to do about a finding."""
    return _MEND.get(_BY_RULE.get(code, code), _ELSE)
