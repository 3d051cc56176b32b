"""What may hinder a city from being written or checked."""

from __future__ import annotations

from shuxin.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable
from shuxin.kernel.text import Text


class CityDepartmentUnknown(InvalidInput):
    code = "city_department_unknown"
    what = Text(
        en="The synthetic city has no department {department}; it has: {known}",
        zh="合成城市没有部门 {department}，已有部门为：{known}",
    )
    mend = Text(en="Name departments of that list", zh="请从上述部门中选择")


class CityDiskFull(Unavailable):
    code = "city_disk_full"
    what = Text(
        en="There is no room on the disk for the city: {free} are free, about {needed} more are needed. What is"
        " whole is kept in {folder}",
        zh="磁盘空间不足以写入合成城市：可用 {free}，约还需 {needed}。已完成的部分保留在 {folder}",
    )
    mend = Text(
        en="Make room, or choose a smaller size or fewer departments, and run the same command again: it goes on"
        " with what is whole",
        zh="请腾出空间，或选择更小的规模、更少的部门，再运行同一命令：将从已完成处继续",
    )


class CityWorkStopped(Unavailable):
    code = "city_work_stopped"
    what = Text(
        en="A process that writes the city ended early ({reason}). What is whole is kept in {folder}",
        zh="写入合成城市的进程提前结束（{reason}）。已完成的部分保留在 {folder}",
    )
    mend = Text(
        en="See that there is memory (a city of 200,000 firms needs 4 GB) and run the same command again: it goes"
        " on with what is whole",
        zh="请确认内存充足（20 万户的城市约需 4 GB），再运行同一命令：将从已完成处继续",
    )


class CityBeingWritten(Conflict):
    code = "city_being_written"
    what = Text(
        en="Another process is writing this city: {folder}",
        zh="另有进程正在写入该城市：{folder}",
    )
    mend = Text(
        en="Wait until it is done, or end it, and run the command again",
        zh="请等待其完成或结束该进程，再重新运行",
    )


class CityMissing(NotFound):
    code = "city_missing"
    what = Text(
        en="The folder {folder} holds no synthetic city: {file} is missing or cannot be read",
        zh="目录 {folder} 中没有合成城市：缺少 {file} 或无法读取",
    )
    mend = Text(
        en="Give a folder that `shuxin city generate` has finished",
        zh="请指定 `shuxin city generate` 已生成完毕的目录",
    )


class CityFolderInUse(Conflict):
    code = "city_folder_in_use"
    what = Text(
        en="The folder {folder} holds something other than a synthetic city",
        zh="目录 {folder} 中已有合成城市以外的内容",
    )
    mend = Text(en="Give a new or empty folder", zh="请指定新的或空的目录")


class CityTooLargeForFiles(InvalidInput):
    code = "city_too_large_for_files"
    what = Text(
        en="Offices send files of a city of size {sizes}, not {size}",
        zh="部门报送文件仅支持 {sizes} 规模，不支持 {size}",
    )
    mend = Text(
        en="Choose one of these sizes, or write the records with `shuxin city generate`",
        zh="请改用上述规模，或用 `shuxin city generate` 生成记录",
    )


class CityWriterMissing(Unavailable):
    code = "city_writer_missing"
    what = Text(
        en="The library {library} that writes workbooks is not installed",
        zh="未安装写工作簿所需的 {library} 库",
    )
    mend = Text(
        en="Install it with: pip install 'shuxin[city]'", zh="请运行：pip install 'shuxin[city]'"
    )
