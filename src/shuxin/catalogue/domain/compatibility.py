"""What changes between two versions of a contract, and which changes break somebody.

Breaking means: a reader's query, model or permit that was right before may be wrong or refused now,
or a holder's data that was accepted before may be refused. Decided here, where opinions differ:

- every change of type breaks, integer to number too: int64 above 2^53 loses digits as a double;
- a code that is added breaks readers who enumerate codes, a code removed breaks holders' old data;
- a level raised, a more sensitive personal class or narrower sharing breaks: readers lose access;
  the opposite direction breaks nobody but needs a review;
- required in either direction breaks: tightened refuses data, loosened shows readers gaps;
- a renamed field is shown as one removed and one added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.catalogue.domain.contract import Cycle, PersonalClass, Sharing
from shuxin.catalogue.domain.finding import Severity, stated
from shuxin.catalogue.domain.validity import parse_version
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.catalogue.domain.contract import Contract, Field, QualityRule


class ChangeKind(StrEnum):
    """What changed (变更类型)."""

    FIELD_REMOVED = "field_removed"
    FIELD_ADDED = "field_added"
    TYPE = "type"
    UNIT = "unit"
    MEANING = "meaning"
    REQUIRED_TIGHTENED = "required_tightened"
    REQUIRED_LOOSENED = "required_loosened"
    CODE_REMOVED = "code_removed"
    CODE_ADDED = "code_added"
    LEVEL_RAISED = "level_raised"
    LEVEL_LOWERED = "level_lowered"
    PERSONAL_RAISED = "personal_raised"
    PERSONAL_LOWERED = "personal_lowered"
    SHARING_NARROWED = "sharing_narrowed"
    SHARING_WIDENED = "sharing_widened"
    RULE_REMOVED = "rule_removed"
    RULE_ADDED = "rule_added"
    RULE_LOOSENED = "rule_loosened"
    RULE_TIGHTENED = "rule_tightened"
    KEY = "key"
    KNOWN_TIME = "known_time"
    CYCLE_SLOWER = "cycle_slower"
    CYCLE_FASTER = "cycle_faster"
    LAG_LONGER = "lag_longer"
    LAG_SHORTER = "lag_shorter"
    PURPOSE_REMOVED = "purpose_removed"
    PURPOSE_ADDED = "purpose_added"
    OWNER = "owner"
    WORDING = "wording"


_K = ChangeKind
_SAYINGS = {
    _K.FIELD_REMOVED: Text("field {field} is gone", "字段 {field} 被删除"),
    _K.FIELD_ADDED: Text("field {field} is new", "新增字段 {field}"),
    _K.TYPE: Text(
        "{field}: type {old} becomes {new}; stored values are typed anew",
        "{field}:类型由 {old} 变为 {new},存储值随之改变",
    ),
    _K.UNIT: Text("{field}: unit '{old}' becomes '{new}'", "{field}:单位由“{old}”变为“{new}”"),
    _K.MEANING: Text("{field}: meaning {old} becomes {new}", "{field}:含义由 {old} 变为 {new}"),
    _K.REQUIRED_TIGHTENED: Text("{field} must now be present", "{field} 改为必填"),
    _K.REQUIRED_LOOSENED: Text("{field} may now be missing", "{field} 改为可缺"),
    _K.CODE_REMOVED: Text(
        "{field}: code {old} is no longer valid; data that bear it fail",
        "{field}:代码 {old} 不再有效,含该代码的数据将不合格",
    ),
    _K.CODE_ADDED: Text(
        "{field}: code {new} is new; readers who enumerate codes do not know it",
        "{field}:新增代码 {new},按代码枚举的使用方无法识别",
    ),
    _K.LEVEL_RAISED: Text(
        "{field}: level {old} becomes {new}; some readers lose access",
        "{field}:级别由 {old} 升为 {new},部分使用方失去访问",
    ),
    _K.LEVEL_LOWERED: Text("{field}: level {old} becomes {new}", "{field}:级别由 {old} 降为 {new}"),
    _K.PERSONAL_RAISED: Text(
        "{field}: personal class {old} becomes {new}; stricter rules hold",
        "{field}:个人信息类别由 {old} 变为 {new},适用更严要求",
    ),
    _K.PERSONAL_LOWERED: Text(
        "{field}: personal class {old} becomes {new}",
        "{field}:个人信息类别由 {old} 变为 {new}",
    ),
    _K.SHARING_NARROWED: Text(
        "{field}: sharing {old} becomes {new}; some readers lose access",
        "{field}:共享属性由 {old} 变为 {new},部分使用方失去访问",
    ),
    _K.SHARING_WIDENED: Text(
        "{field}: sharing {old} becomes {new}", "{field}:共享属性由 {old} 变为 {new}"
    ),
    _K.RULE_REMOVED: Text(
        "{field}: quality rule {old} is gone; readers relied on it",
        "{field}:质量规则 {old} 被删除,使用方曾依赖它",
    ),
    _K.RULE_ADDED: Text("{field}: quality rule {new} is new", "{field}:新增质量规则 {new}"),
    _K.RULE_LOOSENED: Text(
        "{field}: quality rule {old} becomes {new}, which promises less",
        "{field}:质量规则由 {old} 放宽为 {new}",
    ),
    _K.RULE_TIGHTENED: Text(
        "{field}: quality rule {old} becomes {new}", "{field}:质量规则由 {old} 收紧为 {new}"
    ),
    _K.KEY: Text("the key ({old}) becomes ({new})", "主键由({old})变为({new})"),
    _K.KNOWN_TIME: Text(
        "the known time comes from '{new}', no longer '{old}'",
        "可见时间字段由“{old}”变为“{new}”",
    ),
    _K.CYCLE_SLOWER: Text("the update cycle {old} becomes {new}", "更新周期由 {old} 变为 {new}"),
    _K.CYCLE_FASTER: Text("the update cycle {old} becomes {new}", "更新周期由 {old} 变为 {new}"),
    _K.LAG_LONGER: Text("the lag of {old} days becomes {new}", "滞后由 {old} 天变为 {new} 天"),
    _K.LAG_SHORTER: Text("the lag of {old} days becomes {new}", "滞后由 {old} 天变为 {new} 天"),
    _K.PURPOSE_REMOVED: Text("purpose {old} is no longer allowed", "不再允许用途 {old}"),
    _K.PURPOSE_ADDED: Text("purpose {new} is allowed", "允许新用途 {new}"),
    _K.OWNER: Text("department or group: {old} becomes {new}", "部门或类别由 {old} 变为 {new}"),
    _K.WORDING: Text("words or order of '{new}' differ", "“{new}”的文字或次序不同"),
}
_HARMLESS = frozenset(
    {
        _K.FIELD_ADDED,
        _K.LEVEL_LOWERED,
        _K.PERSONAL_LOWERED,
        _K.SHARING_WIDENED,
        _K.RULE_ADDED,
        _K.RULE_TIGHTENED,
        _K.CYCLE_FASTER,
        _K.LAG_SHORTER,
        _K.PURPOSE_ADDED,
        _K.OWNER,
        _K.WORDING,
    }
)
_REVIEWED = frozenset(
    {_K.LEVEL_LOWERED, _K.PERSONAL_LOWERED, _K.SHARING_WIDENED, _K.PURPOSE_ADDED, _K.OWNER}
)
_RHYTHM = (Cycle.REAL_TIME, Cycle.DAY, Cycle.WEEK, Cycle.MONTH, Cycle.QUARTER, Cycle.YEAR)
_OPENNESS = (Sharing.UNCONDITIONAL, Sharing.CONDITIONAL, Sharing.WITHHELD)
_WEIGHT = (Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.STOP)
_SENSITIVITY = (PersonalClass.NONE, PersonalClass.C1, PersonalClass.C2, PersonalClass.C3)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; ``field`` is empty when the whole dataset is meant."""

    kind: ChangeKind
    field: str
    breaking: bool
    needs_review: bool
    description: Text


