"""What the operations of ``/api/v1`` are for, in both languages, by method and path."""

from __future__ import annotations

from shuxin.kernel.text import Text

GROUPS = {
    "products": Text(en="Products", zh="金融产品"),
    "demands": Text(en="Demands", zh="融资需求"),
    "referrals": Text(en="Referrals", zh="对接"),
    "applications": Text(en="Applications", zh="贷款申请"),
    "events": Text(en="Events and webhooks", zh="事件与推送"),
    "lists": Text(en="Lists and recommendations", zh="清单与推荐"),
    "statistics": Text(en="Indicators", zh="统计指标"),
    "metering": Text(en="Metering", zh="计量"),
}
_SAID: dict[str, tuple[str, str]] = {
    "GET /products": (
        "Products that are online, or the caller's own in every state.",
        "查询已上架产品,或本机构各状态的产品。",
    ),
    "POST /products": (
        "A new product in draft, with its first version; it is offered once the operator approved it.",
        "新建产品草稿及首个版本;经平台运营方审核后上架。",
    ),
    "GET /products/{key}": (
        "One product; drafts only for their lender.",
        "查询一个产品;草稿仅本机构可见。",
    ),
    "PUT /products/{key}": (
        "Change the draft; of a published product, begin or change the draft of its next version.",
        "修改草稿;已上架产品则新建或修改下一版本的草稿。",
    ),
    "GET /products/{key}/terms": (
        "The terms of a version that was published, also when a newer one has replaced it.",
        "查询某个已发布版本的条款,含已被替代的版本。",
    ),
    "POST /products/{key}/steps": (
        "submit, drop: of the unpublished version; pause, resume, retire: of the product.",
        "submit、drop 针对未发布版本;pause、resume、retire 针对产品。",
    ),
    "GET /demands/board": (
        "Published demands that the lender may see; of the firm no more than it may know before it takes one.",
        "查询本行可见的已发布需求;受理之前仅提供允许知悉的企业信息。",
    ),
    "POST /demands/{key}/claim": (
        "Take a demand from the board with one of the lender's own products: the key of the referral.",
        "以本行产品抢单,返回对接编号。",
    ),
    "GET /demands": ("The firm's own demands.", "查询本企业的融资需求。"),
    "POST /demands": (
        "A demand of the firm in draft; the step submit hands it in.",
        "新建本企业的需求草稿,以 submit 提交。",
    ),
    "GET /demands/{key}": (
        "One demand, as far as the caller may see it.",
        "查询一项需求中调用方可见的内容。",
    ),
    "POST /demands/{key}/steps": ("submit, withdraw.", "提交(submit)或撤回(withdraw)。"),
    "GET /referrals": ("The lender's referrals.", "查询本行的对接记录。"),
    "POST /referrals": (
        "The firm chooses a product for its demand (direct referral).",
        "企业为需求指定产品(指名对接)。",
    ),
    "GET /referrals/{key}": ("One referral of the caller's.", "查询一项对接。"),
    "POST /referrals/{key}/steps": (
        "take, decline (with a code or words): by the lender; withdraw: by the firm.",
        "银行受理(take)或婉拒(decline,须附原因);企业撤回(withdraw)。",
    ),
    "GET /applications": (
        "Lenders: those handed in to it, the oldest first. Firms: its own.",
        "银行查询收到的申请(由早到晚);企业查询自己的申请。",
    ),
    "POST /applications": (
        "The firm's application in draft; the step submit hands it in.",
        "企业新建申请草稿,以 submit 提交。",
    ),
    "GET /applications/{key}": ("One application of the caller's.", "查询一项申请。"),
    "POST /applications/{key}/steps": (
        "claim, score: by the lender; submit, answer, cancel: by the firm.",
        "银行受理(claim)、评分(score);企业提交(submit)、补充(answer)、取消(cancel)。",
    ),
    "POST /applications/{key}/answer": (
        "The lender's decision; the same decision again changes nothing.",
        "银行反馈审批结果,重复提交同一决定不产生影响。",
    ),
    "POST /applications/{key}/feedback": (
        "Whether money was lent after an accepted offer, how much and at which rate.",
        "接受报价后的放款反馈:是否放款、金额与利率。",
    ),
    "POST /applications/{key}/acceptance": (
        "The firm accepts the offer by a statement that its own key signed; again changes nothing.",
        "企业以自己的密钥签名接受报价,重复提交不产生影响。",
    ),
    "GET /events": (
        "What the caller's party is told, in order; who reads on from last misses nothing.",
        "按顺序查询通知本机构的事件;从 last 续读不会遗漏。",
    ),
    "POST /subscriptions": (
        "Have the caller's events delivered from the next one on, in order, signed, until they arrive.",
        "订阅事件:自下一事件起按顺序签名推送,直至送达。",
    ),
    "GET /subscriptions": (
        "The subscriptions of the caller's party and how they stand; at most ten.",
        "查询本机构的订阅及其状态,最多十个。",
    ),
    "GET /subscriptions/{key}": ("One subscription and how it stands.", "查询一个订阅及其状态。"),
    "DELETE /subscriptions/{key}": ("Nothing is delivered to it any more.", "删除订阅,不再推送。"),
    "POST /subscriptions/{key}/resume": (
        "Try a subscription that failed again at once, from where it stopped or from a place that is named.",
        "立即恢复推送,可从中断处或指定位置继续。",
    ),
    "GET /lists/recommended": (
        "The firms of government's lists that are recommended to this lender; the log notes the reading.",
        "查询推荐给本行的清单企业,查询行为记入日志。",
    ),
    "POST /lists/recommended/{key}/results": (
        "What came of a firm that was recommended to this lender.",
        "反馈推荐企业的对接结果。",
    ),
    "POST /lists/visits": (
        "An office's record of a visit; a firm that needs money is declared.",
        "部门登记走访记录;有融资需求的企业列入申报清单。",
    ),
    "GET /campaigns": (
        "The campaigns that gave firms to this lender, with its quota and how many of its firms it has contacted.",
        "查询分配给本行企业的活动，含本行名额与已对接企业数。",
    ),
    "GET /campaigns/{key}/firms": (
        "The lender's firms of a campaign, and which of them may be contacted; the log notes the reading.",
        "查询活动分配给本行的企业及是否同意联系，查询行为记入日志。",
    ),
    "POST /campaigns/firms/{key}/contacts": (
        "A contact with a firm of the lender's share; refused where the firm wants none and did not apply itself.",
        "登记与企业的对接结果；企业不同意联系且未自行申请的，不予登记。",
    ),
    "GET /recommendations": (
        "Firms that the lender may turn to, the most fitting first: they agreed, or an office recommended them.",
        "查询可主动对接的企业,按适合程度排序:企业已同意联系,或由部门推荐。",
    ),
    "GET /statistics/indicators": (
        "The indicators of the marketplace by month, region and lender, of the months that are over.",
        "按月份、地区、银行查询融资服务指标,仅含已结束的月份。",
    ),
    "GET /statistics/inclusion": (
        "Whom the marketplace reaches: coverage, approval, price and time by region, size, age and channel.",
        "查询普惠覆盖情况:按地区、规模、年限、渠道的覆盖、通过、价格与时效。",
    ),
    "GET /meters/statement": (
        "What the caller's party used of this holder's data in a month, priced by the tariff of each use's moment.",
        "查询本机构当月对该数据来源的使用账单,按使用时的单价计价。",
    ),
    "GET /meters/tariff": (
        "What one use of this holder's data costs: all prices that were ever set, the oldest first.",
        "查询该数据来源历次设定的使用单价。",
    ),
    "GET /meters/calls": (
        "How often the clients of the caller's party called each operation of the marketplace here in a month.",
        "查询本机构各客户端当月对各接口的调用次数。",
    ),
}
WORDS = {
    place.replace(" /", " /api/v1/", 1): Text(en=en, zh=zh) for place, (en, zh) in _SAID.items()
}
