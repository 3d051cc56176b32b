"""Where a dataset or one of its fields comes from and what is made of it, as a graph (数据血缘)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from shuxin.catalogue.api import SourceColumn
from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder
from shuxin.portal.web.parts import Arc, Dot, Graph
from shuxin.portal.web.views.proposing import dataset_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shuxin.catalogue.api import Lineage
    from shuxin.federation.api import FieldsInModel

FILE = "file:"
MOST_BESIDE = 12
"""Dots of one kind; what is beyond is summed up in one."""
KINDS = {
    "source": Text(en="source", zh="来源"),
    "dataset": Text(en="dataset", zh="数据集"),
    "derived": Text(en="derived", zh="衍生数据"),
    "model": Text(en="model", zh="模型"),
    "decision": Text(en="decisions", zh="决策"),
}
_MORE = Text(en="{n} more", zh="另有 {n} 项")
_DECISIONS = Text(en="{n} decisions", zh="{n} 项决策")
_FIELDS = Text(en="{n} fields", zh="{n} 个字段")


def dataset_graph(name: str, *, title: str) -> Graph:
    """Files and datasets before it, datasets made of it, models on these, and how many decisions rest on them."""
    from shuxin.catalogue.api import lineages  # noqa: PLC0415 - needs the database

    known = lineages()
    picture = _Picture(known)
    picture.dot(name, title, "dataset", dataset_url(name))
    picture.before(name)
    picture.after(name)
    picture.models({table for table in picture.tables if table in known or table == name})
    picture.joint_models()
    return Graph(
        title=Text(en="Where it comes from and what is made of it", zh="数据血缘"),
        dots=picture.dots,
        arcs=picture.arcs,
        kinds=KINDS,
        chosen=name,
    )


def field_graph(dataset: str, field: str) -> Graph:
    """Columns before one field, fields computed from it, and the models that use these."""
    from shuxin.catalogue.api import lineages  # noqa: PLC0415 - needs the database

    known = lineages()
    own = f"{dataset}.{field}"
    picture = _Picture(known)
    picture.dot(own, field, "dataset", dataset_url(dataset), note=dataset)
    picture.columns_before(SourceColumn(dataset, field), own)
    reached = _computed_from(SourceColumn(dataset, field), known)
    picture.columns_after(reached, own)
    names = {column.column: f"{column.table}.{column.column}" for column in reached} | {field: own}
    picture.models_of_fields(names)
    columns = {(column.table, column.column) for column in reached} | {(dataset, field)}
    picture.joint_models_of_fields(columns)
    return Graph(
        title=Text(en="From source to use", zh="从来源到使用"),
        dots=picture.dots,
        arcs=picture.arcs,
        kinds=KINDS,
        chosen=own,
    )


def _computed_from(source: SourceColumn, known: Mapping[str, Lineage]) -> list[SourceColumn]:
    """Every column whose values come from this one's, through any number of tables; not those that it only filters."""
    reached, waiting = {source}, [source]
    while waiting:
        current = waiting.pop()
        for table, lineage in known.items():
            for column in lineage.columns:
                found = SourceColumn(table, column.column)
                if current in column.direct and found not in reached:
                    reached.add(found)
                    waiting.append(found)
    return sorted(reached - {source})