class ContractVersionTooLow(Conflict):
    code = "contract_version_too_low"
    what = Text(
        en="contract {dataset} {version} differs from {current}, but its version is too low"
        " ({changes})",
        zh="数据合约 {dataset} {version} 与 {current} 不同，但版本号过低（{changes}）",
    )
    mend = Text(en="Call it version {needed} or higher", zh="请将版本号改为 {needed} 或更高")


def changes(*, old: Contract, new: Contract) -> tuple[Change, ...]:
    """Every difference but the version itself; empty only when there is none.

    Raises ValueError when the two describe different datasets.
    """
    if old.dataset != new.dataset:
        raise ValueError("contracts of different datasets cannot be compared")
    found = [*_dataset_changes(old, new), *_field_changes(old, new)]
    covered = replace(
        new,
        version=old.version,
        department=old.department,
        group=old.group,
        fields=old.fields,
        key=old.key,
        cycle=old.cycle,
        lag_days=old.lag_days,
        known_time_field=old.known_time_field,
        purposes=old.purposes,
        rules=old.rules,
    )
    same_order = _names(old) == _names(new) or set(_names(old)) != set(_names(new))
    same_purposes = old.purposes == new.purposes or set(old.purposes) != set(new.purposes)
    if covered != old or not same_order or not same_purposes:
        found.append(_change(_K.WORDING, "", "", new.dataset))
    return tuple(found)


