"""What stands in fields of free text that no register or code table fills: a few phrases each, drawn evenly.

A key is the field's name, or ``CODE.name`` where a catalogue has phrases of its own.
"""

from __future__ import annotations

_PHRASES = """
before: 原登记事项一 | 原登记事项二 | 原登记事项三
after: 现登记事项一 | 现登记事项二 | 现登记事项三
basis: 依据该领域条例第十二条 | 依据该领域条例第二十六条 | 依据该领域办法第八条 | 依据该领域法律第四十三条
web: www.example.com | shop.example.com | www.example.net
AMR-11.fact: 未按规定明码标价 | 销售过期食品 | 使用未经检定的计量器具 | 发布虚假广告 | 未亮照经营
HRSS-14.fact: 未依法订立书面劳动合同 | 克扣劳动者工资 | 未办理社会保险登记 | 违法延长工作时间
MED-05.fact: 串换药品 | 虚记诊疗项目 | 分解住院 | 超限定支付范围结算
ECO-04.fact: 未批先建 | 废气未经收集直接排放 | 危险废物贮存不规范 | 未按证排污
HUC-03.fact: 未取得施工许可擅自开工 | 违法分包 | 未按规定支付安全文明施工费 | 使用不合格建材
TRA-05.fact: 超限运输 | 未取得经营许可从事运输 | 未按规定维护车辆 | 擅自改装车辆
AGR-10.fact: 销售未审定种子 | 经营标签不符的农药 | 未附检疫证明调运动物 | 禁渔期捕捞
EME-05.fact: 未开展安全教育培训 | 特种作业人员无证上岗 | 未建立隐患排查制度 | 未设置安全警示标志
FIR-02.fact: 堵塞安全出口 | 消防设施未保持完好 | 占用疏散通道 | 违规使用易燃夹芯板
URB-01.fact: 占道经营 | 擅自设置户外广告 | 未按规定分类投放垃圾 | 夜间违规施工
TOB-04.fact: 无证零售卷烟 | 未在当地批发企业进货 | 销售非法生产卷烟 | 向未成年人售烟
platform_name: 甲电商平台 | 乙外卖平台 | 丙直播平台 | 丁本地生活平台
name: 一般许可 | 变更许可 | 延续许可
TAX-25.name: 机械配件 | 建筑材料 | 日用百货 | 食品饮料 | 运输服务 | 技术服务
SCI-01.name: 生产管理软件 | 仓储管理系统 | 数据采集平台 | 质量追溯系统 | 在线订货小程序
mark_name: 图形 | 文字组合 | 拼音组合 | 文字及图形
ipc: B65G | H01L | G06F | C04B | F16H | A23L | E04B
certifier: 甲认证中心 | 乙认证有限公司 | 丙检验认证集团
maker: 甲电梯制造厂 | 乙锅炉厂 | 丙起重机厂 | 丁容器厂
inspector_body: 市特种设备检验所 | 省特种设备检验院 | 第三方检验机构
food_sampled: 大米 | 食用植物油 | 卤肉 | 绿茶 | 蛋糕 | 酱菜 | 叶类蔬菜
laboratory: 市食品检验中心 | 省食品检验院 | 第三方检测公司
project: 道路改造工程 | 标准厂房项目 | 学校综合楼 | 农田建设项目 | 办公设备采购
generic_name: 氨氯地平片 | 二甲双胍片 | 阿莫西林胶囊 | 头孢呋辛片
duty: 给付货款本金及利息 | 偿还借款本金及利息 | 支付工程款 | 支付劳动报酬 | 腾退房屋
mediator: 行业调解委员会 | 商会调解组织 | 特邀调解员
carver: 甲印章店 | 乙印务有限公司 | 丙刻章社
chemical: 硝酸 | 硫酸 | 高锰酸钾 | 盐酸 | 双氧水
system_name: 业务管理系统 | 门户网站 | 生产控制系统 | 客户服务平台
capacity_added: 年产五千吨 | 年产一万件 | 年加工两千吨 | 新增一条生产线
cause_of_order: 超标排放 | 重污染天气响应 | 治理设施停运 | 未完成整改
site: 一标段工地 | 二标段工地 | 厂房工地 | 住宅工地
to: 省会城市 | 本市其他县区 | 邻省 | 沿海港口
destination: 本市屠宰场 | 邻市屠宰场 | 省外养殖场
product: 大米 | 绿茶 | 白鹅 | 板栗 | 葡萄
base_village: 东坪村基地 | 西湾村基地 | 河口村基地
main_product: 精密铸件 | 电子元件 | 新型建材 | 汽车零部件 | 功能材料
chain_name: 汽车零部件 | 新型显示 | 绿色食品 | 新型建材 | 纺织服装
version: 一点零版 | 一点二版 | 二点零版
matter_committed: 材料真实有效 | 依法诚信经营 | 按期整改到位 | 不拖欠账款
item_priced: 停车费 | 物业服务费 | 培训费 | 检测费
project_concerned: 办公家具采购 | 信息系统运维 | 保安服务采购
objection_ground: 资格条件设置不合理 | 评分办法不明确 | 中标人业绩不实
edition: 二〇一七年版 | 二〇一一年版 | 第一号修改单
customs_house: 驻市办事处 | 省会海关 | 邻市海关
hs2: 第三十九章 | 第四十四章 | 第七十三章 | 第八十四章 | 第八十五章 | 第九十四章
loans_by_class: 仅有正常类 | 正常类与关注类 | 含不良类 | 无未结清
leased_thing: 数控机床 | 挖掘机 | 重型货车 | 医疗设备 | 生产线
notary_office: 市公证处 | 县公证处 | 区公证处
committee: 街道调委会 | 行业调委会 | 企业调委会
rectification: 限期七日整改 | 当场整改 | 停产整改 | 无须整改
product_name: 含氯消毒液 | 湿巾 | 卫生纸 | 净水器
tested_by: 省疾控中心 | 第三方检测公司 | 市疾控中心
brand_shown: 自有品牌 | 加盟品牌 | 代理品牌
dump_site: 东郊消纳场 | 北坪消纳场 | 资源化利用厂
region_name: 城关街道 | 东坪镇 | 西湾乡 | 河口镇
parent: 所属县区 | 所属市 | 所属开发区
successor: 合并后的镇 | 更名后的街道 | 划入的区
table_name: 行政处罚种类 | 登记状态 | 险种 | 发票状态
meaning_zh: 正常 | 有效 | 其他
summary: 货款 | 工资 | 税款 | 房租 | 还本付息 | 往来款
source: 地方新闻网 | 行业媒体 | 社交平台 | 政府网站
"""

PHRASES = {
    key: tuple(said.split(" | "))
    for key, said in (line.split(": ", 1) for line in _PHRASES.strip().splitlines())
}
"""By key."""


def phrases_of(code: str, name: str) -> tuple[str, ...]:
    """The phrases of that catalogue's field. Raises KeyError when it has none."""
    return PHRASES.get(f"{code}.{name}") or PHRASES[name]
