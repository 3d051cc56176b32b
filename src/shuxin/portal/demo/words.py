"""What the demo says while it is made (演示进展)."""

from __future__ import annotations

from shuxin.kernel.text import Text

CITY = Text(
    en="Building a city whose firms do not exist, with the files that its offices would send",
    zh="正在生成合成城市及各部门报送的文件；其中企业均为虚构",
)
HOMES = Text(
    en="{homes} institutions founded, each with a key and a log of its own in a folder of its own; "
    "they compared and pinned one another's keys",
    zh="已建立 {homes} 家机构，各自持有密钥与日志，目录互不共用；彼此已核对并固定密钥",
)
BANK_DATA = Text(
    en="The bank took in its loans, account flows and applications",
    zh="银行已导入贷款台账、账户流水和贷款申请",
)
BUREAU_DATA = Text(
    en="The data bureau took in the files of {departments} departments, {rows} rows, as messy as they came",
    zh="数据局已导入 {departments} 个部门的原始文件，共 {rows} 行",
)
FEATURES = Text(
    en="The bureau computed features of invoices as of {days} days, from what was known before each",
    zh="数据局已按 {days} 个截止日计算发票特征，仅用截止日前已知的数据",
)
UTILITY_DATA = Text(
    en="The utility took in its power bills; the public register told it which firm each customer is",
    zh="供电公司已导入电费账单，并凭公开登记信息识别用电客户对应的企业",
)
POLICIES = Text(
    en="Each node has a policy with standing approvals; what they do not cover waits for a person",
    zh="各节点已设定策略与常设批准；不在其列的任务须由人员审批",
)
RUNNING = Text(
    en="{sites} sites and {nodes} nodes run, each a process of its own",
    zh="{sites} 个站点、{nodes} 个节点已启动，各为独立进程",
)
LINKED = Text(
    en="The nodes follow the platform: keys, authorisations and withdrawals reach them within seconds",
    zh="各节点已对接平台：密钥、授权与撤回数秒内送达",
)
ALIGNING = Text(
    en="Bank, bureau and utility look for the firms that all three have; the notary compares keyed tags",
    zh="银行、数据局、供电公司正在寻找共同企业；公证处仅比对加密标签",
)
ALIGNED = Text(
    en="They found {count:,} common firms without showing one another a name",
    zh="三方找到 {count:,} 家共同企业，彼此均未出示企业名称",
)
TRAINING = Text(
    en="Training a joint card: what was known on {day}, loans drawn from then until {until}, "
    "bad is a default within a year",
    zh="正在联合训练评分卡：特征截至 {day}，样本为该日起至 {until} 前发放的贷款，一年内违约为坏样本",
)
STEP = Text(en="  {step}", zh="  {step}")
TRAINED = Text(
    en="The card is made of {count:,} common firms; each party keeps its own part of it",
    zh="评分卡已由 {count:,} 家共同企业训练完成；各方各自保存本方分片",
)
MEASURING = Text(
    en="Measuring it on {count:,} firms that it has not seen; each firm signs an authorisation for this first",
    zh="正在用 {count:,} 家未参与训练的企业检验；每家企业均先签署授权",
)
WORTH = Text(
    en="On {firms:,} firms not seen in training: AUC {auc:.3f}, 95 % interval {low:.3f} to {high:.3f}; "
    "{left_out:,} left out, for a holder gave no answer",
    zh="{firms:,} 家未参与训练的企业：AUC {auc:.3f}，95% 区间 {low:.3f} 至 {high:.3f}；"
    "另有 {left_out:,} 家因数据方未应答而未计入",
)
PROPOSED = Text(
    en="The bank proposed to put the card into service; no standing approval covers this at {holders}, "
    "so a person decides there: you",
    zh="银行已提出启用该评分卡；{holders}对此没有常设批准，须由人员审批，即由您审批",
)
AGREED = Text(
    en="{count} applicants signed authorisations with keys of their own; a request waits for the firm "
    "that you play, {firm}",
    zh="{count} 家申请企业已用自有密钥签署授权；另有一份申请等待您所代表的企业（{firm}）答复",
)
MARKET = Text(
    en="{products} products stand on the shelf, {demands} firms want money; "
    "matching and the lenders' desks are at work",
    zh="已上架 {products} 款产品，{demands} 家企业发布融资需求；匹配与银行审批台已开始工作",
)