def next_version(*, old: Contract, new: Contract) -> str:
    """The lowest version ``new`` may bear: major when it breaks, minor when it adds, or patch."""
    major, minor, patch = parse_version(text=old.version)
    found = changes(old=old, new=new)
    if any(change.breaking for change in found):
        return f"{major + 1}.0.0"
    if any(change.kind is not _K.WORDING for change in found):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def check_version(*, old: Contract, new: Contract) -> tuple[Change, ...]:
    """The changes, if the version of ``new`` announces them. Raises ContractVersionTooLow."""
    needed = next_version(old=old, new=new)
    found = changes(old=old, new=new)
    if parse_version(text=new.version) < parse_version(text=needed):
        telling = sorted({change.kind.value for change in found if change.breaking})
        raise ContractVersionTooLow(
            dataset=new.dataset,
            version=new.version,
            current=old.version,
            needed=needed,
            changes=", ".join(telling or sorted({change.kind.value for change in found})) or "-",
        )
    return found


def _change(
    kind: ChangeKind, field: str, old: object = "", new: object = "", *, breaks: bool = False
) -> Change:
    return Change(
        kind=kind,
        field=field,
        breaking=breaks or kind not in _HARMLESS,
        needs_review=kind in _REVIEWED,
        description=stated(_SAYINGS[kind], field=field, old=old, new=new),
    )


def _names(contract: Contract) -> list[str]:
    return [field.name for field in contract.fields]


def _dataset_changes(old: Contract, new: Contract) -> Iterator[Change]:
    if old.key != new.key:
        yield _change(_K.KEY, "", ", ".join(old.key), ", ".join(new.key))
    if old.known_time_field != new.known_time_field:
        yield _change(_K.KNOWN_TIME, "", old.known_time_field, new.known_time_field)
    if old.cycle is not new.cycle:
        kind = _K.CYCLE_FASTER if _is_faster(new.cycle, old.cycle) else _K.CYCLE_SLOWER
        yield _change(kind, "", old.cycle, new.cycle)
    if old.lag_days != new.lag_days:
        kind = _K.LAG_LONGER if new.lag_days > old.lag_days else _K.LAG_SHORTER
        yield _change(kind, "", old.lag_days, new.lag_days)
    for purpose in sorted(set(old.purposes) - set(new.purposes)):
        yield _change(_K.PURPOSE_REMOVED, "", purpose)
    for purpose in sorted(set(new.purposes) - set(old.purposes)):
        yield _change(_K.PURPOSE_ADDED, "", "", purpose)
    yield from _dataset_rule_changes(old, new)
    if (old.department, old.group) != (new.department, new.group):
        owners = (f"{side.department}/{side.group}" for side in (old, new))
        yield _change(_K.OWNER, "", *owners)


def _dataset_rule_changes(old: Contract, new: Contract) -> Iterator[Change]:
    """Of rules of the whole; one that only promises a greater share is tightened, any other change loosens it."""
    before = {rule.name: rule for rule in old.rules}
    after = {rule.name: rule for rule in new.rules}
    for name in sorted(before.keys() - after.keys()):
        yield _change(_K.RULE_REMOVED, "", name)
    for name in sorted(after.keys() - before.keys()):
        yield _change(_K.RULE_ADDED, "", "", name)
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            more = after[name].at_least > before[name].at_least
            same = replace(after[name], at_least=before[name].at_least) == before[name]
            turn = _K.RULE_TIGHTENED if more and same else _K.RULE_LOOSENED
            yield _change(turn, "", name, name)


