"""What the operations of the API are for, in both languages, by method and path."""

from __future__ import annotations

from shuxin.kernel.text import Text
from shuxin.portal.web.market_api import words as market

GROUPS = {
    "platform": Text(en="This site", zh="本站"),
    "documents": Text(en="Documents", zh="文件核验"),
    "consent": Text(en="Authorisations and uses", zh="授权与使用"),
    "log": Text(en="Log", zh="存证日志"),
    "subject": Text(en="Questions of a subject", zh="数据主体查询"),
    **market.GROUPS,
}
WORDS = {
    "GET /api/health": Text(
        en="Whether the site answers, and what time it has.", zh="站点是否可用及其当前时间。"
    ),
    "POST /api/documents/status": Text(
        en="What this issuer says of a document that somebody else holds.",
        zh="查询本出具方对他人所持文件的状态答复。",
    ),
    "GET /api/documents/status-lists/{list_id}": Text(
        en="The newest signed status list, whole: it does not tell which document is looked at.",
        zh="获取最新的签名状态列表。整表下载，不透露所核验的文件。",
    ),
    "POST /api/documents/verify": Text(
        en="Judge a document by its receipt and the commitment to its content; the file stays with the caller.",
        zh="凭回执和内容承诺核验文件，文件不离开调用方。",
    ),
    "POST /api/requests": Text(
        en="Put the caller's signed request for authorisation into the subject's inbox; again changes nothing.",
        zh="将调用方签名的授权申请送达数据主体的收件箱，重复提交不产生新申请。",
    ),
    "GET /api/uses/{subject}": Text(
        en="The newest uses of this subject's data by the caller's own party on this site, at most 500.",
        zh="查询调用方所属主体在本站对该主体数据的最近使用记录，最多 500 条。",
    ),
    "GET /api/log/checkpoint": Text(
        en="The signed note over all entries of this site's log.", zh="获取本站日志的签名检查点。"
    ),
    "GET /api/log/proof/{index}": Text(
        en="One entry, counted from 0, and the proof that it stands in the log.",
        zh="获取一条日志条目（从 0 计）及其存在证明。",
    ),
    "GET /api/consent/status": Text(
        en="The signed list of authorisations that have ended or are suspended, at most five seconds old.",
        zh="获取已终止或暂停授权的签名清单，延迟不超过五秒。",
    ),
    "POST /api/follow": Text(
        en="One contact of a node: the numbers of the newest lists, and the signed word that they are current.",
        zh="节点的一次联络：返回各清单的最新编号及其仍为最新的签名声明。",
    ),
    "GET /api/follow/status": Text(
        en="The newest signed list of authorisations that have ended or are suspended.",
        zh="获取最新的已终止或暂停授权签名清单。",
    ),
    "GET /api/follow/directory": Text(
        en="The newest directory of keys: a signed head and the statements under it, one a line.",
        zh="获取最新的密钥目录：签名的目录头及其下各项声明，每行一项。",
    ),
    "GET /api/follow/grants": Text(
        en="Authorisations whose recipient or source is the caller's party, and after which place to ask next.",
        zh="获取以调用方所属主体为使用方或数据来源的授权，以及下次查询的起始位置。",
    ),
    "GET /api/requests": Text(
        en="The newest 200 requests of the caller's party, and what came of them.",
        zh="查询调用方所属主体最近 200 条授权申请及其结果。",
    ),
    "POST /api/subject": Text(
        en="Answer a subject's signed question, sealed to the key that it names, or take its signed objection.",
        zh="答复数据主体签名的查询（以其指定密钥加密），或受理其签名的异议。",
    ),
    **market.WORDS,
}
