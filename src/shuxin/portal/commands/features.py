"""``shuxin features``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, operator, own_log, permit_for_all, start
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    import pyarrow as pa

    from shuxin.fusion.api import Feature, NeighbourFeature
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_HEAD = Text(
    en="feature|what it is|window|unit|when empty|level|made of",
    zh="特征|含义|窗口|单位|空窗口|级别|来源字段",
)
_VALUES = Text(
    en="feature|enterprises with data|lowest|median|highest",
    zh="特征|有数据的企业数|最小|中位|最大",
)
_DONE = Text(
    en="{rows:,} enterprises x {columns} features, only what was known before {as_of}; snapshot {name}",
    zh="{rows:,} 家企业 × {columns} 个特征，仅用 {as_of} 之前已知的数据；快照 {name}",
)
_CARRIED = Text(
    en="carried from snapshot {name} of {day}: {features} features of {rows:,} enterprises, as far as nothing"
    " touched them since",
    zh="承接 {day} 的快照 {name}：{rows:,} 家企业的 {features} 个特征，此后未受变动影响的取值沿用",
)
_ANEW = Text(
    en="nothing could be carried from snapshot {name}: everything was computed anew",
    zh="快照 {name} 中没有可沿用的取值，已全部重新计算",
)
_TIED = Text(
    en="{rows:,} enterprises x {columns} features of those that they are tied to, as known before {as_of}",
    zh="{rows:,} 家企业 × {columns} 个关联特征，仅用 {as_of} 之前已知的数据",
)
_WRITTEN = Text(en="written to {file}", zh="已写入 {file}")
_KEPT = Text(
    en="dataset {dataset} {version}: {rows:,} enterprises as of {as_of}, {fields} features; level {level};"
    " {without} without a credit code left out",
    zh="数据集 {dataset} {version}:{rows:,} 家企业，截至 {as_of}，特征 {fields} 个；{level} 级；"
    "{without} 家无统一社会信用代码，未纳入",
)


class DayNeeded(InvalidInput):
    code = "feature_dataset_day"
    what = Text(
        en="values of features, kept or carried, need the day they are as of",
        zh="保存或沿用特征取值须指定特征截止日",
    )
    mend = Text(en="Add --as-of YYYY-MM-DD", zh="请加 --as-of YYYY-MM-DD")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    if options.as_of is None:
        if options.dataset or options.since or options.neighbours:
            raise DayNeeded
        _list(language)
        return 0
    table = compute(options.as_of, settings=settings, language=language, since=options.since or "")
    if options.neighbours:
        table = _with_neighbours(table, settings=settings, language=language)
    if options.out:
        import pyarrow.csv as pc

        pc.write_csv(table, Path(options.out))
        say(_WRITTEN, language, file=options.out)
    if options.dataset:
        _keep(table, options.dataset, settings=settings, language=language)
    return 0


def _keep(table: pa.Table, dataset: str, *, settings: Settings, language: Language) -> None:
    """As a dataset of the catalogue, logged before it can be offered to anybody."""
    from shuxin.fusion.api import keep_as_dataset
    from shuxin.infra.api import now_in_china
    from shuxin.ledger.api import Entry

    now, own = now_in_china(), holder(settings)
    as_of = table["as_of"][0].as_py()
    facts: dict[str, str | int] = {
        "as_of": f"{as_of}",
        "name": hashlib.sha256(dataset.encode()).hexdigest(),
        "rows": table.num_rows,
    }
    own_log(settings).append(Entry("features-kept", now, own.party, facts), now=now)
    kept = keep_as_dataset(
        table,
        dataset=dataset,
        title=dataset,
        department=own.name,
        settings=settings,
        now=now,
        by=operator(),
    )
    shown = {
        "version": kept.contract.version,
        "rows": kept.rows,
        "fields": len(kept.contract.fields) - 2,
        "level": int(max(field.level for field in kept.contract.fields)),
        "without": kept.without_code,
    }
    say(_KEPT, language, dataset=dataset, as_of=as_of, **shown)


def _list(language: Language) -> None:
    from shuxin.fusion.api import registered_features, registered_neighbour_features
    from shuxin.infra.api import now_in_china
    from shuxin.scoring.api import NO_DATA

    rows, now = [], now_in_china()
    for found in (*registered_features(now=now), *registered_neighbour_features(now=now)):
        feature = found.feature
        fields = sorted({f"{column}" for _, column in found.fields})
        empty = NO_DATA.say(language) if feature.empty is None else str(feature.empty)
        level = str(int(found.grade.level)) if found.grade else "-"
        rows.append(
            (feature.name, feature.title.say(language), str(feature.window), str(feature.measure), empty, level,
             ", ".join(fields))
        )  # fmt: skip
    show("", _HEAD.say(language).split("|"), rows, right=(5,))


def compute(as_of: dt.date, *, settings: Settings, language: Language, since: str = "") -> pa.Table:
    """Features that can be told here of every enterprise that a source mentions, kept as a snapshot and summed up.

    since: the snapshot of an earlier day, out of which comes what cannot have changed.
    """
    from shuxin.fusion.api import (
        features_here,
        features_of_day,
        record_feature_lineage,
        require_past,
        subjects_with_features,
    )
    from shuxin.infra.api import now_in_china

    now = now_in_china()
    require_past(as_of, now=now)
    permit = permit_for_all(Purpose.MODEL_TRAINING, now=now)
    subjects = subjects_with_features(permit=permit, settings=settings, now=now)
    kept = features_of_day(
        subjects,
        as_of=as_of,
        permit=permit,
        settings=settings,
        now=now,
        names=[feature.name for feature in features_here(now=now)],
        since=since,
    )
    table, carried = kept.rows, kept.manifest["carried"]
    record_feature_lineage(now=now)
    _summary(table, language)
    facts = {"rows": table.num_rows, "columns": table.num_columns - 2}
    say(_DONE, language, **facts, as_of=as_of, name=kept.name)
    if carried:
        said = {"features": len(carried["features"]), "rows": carried["rows"]}
        say(_CARRIED, language, name=since, day=carried["as_of"], **said)
    elif since:
        say(_ANEW, language, name=since)
    return table


def _with_neighbours(table: pa.Table, *, settings: Settings, language: Language) -> pa.Table:
    """With columns about those that each is tied to, as of the same day; they read everybody's rows."""
    from shuxin.fusion.api import neighbour_features
    from shuxin.infra.api import now_in_china

    now, as_of = now_in_china(), table["as_of"][0].as_py()
    found = neighbour_features(
        table["entity"].to_pylist(),
        as_of=as_of,
        permit=permit_for_all(Purpose.MODEL_TRAINING, now=now),
        settings=settings,
        now=now,
    )
    _summary(found, language)
    say(_TIED, language, rows=table.num_rows, columns=found.num_columns - 2, as_of=as_of)
    for name in found.column_names[2:]:
        table = table.append_column(name, found[name])
    return table


def _summary(table: pa.Table, language: Language) -> None:
    import numpy as np

    from shuxin.fusion.api import FEATURES, NEIGHBOUR_FEATURES
    from shuxin.scoring.api import value_text

    every: list[Feature | NeighbourFeature] = [*FEATURES, *NEIGHBOUR_FEATURES]
    named = {one.name: one for one in every}
    rows = []
    for name in table.column_names[2:]:
        numbers = table[name].drop_null().cast("float64").to_numpy()
        feature = named[name]
        said = ["-"] * 3
        if len(numbers):
            said = [
                value_text(feature, float(q), language) for q in np.quantile(numbers, (0, 0.5, 1))
            ]
        rows.append((name, len(numbers), *said))
    show("", _VALUES.say(language).split("|"), rows, right=(1, 2, 3, 4))