def _is_faster(cycle: Cycle, other: Cycle) -> bool:
    """Updates at events have no rhythm: from or to them counts as slower."""
    if Cycle.EVENT in {cycle, other}:
        return False
    return _RHYTHM.index(cycle) < _RHYTHM.index(other)


def _field_changes(old: Contract, new: Contract) -> Iterator[Change]:
    before = {field.name: field for field in old.fields}
    after = {field.name: field for field in new.fields}
    for name in sorted(before.keys() - after.keys()):
        yield _change(_K.FIELD_REMOVED, name)
    for name in sorted(after.keys() - before.keys()):
        yield _change(_K.FIELD_ADDED, name, breaks=after[name].required)
    for name, field in before.items():
        if name in after and field != after[name]:
            found = [*_promise_changes(field, after[name]), *_rule_changes(field, after[name])]
            found += _access_changes(field, after[name])
            yield from found or [_change(_K.WORDING, name, "", name)]


def _promise_changes(old: Field, new: Field) -> Iterator[Change]:
    pairs = (
        (_K.TYPE, old.type, new.type),
        (_K.UNIT, old.unit, new.unit),
        (_K.MEANING, old.meaning, new.meaning),
    )
    for kind, before, after in pairs:
        if before != after:
            yield _change(kind, old.name, before, after)
    if old.required != new.required:
        kind = _K.REQUIRED_TIGHTENED if new.required else _K.REQUIRED_LOOSENED
        yield _change(kind, old.name)
    for code in sorted(set(old.code_table) - set(new.code_table)):
        yield _change(_K.CODE_REMOVED, old.name, code)
    for code in sorted(set(new.code_table) - set(old.code_table)):
        yield _change(_K.CODE_ADDED, old.name, "", code)


def _access_changes(old: Field, new: Field) -> Iterator[Change]:
    if old.level != new.level:
        kind = _K.LEVEL_RAISED if new.level > old.level else _K.LEVEL_LOWERED
        yield _change(kind, old.name, old.level.name, new.level.name)
    if old.personal is not new.personal:
        raised = _SENSITIVITY.index(new.personal) > _SENSITIVITY.index(old.personal)
        kind = _K.PERSONAL_RAISED if raised else _K.PERSONAL_LOWERED
        yield _change(kind, old.name, old.personal, new.personal)
    if old.sharing is not new.sharing:
        narrowed = _OPENNESS.index(new.sharing) > _OPENNESS.index(old.sharing)
        kind = _K.SHARING_NARROWED if narrowed else _K.SHARING_WIDENED
        yield _change(kind, old.name, old.sharing, new.sharing)


def _rule_changes(old: Field, new: Field) -> Iterator[Change]:
    before = {rule.kind: rule for rule in old.rules}
    after = {rule.kind: rule for rule in new.rules}
    for kind in sorted(before.keys() - after.keys()):
        yield _change(_K.RULE_REMOVED, old.name, _shown(before[kind]))
    for kind in sorted(after.keys() - before.keys()):
        yield _change(_K.RULE_ADDED, old.name, "", _shown(after[kind]))
    for kind, rule in before.items():
        if kind in after and after[kind] != rule:
            turn = _K.RULE_LOOSENED if _promises_less(after[kind], rule) else _K.RULE_TIGHTENED
            yield _change(turn, old.name, _shown(rule), _shown(after[kind]))


def _promises_less(new: QualityRule, old: QualityRule) -> bool:
    if _WEIGHT.index(new.severity) < _WEIGHT.index(old.severity):
        return True
    wider_below = old.low is not None and (new.low is None or new.low < old.low)
    wider_above = old.high is not None and (new.high is None or new.high > old.high)
    return new.threshold < old.threshold or wider_below or wider_above


def _shown(rule: QualityRule) -> str:
    limits = "" if rule.kind != "in_range" else f" {rule.low}..{rule.high}"
    return f"{rule.kind}{limits} >= {rule.threshold}"
