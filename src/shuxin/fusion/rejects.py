"""Why a row was not loaded, and what mends it. Each reason is a documented code."""

from __future__ import annotations

from dataclasses import dataclass

from shuxin.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Reason:
    """``is_data`` False: the line is furniture of the file (blank, total, note), not a lost row."""

    what: Text
    mend: Text
    is_data: bool = True


REASONS: dict[str, Reason] = {
    "blank_row": Reason(
        Text(en="every cell is empty", zh="整行为空"),
        Text(en="Nothing to do", zh="无需处理"),
        is_data=False,
    ),
    "total_row": Reason(
        Text(en="the row sums up others", zh="该行为合计行"),
        Text(en="Nothing to do; totals are computed from the rows", zh="无需处理；合计由明细计算"),
        is_data=False,
    ),
    "note_row": Reason(
        Text(en="one cell only: a note or a heading", zh="仅一个单元格有内容：为注释或标题"),
        Text(
            en="If it is a row, fill its other cells in the source",
            zh="若确为数据行，请在源文件中补全其他单元格",
        ),
        is_data=False,
    ),
    "repeated_header": Reason(
        Text(en="the header stands here again", zh="此处重复出现表头"),
        Text(en="Nothing to do", zh="无需处理"),
        is_data=False,
    ),
    "subject_missing": Reason(
        Text(en="neither code nor name of the subject is given", zh="主体代码和名称均为空"),
        Text(
            en="Complete the row in the source; for merged cells set fill_down in the mapping",
            zh="请在源文件中补全；若为合并单元格，请在映射中设置 fill_down",
        ),
    ),
    "required_missing": Reason(
        Text(en="a required cell is empty", zh="必填单元格为空"),
        Text(
            en="Complete the row in the source, or make the field optional in the contract",
            zh="请在源文件中补全，或在合约中将该字段改为非必填",
        ),
    ),
    "date_unreadable": Reason(
        Text(en="not a date in the column's spellings", zh="不符合该列日期写法"),
        Text(
            en="Correct the date, or add its spelling to the column in the mapping",
            zh="请更正日期，或在映射中为该列增加此写法",
        ),
    ),
    "date_out_of_range": Reason(
        Text(en="a date before 1900 or after 2199", zh="日期早于 1900 年或晚于 2199 年"),
        Text(en="Correct the date in the source", zh="请在源文件中更正日期"),
    ),
    "number_unreadable": Reason(
        Text(en="not a number", zh="不是数值"),
        Text(
            en="Correct the cell, or make the field text in the contract",
            zh="请更正单元格，或在合约中将该字段改为文本",
        ),
    ),
    "number_out_of_range": Reason(
        Text(en="the number is too large or finer than one fen", zh="数值过大或精确到分以下"),
        Text(en="Check the unit of the column in the mapping", zh="请核对映射中该列的单位"),
    ),
    "truth_unreadable": Reason(
        Text(en="neither yes nor no", zh="既非“是”也非“否”"),
        Text(
            en="Correct the cell, or make the field text in the contract",
            zh="请更正单元格，或在合约中将该字段改为文本",
        ),
    ),
    "control_character": Reason(
        Text(en="a cell holds a zero byte", zh="单元格含空字符"),
        Text(en="Remove it in the source", zh="请在源文件中删除"),
    ),
    "cell_outside_table": Reason(
        Text(en="a cell stands in a column without header", zh="无表头的列中有内容"),
        Text(
            en="Give the column a header, or correct the shifted row",
            zh="请为该列补充表头，或更正错列的行",
        ),
    ),
    "too_few_cells": Reason(
        Text(en="fewer cells than the header has", zh="单元格数少于表头"),
        Text(
            en="A delimiter is missing or a line break is not quoted; correct the line",
            zh="可能缺少分隔符或换行未加引号；请更正该行",
        ),
    ),
    "too_many_cells": Reason(
        Text(en="more cells than the header has", zh="单元格数多于表头"),
        Text(
            en="A cell with the delimiter in it is not quoted; correct the line",
            zh="含分隔符的单元格未加引号；请更正该行",
        ),
    ),
    "quote_not_closed": Reason(
        Text(en="a quotation mark is opened and never closed", zh="引号未闭合"),
        Text(en="Close the quotation mark or double it", zh="请补全引号，或将其写为两个引号"),
    ),
    "undecodable": Reason(
        Text(en="the line is in another encoding than the file", zh="该行编码与文件不一致"),
        Text(
            en="Save the whole file in one encoding, best UTF-8",
            zh="请将整个文件保存为同一种编码，建议 UTF-8",
        ),
    ),
    "formula_without_value": Reason(
        Text(en="a formula without a stored result", zh="公式没有保存计算结果"),
        Text(
            en="Open the workbook in a spreadsheet program, let it calculate, and save",
            zh="请在表格软件中打开工作簿，计算后保存",
        ),
    ),
}