class _Picture:
    """Dots and arcs, each once."""

    def __init__(self, known: Mapping[str, Lineage]) -> None:
        self.known = known
        self.dots: list[Dot] = []
        self.arcs: list[Arc] = []
        self.tables: set[str] = set()
        self.registered = _registered()

    def dot(
        self, key: str, label: Text | str, kind: str, url: str = "", *, note: Text | str = ""
    ) -> bool:
        if any(one.id == key for one in self.dots):
            return False
        self.dots.append(Dot(key, label, kind, url, note))
        self.tables.add(key)
        return True

    def arc(self, start: str, end: str, label: Text | str = "") -> None:
        if not any((one.from_id, one.to_id) == (start, end) for one in self.arcs):
            self.arcs.append(Arc(start, end, label))

    def before(self, name: str) -> None:
        """Everything upstream."""
        lineage = self.known.get(name)
        if lineage is None:
            return
        counted = Counter(source.table for column in lineage.columns for source in column.direct)
        shown, more = self._few(sorted(counted.items()), f"{name}<", "source")
        if more:
            self.arc(more, name)
        for table, n in shown:
            kind = "source" if table.startswith(FILE) else "dataset"
            new = self.dot(table, table.removeprefix(FILE), kind, self._url(table))
            self.arc(table, name, _number(_FIELDS, n))
            if new and kind == "dataset":
                self.before(table)

    def after(self, name: str) -> None:
        """Everything downstream."""
        readers = {
            table: sum(
                any(source.table == name for source in column.direct) for column in lineage.columns
            )
            for table, lineage in self.known.items()
        }
        found = [(table, n) for table, n in sorted(readers.items()) if n]
        shown, more = self._few(found, name, "derived")
        if more:
            self.arc(name, more)
        for table, n in shown:
            new = self.dot(table, _label(table), "derived", self._url(table))
            self.arc(name, table, _number(_FIELDS, n))
            if new:
                self.after(table)

    def columns_before(self, column: SourceColumn, key: str) -> None:
        lineage = self.known.get(column.table)
        own = {} if lineage is None else {one.column: one for one in lineage.columns}
        direct = sorted(own[column.column].direct) if column.column in own else []
        for source in direct[:MOST_BESIDE]:
            is_file = source.table.startswith(FILE)
            before = f"{source.table}.{source.column}"
            kind = "source" if is_file else "dataset"
            file, url = source.table.removeprefix(FILE), self._url(source.table)
            new = self.dot(before, source.column, kind, url, note=file)
            self.arc(before, key)
            if new and not is_file:
                self.columns_before(source, before)

    def columns_after(self, reached: Iterable[SourceColumn], own: str) -> None:
        """By derived table: its first columns, the others summed up."""
        by_table: dict[str, list[str]] = {}
        for column in reached:
            by_table.setdefault(column.table, []).append(column.column)
        for table, columns in sorted(by_table.items()):
            shown, more = self._few([(c, 1) for c in columns], f"{own}>{table}", "derived")
            if more:
                self.arc(own, more)
            for name, _ in shown:
                key = f"{table}.{name}"
                self.dot(key, name, "derived", self._url(table), note=_label(table))
                self.arc(own, key)

    def models(self, tables: set[str]) -> None:
        """Models whose characteristics are columns of these tables."""
        columns = {c.column: table for table in tables for c in self._columns(table)}
        for digest, name, features, decisions in _models():
            used = {columns[feature] for feature in features if feature in columns}
            if used:
                self._model(digest, name, decisions)
                for table in sorted(used):
                    self.arc(table, f"model:{digest}")

    def models_of_fields(self, keys: Mapping[str, str]) -> None:
        """Models that use a column of these; ``keys`` by column name."""
        shown = {dot.id for dot in self.dots}
        for digest, name, features, decisions in _models():
            used = [keys[feature] for feature in features if feature in keys]
            if used:
                self._model(digest, name, decisions)
                for key in used:
                    if key in shown:
                        self.arc(key, f"model:{digest}")

    def joint_models(self) -> None:
        """Joint models whose part here is made of fields of these tables."""
        for one in _joint():
            if one.dataset in self.tables:
                self._joint(one)
                self.arc(one.dataset, f"joint:{one.job_id}", _number(_FIELDS, len(one.fields)))

    def joint_models_of_fields(self, columns: set[tuple[str, str]]) -> None:
        shown = {dot.id for dot in self.dots}
        for one in _joint():
            used = [f"{one.dataset}.{f}" for f in one.fields if (one.dataset, f) in columns]
            if used:
                self._joint(one)
                for key in used:
                    if key in shown:
                        self.arc(key, f"joint:{one.job_id}")

    def _joint(self, one: FieldsInModel) -> None:
        note = Text(en="joint model", zh="联合模型")
        self.dot(f"joint:{one.job_id}", one.model, "model", f"/models/{one.job_id}", note=note)

    def _columns(self, table: str) -> tuple[SourceColumn, ...]:
        lineage = self.known.get(table)
        return (
            () if lineage is None else tuple(SourceColumn(table, c.column) for c in lineage.columns)
        )

    def _model(self, digest: str, name: str, decisions: int) -> None:
        key = f"model:{digest}"
        self.dot(key, name, "model", note=digest[:12])
        if decisions:
            self.dot(f"decisions:{digest}", _number(_DECISIONS, decisions), "decision")
            self.arc(key, f"decisions:{digest}")

    def _few(
        self, found: list[tuple[str, int]], at: str, kind: str
    ) -> tuple[list[tuple[str, int]], str]:
        """Those that are shown, and the key of the dot that sums the others up, "" without one."""
        if len(found) <= MOST_BESIDE:
            return found, ""
        more = f"{at}>more"
        self.dot(more, _number(_MORE, len(found) - MOST_BESIDE + 1), kind)
        return found[: MOST_BESIDE - 1], more

    def _url(self, table: str) -> str:
        return dataset_url(table) if table in self.registered else ""


def _registered() -> frozenset[str]:
    """Names that have a page."""
    from shuxin.catalogue.api import datasets  # noqa: PLC0415 - needs the database

    return frozenset(one.name for one in datasets(now=now_in_china()))


def _label(table: str) -> Text | str:
    """In words what is not a dataset: features, those of neighbours, and the placing of rows with firms."""
    if table == "features":
        return Text(en="features", zh="特征")
    if table == "neighbours":
        return Text(en="features of neighbours", zh="关联特征")
    if table.startswith("entity_mentions."):
        return Text(en="who is who", zh="主体归一")
    return table


def _number(text: Text, n: int) -> Text:
    return Text(en=text.say("en", n=f"{n:,}"), zh=text.say("zh", n=f"{n:,}"))


def _joint() -> list[FieldsInModel]:
    from shuxin.federation.api import fields_in_models, node_folder  # noqa: PLC0415 - needs the database

    settings = settings_from_environment()
    return list(fields_in_models(folder=node_folder(settings), party=holder(settings).party))


def _models() -> list[tuple[str, str, tuple[str, ...], int]]:
    """Digest, name, characteristics, and decisions of each model of this installation."""
    from shuxin.scoring.api import models_in_brief  # noqa: PLC0415 - needs the database

    return [(one.digest, one.name, one.characteristics, one.decisions) for one in models_in_brief()]
