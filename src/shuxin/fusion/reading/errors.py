"""What can be wrong with a file as a whole; a bad row is not an error but a reject."""

from __future__ import annotations

from shuxin.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable
from shuxin.kernel.text import Text


class FileUnreadable(Unavailable):
    code = "file_unreadable"
    what = Text(en="{file} cannot be read: {reason}", zh="无法读取 {file}:{reason}")
    mend = Text(
        en="Check the path and its permissions, then run the import again",
        zh="请检查路径和读取权限后重新导入",
    )


class FileEmpty(InvalidInput):
    code = "file_empty"
    what = Text(en="{file} holds no data", zh="{file} 没有任何内容")
    mend = Text(en="Ask the sender for the file again", zh="请让提供方重新发送该文件")


class NotATable(InvalidInput):
    code = "file_not_a_table"
    what = Text(
        en="{file} is not a table: it looks like {looks}",
        zh="{file} 不是表格文件：内容像是 {looks}",
    )
    mend = Text(
        en="Send CSV, XLS, XLSX or Parquet; save web pages and documents as CSV first",
        zh="请提供 CSV、XLS、XLSX 或 Parquet；网页或文档请先另存为 CSV",
    )


class HeaderOnly(InvalidInput):
    code = "file_header_only"
    what = Text(en="{file} has a header but no rows", zh="{file} 只有表头，没有数据行")
    mend = Text(
        en="If the list is truly empty nothing is needed; else ask the sender for the rows",
        zh="若名单确实为空则无需处理；否则请让提供方补发数据",
    )


class RecordTooLong(InvalidInput):
    code = "record_too_long"
    what = Text(
        en="{file}, line {line}: one record is longer than {limit_mib} MiB",
        zh="{file} 第 {line} 行：单条记录超过 {limit_mib} MiB",
    )
    mend = Text(
        en="A line end or a closing quotation mark is missing; check the export and send it again",
        zh="可能缺少换行或右引号；请检查导出过程后重新发送",
    )


class CompressedTooFar(InvalidInput):
    code = "compressed_too_far"
    what = Text(
        en="{file} unpacks to more than {limit_mib} MiB, {ratio} times its size",
        zh="{file} 解压后超过 {limit_mib} MiB，是原文件的 {ratio} 倍",
    )
    mend = Text(
        en="If the file is genuine, unpack it yourself and import the unpacked file",
        zh="若文件无误，请自行解压后导入解压后的文件",
    )


class CompressedBroken(InvalidInput):
    code = "compressed_broken"
    what = Text(
        en="{file} cannot be unpacked: the archive is damaged or cut off",
        zh="{file} 无法解压：压缩文件已损坏或不完整",
    )
    mend = Text(en="Copy or send the file again", zh="请重新复制或发送该文件")


class WorkbookUnreadable(InvalidInput):
    code = "workbook_unreadable"
    what = Text(
        en="{file} cannot be opened as a workbook: {reason}", zh="无法打开工作簿 {file}:{reason}"
    )
    mend = Text(
        en="Remove a password if there is one, open it in a spreadsheet program and save it again as XLSX or CSV",
        zh="如有密码请先取消，在表格软件中打开并另存为 XLSX 或 CSV",
    )


class WorkbookTooLarge(InvalidInput):
    code = "workbook_too_large"
    what = Text(
        en="{file} unpacks to {size_mib} MiB of sheets; the limit is {limit_mib} MiB",
        zh="{file} 的工作表解压后为 {size_mib} MiB，上限为 {limit_mib} MiB",
    )
    mend = Text(
        en="Save the sheet as CSV, which is read as a stream of any size",
        zh="请将工作表另存为 CSV,CSV 以流方式读取，不限大小",
    )


class WorkbookTooHeavy(InvalidInput):
    code = "workbook_too_heavy"
    what = Text(
        en="{file} cannot be opened within {limit_mib} MiB of memory: cells stand very far apart, or it is"
        " damaged",
        zh="无法在 {limit_mib} MiB 内存内打开 {file}：单元格相距过远，或文件已损坏",
    )
    mend = Text(
        en="Save the sheet as CSV, or delete what stands far below or beside the table",
        zh="请将工作表另存为 CSV，或删除远离表格的单元格",
    )


class SheetMissing(NotFound):
    code = "sheet_missing"
    what = Text(en="{file} has no sheet '{sheet}'", zh="{file} 中没有工作表“{sheet}”")
    mend = Text(
        en="Correct the sheet's name in the mapping, or run the proposal again",
        zh="请在映射文件中更正工作表名，或重新生成建议",
    )


class FileChanged(Conflict):
    code = "file_changed_while_read"
    what = Text(
        en="{file} changed while it was read; nothing of it was loaded",
        zh="{file} 在读取过程中发生变化；未装载任何内容",
    )
    mend = Text(
        en="Wait until the sender has finished writing, then import again",
        zh="请等待写入完成后重新导入",
    )


class OutsideFolder(InvalidInput):
    code = "path_outside_folder"
    what = Text(en="{file} leads outside the folder that is imported", zh="{file} 指向导入目录之外")
    mend = Text(
        en="Copy the file itself into the folder; links are not followed",
        zh="请将文件本身复制到该目录；不跟随链接",
    )


class EncodingUnknown(InvalidInput):
    code = "encoding_unknown"
    what = Text(
        en="{file} is text in no encoding that is understood (UTF-8, UTF-16, GB18030)",
        zh="{file} 的文本编码无法识别（支持 UTF-8、UTF-16、GB18030）",
    )
    mend = Text(en="Save it as UTF-8 and import again", zh="请另存为 UTF-8 后重新导入")


class DatabaseUnreadable(Unavailable):
    code = "database_source_unreadable"
    what = Text(
        en="the table {table} cannot be read from the {scheme} database: {reason}",
        zh="无法从 {scheme} 数据库读取表 {table}:{reason}",
    )
    mend = Text(
        en="Check address, account, table name and that the driver is installed",
        zh="请检查地址、账号、表名以及驱动是否已安装",
    )
