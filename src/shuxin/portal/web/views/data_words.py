"""Words of contracts as people read them: types, meanings, levels, sharing; one table for every page about data."""

from __future__ import annotations

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import State

TYPES = {
    "string": Text(en="text", zh="文本"),
    "code": Text(en="code", zh="代码"),
    "integer": Text(en="whole number", zh="整数"),
    "number": Text(en="number", zh="数值"),
    "money": Text(en="amount of money", zh="金额"),
    "date": Text(en="date", zh="日期"),
    "timestamp": Text(en="date and time", zh="日期时间"),
    "month": Text(en="month", zh="月份"),
    "boolean": Text(en="yes or no", zh="是/否"),
}
MEANINGS = {
    "subject_code": Text(en="credit code of the firm", zh="主体统一社会信用代码"),
    "subject_name": Text(en="name of the firm", zh="主体名称"),
    "subject_number": Text(en="the department's own number of the firm", zh="主体内部编号"),
    "organisation_code": Text(en="organisation code", zh="组织机构代码"),
    "registration_number": Text(en="registration or taxpayer number", zh="注册号或纳税人识别号"),
    "other_code": Text(en="credit code of another", zh="其他机构代码"),
    "other_name": Text(en="name of another organisation", zh="其他机构名称"),
    "person_name": Text(en="name of a person", zh="自然人姓名"),
    "identity_number": Text(en="resident identity number", zh="公民身份号码"),
    "phone": Text(en="telephone number", zh="电话号码"),
    "address": Text(en="address", zh="地址"),
    "event_time": Text(en="when it happened", zh="业务发生时间"),
    "amount": Text(en="amount", zh="金额"),
    "none": Text(en="no particular meaning", zh="无特定含义"),
}
PERSONAL_MEANINGS = ("person_name", "identity_number", "phone")
PERSONAL = {
    "C1": Text(en="personal information, C1", zh="个人信息 C1"),
    "C2": Text(en="personal information, C2", zh="个人信息 C2"),
    "C3": Text(en="personal information, C3", zh="个人信息 C3"),
}
LEVELS = {
    1: Text(en="1 open", zh="1 级 公开"),
    2: Text(en="2 internal", zh="2 级 内部"),
    3: Text(en="3 sensitive", zh="3 级 敏感"),
    4: Text(en="4 highly sensitive", zh="4 级 高敏感"),
    5: Text(en="5 most sensitive", zh="5 级 极敏感"),
}
SHARING = {
    "unconditional": Text(en="open to all", zh="无条件共享"),
    "conditional": Text(en="under conditions", zh="有条件共享"),
    "withheld": Text(en="shared with nobody", zh="不予共享"),
}
GROUPS = {
    "financial": Text(en="financial", zh="金融数据"),
    "public": Text(en="public administration", zh="公共数据"),
    "market": Text(en="market", zh="市场数据"),
    "enterprise": Text(en="enterprise", zh="企业数据"),
    "personal": Text(en="personal", zh="个人数据"),
}
CYCLES = {
    "RT": Text(en="as it happens", zh="实时"),
    "D": Text(en="daily", zh="每日"),
    "W": Text(en="weekly", zh="每周"),
    "M": Text(en="monthly", zh="每月"),
    "Q": Text(en="quarterly", zh="每季"),
    "Y": Text(en="yearly", zh="每年"),
    "E": Text(en="at each event", zh="按事件"),
}
TIMELINESS = {
    "on_time": State(Text(en="on time", zh="按期"), "good"),
    "late": State(Text(en="late", zh="逾期"), "warn"),
    "unknown": State(Text(en="no rhythm agreed", zh="未约定周期"), "quiet"),
}
SEVERITIES = {
    "info": State(Text(en="note", zh="提示"), "quiet"),
    "warning": State(Text(en="look at it", zh="关注"), "warn"),
    "error": State(Text(en="breaks the contract", zh="违反约定"), "bad"),
    "stop": State(Text(en="stops the load", zh="阻断装载"), "bad"),
}
DIMENSIONS = {
    "completeness": Text(en="Completeness", zh="完整性"),
    "validity": Text(en="Validity", zh="有效性"),
    "uniqueness": Text(en="Uniqueness", zh="唯一性"),
    "consistency": Text(en="Consistency", zh="一致性"),
    "timeliness": Text(en="Timeliness", zh="及时性"),
}
VERDICTS = {
    "kept": State(Text(en="kept", zh="符合"), "good"),
    "info": State(Text(en="kept", zh="符合"), "good"),
    "unjudged": State(Text(en="not judged", zh="未判定"), "quiet"),
    "warning": State(Text(en="look at it", zh="关注"), "warn"),
    "error": State(Text(en="broken", zh="不符合"), "bad"),
    "stop": State(Text(en="stops the load", zh="阻断装载"), "bad"),
}
HELD_STATES = {
    "waiting": State(Text(en="waits for a decision", zh="待处理"), "bad"),
    "proposed": State(Text(en="waits for a second person", zh="待第二人复核"), "warn"),
    "released": State(Text(en="released", zh="已放行"), "good"),
    "rejected": State(Text(en="rejected", zh="已退回"), "quiet"),
    "superseded": State(Text(en="replaced by a later load", zh="已被后续装载替代"), "quiet"),
}
CONTAINERS = {
    "text": Text(en="delimited text", zh="分隔文本"),
    "workbook": Text(en="workbook", zh="工作簿"),
    "parquet": Text(en="Parquet file", zh="Parquet 文件"),
    "database": Text(en="database table", zh="数据库表"),
}
