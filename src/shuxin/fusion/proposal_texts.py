"""What a proposal says to the person who reads it: its reasons and its questions."""

from __future__ import annotations

from shuxin.catalogue.api import Meaning
from shuxin.kernel.text import Text

WHY = {
    Meaning.SUBJECT_CODE: Text(
        en="{share:.0%} of {filled} cells are shaped like credit codes, {checked:.0%} of those pass the check"
        "; {distinct} different",
        zh="{filled} 个单元格中 {share:.0%} 形如统一社会信用代码，其中 {checked:.0%} 校验通过；共 {distinct} 个不同值",
    ),
    Meaning.SUBJECT_NAME: Text(
        en="{share:.0%} of {filled} cells read as names of organisations; {distinct} different",
        zh="{filled} 个单元格中 {share:.0%} 像机构名称；共 {distinct} 个不同值",
    ),
    Meaning.PERSON_NAME: Text(
        en="{share:.0%} of {filled} cells read as persons' names: masked from the first touch",
        zh="{filled} 个单元格中 {share:.0%} 像人名：从首次读取起即脱敏",
    ),
    Meaning.IDENTITY_NUMBER: Text(
        en="{share:.0%} of {filled} cells are resident identity numbers: masked from the first touch",
        zh="{filled} 个单元格中 {share:.0%} 为公民身份号码：从首次读取起即脱敏",
    ),
    Meaning.PHONE: Text(
        en="{share:.0%} of {filled} cells are telephone numbers: masked from the first touch",
        zh="{filled} 个单元格中 {share:.0%} 为电话号码：从首次读取起即脱敏",
    ),
    Meaning.ORGANISATION_CODE: Text(
        en="{share:.0%} of {filled} cells are shaped like organisation codes",
        zh="{filled} 个单元格中 {share:.0%} 形如组织机构代码",
    ),
    Meaning.REGISTRATION_NUMBER: Text(
        en="{share:.0%} of {filled} cells are shaped like registration or taxpayer numbers",
        zh="{filled} 个单元格中 {share:.0%} 形如注册号或纳税人识别号",
    ),
    Meaning.ADDRESS: Text(
        en="{share:.0%} of {filled} cells read as addresses",
        zh="{filled} 个单元格中 {share:.0%} 像地址",
    ),
    Meaning.EVENT_TIME: Text(
        en="{share:.0%} of {filled} cells are dates",
        zh="{filled} 个单元格中 {share:.0%} 为日期",
    ),
    Meaning.AMOUNT: Text(
        en="{share:.0%} of {filled} cells are numbers and the header speaks of money",
        zh="{filled} 个单元格中 {share:.0%} 为数值，且列名表示金额",
    ),
}
ASK_SUBJECT = Text(
    en="no column reads as the subject's code or name; give one the meaning subject_code or subject_name"
    " in the contract if there is one",
    zh="没有识别出主体代码或名称列；如有，请在合约中把该字段的含义设为 subject_code 或 subject_name",
)
ASK_DAY_MONTH = Text(
    en="column '{header}': day and month cannot be told apart; kept as text until you name a spelling",
    zh="列“{header}”：无法区分日和月；在您指定日期写法之前按文本保存",
)
ASK_UNIT = Text(
    en="column '{header}': amounts without a stated unit are read as yuan",
    zh="列“{header}”：未注明单位，按“元”读取",
)
ASK_EXPONENT = Text(
    en="column '{header}': a spreadsheet cut long numbers (such as 9.11E+17); their digits are lost, ask the"
    " sender for the column as text",
    zh="列“{header}”：长数字被表格软件截断（如 9.11E+17），位数已丢失；请让提供方以文本格式提供该列",
)
ASK_MISSING = Text(
    en="column '{header}': the words {words} are read as 'no date'; drop them from 'missing' if they matter",
    zh="列“{header}”：“{words}”按“无日期”处理；如有特定含义，请从 missing 中删除",
)
ASK_HEADER = Text(
    en="no header row was found; columns are numbered",
    zh="没有找到表头行；各列按序号命名",
)
ASK_DEPARTMENT = Text(
    en="check department, group and level in the contract: they cannot be read from the rows",
    zh="请核对合约中的部门、数据类别和分级：这些无法从数据行中识别",
)
