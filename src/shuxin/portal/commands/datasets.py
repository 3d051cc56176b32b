"""``shuxin datasets`` and ``shuxin dataset``: the data map (数据地图)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import start
from shuxin.portal.display import china_time, console, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.catalogue.api import DatasetView
    from shuxin.kernel.text import Language

_LIST = Text(
    en="dataset|department|group|level|version|rows|days since|timeliness",
    zh="数据集|部门|类别|分级|版本|行数|距今天数|及时性",
)
_SOURCES = Text(en="source|kind|place|department", zh="来源|类型|位置|部门")
_FIELDS = Text(
    en="field|type|meaning|unit|level|personal|sharing", zh="字段|类型|含义|单位|分级|个人信息|共享"
)
_LOADS = Text(
    en="file|known|read|loaded|not loaded|content (sha256)",
    zh="文件|获知时间|读取|装载|未装载|内容（sha256）",
)
_FINDINGS = Text(en="severity|field|finding|lines", zh="程度|字段|发现|行号")
_NONE = Text(en="no dataset matches", zh="没有符合的数据集")
_TITLE = Text(
    en="{title} ({name}) {version}: {rows:,} rows, {versions} contract versions",
    zh="{title}（{name}）{version}:{rows:,} 行，合约共 {versions} 个版本",
)


def run(options: argparse.Namespace, language: Language) -> int:
    start()
    from shuxin.catalogue.api import dataset, datasets, sources
    from shuxin.infra.api import now_in_china

    if options.command == "dataset":
        _show_one(dataset(name=options.name, now=now_in_china()), language)
        return 0
    if options.command == "sources":
        places = [(s.name, s.kind, s.location, s.department) for s in sources()]
        show("", _SOURCES.say(language).split("|"), places)
        return 0
    found = datasets(search=options.search, now=now_in_china())
    if not found:
        say(_NONE, language)
        return 1
    rows = [
        (d.name, d.department, d.group, int(d.highest_level), d.version, d.rows,
         "" if d.freshness.days_since is None else f"{d.freshness.days_since} d", d.freshness.state)
        for d in found
    ]  # fmt: skip
    show("", _LIST.say(language).split("|"), rows, right=(3, 5, 6))
    return 0


def _show_one(view: DatasetView, language: Language) -> None:
    contract = view.contract
    say(
        _TITLE,
        language,
        title=contract.title,
        name=contract.dataset,
        version=contract.version,
        rows=view.rows,
        versions=len(view.versions),
    )
    fields = [
        (f.name, f.type, f.meaning, f.unit, int(f.level), f.personal, f.sharing)
        for f in contract.fields
    ]
    show("", _FIELDS.say(language).split("|"), fields)
    loads = [
        (load.source_file, china_time(load.known_time), load.rows_read, load.rows_loaded,
         load.rows_rejected, load.content_sha256[:12])
        for load in view.loads
    ]  # fmt: skip
    show("", _LOADS.say(language).split("|"), loads, right=(2, 3, 4))
    findings = [
        (found.finding.severity, found.finding.field, found.finding.detail.say(language),
         ", ".join(map(str, found.finding.example_lines[:5])))
        for found in view.findings
    ]  # fmt: skip
    if findings:
        show("", _FINDINGS.say(language).split("|"), findings)
    for version in view.versions:
        for change in version.changes:
            mark = "!" if change.breaking else "-"
            console.print(
                f"{version.version} {mark} {change.description.say(language)}", markup=False
            )
