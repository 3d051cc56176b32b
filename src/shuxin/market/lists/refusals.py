"""What can be wrong with what officers, lenders and firms do with lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.text import Sayable

PLACES = {
    "code": Text(en="code", zh="统一社会信用代码"),
    "name": Text(en="name", zh="企业名称"),
    "region": Text(en="region code", zh="行政区划代码"),
    "visited_on": Text(en="day of visit", zh="走访日期"),
    "visitor": Text(en="visitor", zh="走访人"),
    "needs": Text(en="needs money", zh="有无融资需求"),
    "amount": Text(en="amount (yuan)", zh="需求金额（元）"),
    "use": Text(en="use", zh="贷款用途"),
    "note": Text(en="note", zh="备注"),
    "evidence": Text(en="evidence", zh="核查依据"),
    "grade": Text(en="tax grade", zh="纳税信用级别"),
    "bank": Text(en="bank of the account", zh="开户银行"),
    "group": Text(en="group", zh="分组"),
    "value": Text(en="value", zh="取值"),
    "active": Text(en="active firms", zh="在营企业数"),
    "source": Text(en="who counted them", zh="数据来源"),
    "title": Text(en="title", zh="活动名称"),
    "grades": Text(en="tax grades", zh="纳税信用级别"),
    "quotas": Text(en="quotas", zh="银行名额"),
    "twice": Text(en="a firm stands twice", zh="企业重复"),
    "result_amount": Text(en="amount", zh="金额"),
    "rate": Text(en="rate", zh="利率"),
    "reason": Text(en="reason", zh="原因"),
    "columns": Text(en="number of columns", zh="列数"),
    "heads": Text(en="heads", zh="表头"),
    "quotes": Text(en="quotation marks", zh="引号"),
    "encoding": Text(en="encoding", zh="文件编码"),
    "empty": Text(en="nothing in it", zh="内容为空"),
    "too many": Text(en="too many lines", zh="行数过多"),
    "too long": Text(en="file too long", zh="文件过大"),
    "list_region_not_yours": Text(en="not in your region", zh="不在本人辖区"),
    "list_already_on": Text(en="on the lists already", zh="已在清单中"),
}
"""What may be wrong, by the code that errors carry; also the heads of files."""


class Placed:
    """Mixed into an error that names a place of ``PLACES``."""

    facts: dict[str, object]

    def in_words(self) -> Mapping[str, Sayable]:
        where = str(self.facts.get("where", ""))
        return {"where": PLACES[where]} if where in PLACES else {}


class VisitInvalid(Placed, InvalidInput):
    code = "visit_invalid"
    what = Text(en="this cannot be a visit record: {where}", zh="走访记录填写有误：{where}")
    mend = Text(en="Correct this place and send it again", zh="请更正该项后重新提交")


class RegionNotYours(NotPermitted):
    code = "list_region_not_yours"
    what = Text(en="this firm is not in your region", zh="该企业不在您的辖区内")
    mend = Text(
        en="The operator of the platform keeps which officer works where",
        zh="辖区由平台运营方维护，如有误请联系更正",
    )


class StandardsOpen(Conflict):
    code = "list_standards_open"
    what = Text(
        en="the firm cannot be recommended: not all five standards hold",
        zh="五项标准未全部符合，不能列入推荐清单",
    )
    mend = Text(
        en="Answer each standard with its evidence; the firm stays on the declared list until all hold",
        zh="请逐项核实并写明依据；未全部符合的，继续留在申报清单",
    )


class AlreadyListed(Conflict):
    code = "list_already_on"
    what = Text(en="the firm is on the lists already", zh="该企业已在清单中")
    mend = Text(
        en="Open its entry; close it before it is declared anew",
        zh="请打开已有记录；如需重新申报，请先办结原记录",
    )


class ResultInvalid(Placed, InvalidInput):
    code = "list_result_invalid"
    what = Text(en="this result cannot be: {where}", zh="对接结果填写有误：{where}")
    mend = Text(
        en="Credit and loans have an amount, a refusal has a reason",
        zh="已授信、已放款应填写金额，未授信应填写原因",
    )


class ListFileInvalid(InvalidInput):
    code = "list_file_invalid"
    what = Text(
        en="nothing was taken in; wrong lines: {lines}", zh="未导入任何记录，以下各行有误：{lines}"
    )
    mend = Text(
        en="Correct these lines and send the whole file again; it is UTF-8 or GB 18030 with the heads of the template",
        zh="请更正后重新导入整个文件；文件应为 UTF-8 或 GB 18030 编码，表头与模板一致",
    )


class CampaignInvalid(Placed, InvalidInput):
    code = "campaign_invalid"
    what = Text(en="this campaign cannot be: {where}", zh="活动设置有误：{where}")
    mend = Text(
        en="Give a title, grades of A, B, M, C and D, and a quota of each lender",
        zh="请填写活动名称、纳税信用级别（A、B、M、C、D）和各银行名额",
    )


class LinkInvalid(NotPermitted):
    code = "questionnaire_link_invalid"
    what = Text(en="this link is not, or no longer, good", zh="问卷链接无效或已过期")
    mend = Text(
        en="Ask the bank or the office that gave it to you for a new one",
        zh="请向提供链接的银行或部门重新获取",
    )


class RepliedAlready(Conflict):
    code = "questionnaire_replied"
    what = Text(en="this questionnaire was answered already", zh="该问卷已提交")
    mend = Text(
        en="Nothing more is needed; tell your bank if something changed",
        zh="无需重复填写；如情况有变，请告知对接银行",
    )


class ReplyInvalid(InvalidInput):
    code = "questionnaire_reply_invalid"
    what = Text(en="an answer is missing or not one of those offered", zh="有题目未作答或选项无效")
    mend = Text(en="Choose one of the answers to each question", zh="请为每道题选择一个选项")


class ContactUnwanted(NotPermitted):
    code = "campaign_contact_unwanted"
    what = Text(
        en="this firm answered that no bank may contact it",
        zh="该企业在问卷中选择不同意银行联系",
    )
    mend = Text(
        en="Do not call it; once it applies to this bank itself, what comes of it can be recorded",
        zh="请勿主动联系；企业自行向本行提交申请后，可登记后续结果",
    )
