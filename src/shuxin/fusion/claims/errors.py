"""What can be wrong with the contract that a file brings, and with the delivery that it comes in."""

from __future__ import annotations

from shuxin.kernel.errors import Conflict, InvalidInput, NotFound
from shuxin.kernel.text import Text


class ClaimUnmet(InvalidInput):
    code = "claim_unmet"
    what = Text(
        en="the columns of {file} are not those of the contract that it brings: missing [{missing}],"
        " not declared [{new}], of another type [{retyped}]",
        zh="{file} 的列与其自带合约不符：缺少[{missing}]，未声明[{new}]，类型不同[{retyped}]",
    )
    mend = Text(
        en="Nothing of it was loaded and the last load stays in force: ask the sender to write file and contract"
        " from one source and to send both again",
        zh="未装载任何内容，上次装载继续有效：请提供方由同一来源生成文件与合约后重新报送",
    )


class ClaimChanged(Conflict):
    code = "claim_changed"
    what = Text(
        en="{file} brings another contract than the one that was accepted: {changes}",
        zh="{file} 自带的合约与已确认的合约不同：{changes}",
    )
    mend = Text(
        en="The last load stays in force. A proposal for the new contract was prepared: read and accept it if the"
        " sender changed it on purpose, else ask for the agreed form",
        zh="上次装载继续有效。已按新合约准备建议：若提供方确有变更，请阅读并确认；否则请其按约定格式重发",
    )


class ClaimGone(Conflict):
    code = "claim_gone"
    what = Text(
        en="{file} no longer brings the contract under which it was accepted",
        zh="{file} 不再自带其被确认时的合约",
    )
    mend = Text(
        en="The last load stays in force: ask the sender for the file with its contract",
        zh="上次装载继续有效：请提供方连同合约一起重发该文件",
    )


class FileMissing(NotFound):
    code = "import_file_missing"
    what = Text(
        en="{file} is not there: {expected} named it, and no file of that name came",
        zh="缺少文件 {file}：{expected}列有该文件，但本次未收到",
    )
    mend = Text(
        en="What was loaded before stays in force, the other files were read: ask {department} for it and import again",
        zh="此前装载的内容继续有效，其他文件已照常处理：请向{department}索取后重新导入",
    )


class DeliveryShort(Conflict):
    code = "delivery_short"
    what = Text(
        en="{file} has {rows:,} rows; the manifest of its delivery says {promised:,}",
        zh="{file} 有 {rows:,} 行，交付清单所列为 {promised:,} 行",
    )
    mend = Text(
        en="Nothing of it was loaded and the last load stays in force: ask the sender for the whole file and its"
        " manifest",
        zh="未装载任何内容，上次装载继续有效：请提供方重发完整的文件及清单",
    )
