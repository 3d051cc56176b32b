"""Features across sources (跨源特征): what one office says against another."""

from __future__ import annotations

from shuxin.fusion.features.definition import NOW, Feature, Measure, days
from shuxin.fusion.features.families import Difference, Of, Quotient, Scaled, Together
from shuxin.fusion.features.formulas import TWO_YEARS, YEAR
from shuxin.fusion.features.library.writing import combined

_WAN_FEN = 1_000_000.0
"""10,000 yuan, in fen."""
_SALES = Of("inv_out_amt_12m")


def _over(
    name: str, en: str, zh: str, top: str, bottom: str, *, group: str, times: float = 1.0
) -> Feature:
    return combined(
        name, en, zh, YEAR, Measure.RATIO, Quotient(Of(top), Of(bottom), times=times), group=group
    )


FEATURES = (
    _over("declared_to_invoiced_12m", "sales declared for VAT over sales invoiced", "申报销售与开票销售之比",
          "vat_sales_12m", "inv_out_amt_12m", group="across_sales"),
    _over("takings_to_invoiced_12m", "takings over sales invoiced", "收单净额与开票销售之比", "takings_12m",
          "inv_out_amt_12m", group="across_sales"),
    _over("reported_to_declared", "revenue in the annual report over sales declared for VAT", "年报收入与申报销售之比",
          "report_revenue", "vat_sales_12m", group="across_sales"),
    _over("taxes_to_sales_12m", "taxes paid over sales declared", "综合税负率", "tax_paid_12m", "vat_sales_12m",
          group="across_tax"),
    _over("arrears_to_taxes", "tax owed over taxes paid in a year", "欠税余额与年入库税款之比", "tax_arrears_now",
          "tax_paid_12m", group="across_tax"),
    _over("sued_to_sales", "cases as defendant over sales invoiced", "被告标的额与开票销售之比", "court_sued_amt_365d",
          "inv_out_amt_12m", group="across_risk"),
    _over("enforced_to_sales", "enforcement outstanding over sales invoiced", "未履行执行金额与开票销售之比",
          "enforced_owed", "inv_out_amt_12m", group="across_risk"),
    _over("frozen_to_assets", "assets frozen over total assets", "财产保全金额与资产总计之比", "frozen_now",
          "books_assets",
          group="across_risk"),
    _over("pledged_to_capital", "equity pledged over registered capital", "股权出质额与注册资本之比", "pledged_now",
          "register_capital", group="across_risk"),
    _over("guaranteed_to_equity", "guarantees over equity", "在保担保额与所有者权益之比", "guaranteed_amt_now",
          "books_equity", group="across_risk"),
    _over("kwh_per_sales_12m", "power used for 10,000 yuan of sales invoiced", "万元开票电耗", "kwh_12m",
          "inv_out_amt_12m", group="across_power", times=_WAN_FEN),
    _over("kwh_per_declared_12m", "power used for 10,000 yuan of sales declared", "万元申报销售电耗", "kwh_12m",
          "vat_sales_12m", group="across_power", times=_WAN_FEN),
    combined("kwh_to_sales_growth", "growth of power less growth of sales invoiced", "用电与开票同比增速之差",
             TWO_YEARS,
             Measure.RATIO, Difference(Of("kwh_yoy_12m"), Of("inv_out_yoy_12m")), group="across_power"),
    _over("fund_participation", "depositors of the housing fund over insured persons", "公积金参缴率", "hpf_heads_now",
          "si_heads_now", group="across_people"),
    _over("medical_to_pension", "persons with medical insurance over insured persons", "医保与养老参保人数之比",
          "med_heads_now", "si_heads_now", group="across_people"),
    _over("withheld_to_insured", "persons with income tax withheld over insured persons", "个税扣缴与参保人数之比",
          "iit_heads_now", "si_heads_now", group="across_people"),
    _over("insured_to_reported", "insured persons over employees in the annual report", "参保与年报从业人数之比",
          "si_heads_now", "report_employees", group="across_people"),
    combined("sales_per_head_12m", "sales invoiced per insured person", "人均开票销售额", YEAR, Measure.FEN,
             Quotient(_SALES, Of("si_heads_now")), group="across_people"),
    _over("wages_to_sales_12m", "income paid to persons over sales invoiced", "工资收入占开票销售比", "iit_income_12m",
          "inv_out_amt_12m", group="across_people"),
    combined("heads_to_sales_growth", "change of insured persons less growth of sales invoiced",
             "参保与开票同比增速之差",
             TWO_YEARS, Measure.RATIO, Difference(Of("si_heads_growth_12m"), Of("inv_out_yoy_12m")),
             group="across_people"),
    _over("rd_to_sales", "research expense over sales invoiced", "研发费用占开票销售比", "rd_total", "inv_out_amt_12m",
          group="across_tech"),
    _over("rd_staff_share", "research staff over insured persons", "研发人员占参保人数比", "rd_staff", "si_heads_now",
          group="across_tech"),
    combined("innovation_output", "output of patents, and 0.15 for each software copyright", "创新产出加权数", NOW,
             Measure.POINTS, Together((Of("patent_output"), Scaled(Of("software_ever"), 100, times=15))),
             group="across_tech", empty=0),
    _over("subsidies_to_sales", "subsidies over sales invoiced", "财政补贴与开票销售之比", "subsidies_365d",
          "inv_out_amt_12m", group="across_tech"),
    _over("procurement_to_sales", "government contracts over sales invoiced", "政府采购合同额与开票销售之比",
          "procurement_amt_365d", "inv_out_amt_12m", group="across_chain"),
    _over("receivables_to_sales", "confirmed receivables over sales invoiced", "应收账款池与开票销售之比",
          "receivable_pool", "inv_out_amt_12m", group="across_chain"),
    _over("quota_to_sales", "invoice quota of a month over sales invoiced of a year", "发票总额度与年开票销售之比",
          "quota_now", "inv_out_amt_12m", group="across_chain"),
    combined("utility_late_months", "months with power, water or gas bills owed", "水电气欠费月数合计", YEAR,
             Measure.COUNT,
             Together((Of("power_arrears_months_12m"), Of("water_arrears_months_12m"),
                       Of("gas_arrears_months_12m"))), group="across_risk", empty=0),
    combined("negative_events_365d", "cases as defendant, enforcements, penalties and tax violations, last 365 days",
             "近365天负面事件数", days(365), Measure.COUNT,
             Together((Of("court_sued_365d"), Of("enforced_365d"), Of("penalties_365d"), Of("tax_violations_365d"))),
             group="across_risk", empty=0),
)  # fmt: skip
