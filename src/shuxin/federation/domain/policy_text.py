"""The policy that a new node starts with: everything is named, nothing is allowed to anybody."""

DEFAULT_POLICY = """\
# Policy of this node for joint jobs. It is read anew for every job; a missing or broken file refuses every job.
# 本节点的联合任务策略。每个任务都会重新读取;文件缺失或有误时拒绝所有任务。
version = 1

# Party ids whose jobs are considered at all / 可向本节点提出任务的主体
# proposers = ["uscc:..."]
proposers = []

# Party ids accepted as helper: they must collude with nobody / 可接受的协助方(不得与任何一方串通)
helpers = []

# Datasets offered, by exact catalogue name, "*" for all / 开放的数据集(目录名称完全一致;"*" 表示全部)
datasets = []

# On what ground rows may enter: "authorisations", "basis" / 行数据入场依据:授权书、已记录的处理依据
grounds = ["authorisations"]

# How common rows may be found, and who may learn them / 允许的对齐方式与获知范围
engines = ["tags", "ecdh"]
learn = ["both", "one", "count"]

# Highest level of data (1-3) / 允许的最高数据级别
level_max = 2

# Fewest subjects in a released set, smallest count released as a figure / 发布集合的最少主体数、可发布的最小计数
min_set_size = 1000
min_count = 1000

# Bins of a scorecard: fewest rows of one that is counted, fewest goods and fewest bads of one whose WOE is told
# 评分卡分箱:参与计数的最少行数;告知 WOE 所需的最少好样本数与最少坏样本数
min_bin_rows = 20
min_bin_class = 5

# A part of a card whose answers tell more of the values behind them, in percent, is not made; 100 lets any be made
# 评分卡分片的应答可确定推知的特征取值比例上限(百分比);超过则不生成分片,100 表示不限
max_told_share_percent = 50

# Most rows that a job may let in; longest wait for a message / 任务允许的最大行数;等待消息的最长秒数
max_rows = 1000000
wait_seconds_max = 3600

# Figures released in one job, and over all jobs per version of a dataset; a scorecard needs some thousands
# 单个任务及每个数据集版本可发布的数值个数;联合评分卡需数千个
released_figures_per_job = 100
released_figures_per_dataset_version = 1000

# Jobs per version of a dataset with one partner: two that differ by one subject reveal that subject
# 每个数据集版本与同一对方的任务数:仅差一个主体的两次任务会暴露该主体
joint_jobs_per_dataset_version = 10

# Scoring in service: longest run in days; most subjects, and answers about one, a day; oldest status in seconds
# 联合评分服务:最长天数;每日最多应答主体数、单一主体最多应答次数;撤回状态的最长时效(秒)
service_days_max = 366
service_subjects_per_day_max = 10000
service_times_per_day_max = 10
service_status_seconds_max = 3600

# Outputs leave "automatic"-ally within these limits, or only when a "person" here says so / 输出自动发布或由人员放行
release = "person"

# Kinds of job, and the purposes that each may serve / 允许的任务种类及各自可服务的目的
[kinds]
alignment = ["model_training", "statistics"]
rehearsal = ["model_training", "statistics"]
scorecard = ["model_training"]
service = ["credit_decision", "post_loan", "guarantee"]

# A job that fits one of these wholly needs no person here; partners are its further data parties
# 完全符合下列任一条的任务无需人员审批;partners 为提出方以外的其他数据方
# [[standing]]
# kind = "alignment"
# proposer = "uscc:..."
# purposes = ["model_training"]
# datasets = ["..."]
# helpers = ["uscc:..."]
# partners = ["uscc:..."]
# until = 2027-01-01T00:00:00+08:00
"""
