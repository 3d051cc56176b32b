"""The forms by which a bank proposes a joint job (提出任务): their fields, step by step.

Titles, help, ranges and choices of parameters are those of the job's schema; nothing of them is written here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import Purpose
from shuxin.infra.api import CHINA
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Choice, Field, Step, Steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.http import QueryDict

    from shuxin.federation.api import FormField, Input
    from shuxin.kernel.text import Language
    from shuxin.portal.web.views.node import Here

KINDS = ("alignment", "scorecard")
MOST_HOLDERS = 7
DAYS = 7
"""In which the job must start, as the form begins."""
TRAINING = (Purpose.MODEL_TRAINING, Purpose.STATISTICS)
SCORING = (Purpose.CREDIT_DECISION, Purpose.POST_LOAN, Purpose.GUARANTEE)
_FIXED = frozenset(
    {
        "kind",
        "engine",
        "target",
        "bad",
        "reuse",
        "scorecard",
        "label_part",
        "parts",
        "until",
        "model",
    }
)
"""Parameters that follow from the choices before, or have a field of their own."""
NEEDED = Text(en="Fill this in.", zh="请填写。")
_CHOOSE = Text(en="Choose at least one.", zh="请至少选择一项。")
_HELPER_NEEDED = Text(
    en="A joint scorecard, or a job with several holders, needs a helper.",
    zh="联合评分卡或有多个数据方的任务须有协助方。",
)
_HELPER_HOLDS = Text(en="The helper has no data in the job.", zh="协助方不得同时为数据方。")
_STEPS = (
    Text(en="Kind and parties", zh="种类与参与方"),
    Text(en="Data and parameters", zh="数据与参数"),
    Text(en="Check and send", zh="核对并发送"),
)
_KIND = Text(en="Kind of job", zh="任务种类")
_HOLDERS = Text(en="Holders of further data", zh="数据方")
_HELPER = Text(en="Helper", zh="协助方")
_HELPER_HINT = Text(
    en="Deals randomness and matches keyed tags; it has no data and must collude with nobody.",
    zh="分发随机数并匹配密钥标签；没有数据，且不得与任何一方串通。",
)
_NO_HELPER = Text(en="none", zh="无")
_OWN = Text(en="Own dataset", zh="本方数据集")
_TITLE = Text(en="Title", zh="标题")
_TITLE_HINT = Text(en="For people; no data of subjects.", zh="供人阅读；不得含主体数据。")
_PURPOSE = Text(en="Purpose", zh="使用目的")
_FROM, _TO = (
    Text(en="Data from", zh="数据起始日"),
    Text(en="Data before", zh="数据截止日（不含当日）"),
)
_VALID = Text(en="Starts within days", zh="最迟开始（天）")
_DATASET = Text(en="Dataset of {name}", zh="{name} 的数据集")
_DATASET_HINT = Text(
    en="By its name in their catalogue, as they told you{known}.",
    zh="按对方目录中的名称填写，由对方告知{known}。",
)
_KNOWN = Text(en="; so far: {names}", zh="；以往使用：{names}")
_FEATURES = Text(en="Features of {name}", zh="{name} 的特征")
_LINES_HINT = Text(en="Field names, one a line.", zh="字段名称，每行一个。")
_GROUND = Text(en="Ground of {name}", zh="{name} 的处理依据")
_BASIS_ID = Text(en="Id of the recorded basis of {name}", zh="{name} 已记录依据的编号")
_BASIS_HINT = Text(
    en="Only when the ground is a recorded basis.", zh="仅在依据为已记录的处理依据时填写。"
)
_LEVEL = Text(en="Highest level of {name}", zh="{name} 的最高数据级别")
_TARGET = Text(en="Outcome", zh="结果字段")
_BAD = Text(en="Bad outcomes", zh="坏样本取值")
_BAD_HINT = Text(
    en="Values of that field that are bad, one a line.", zh="该字段中属坏样本的取值，每行一个。"
)
_MODEL = Text(en="Name of the model", zh="模型名称")
_UNTIL = Text(en="In service until", zh="服务截止日")


@dataclass(frozen=True, slots=True)
class Start:
    """The first step: what kind of job, with whom, with which own dataset."""

    kind: str
    holders: tuple[str, ...]
    helper: str
    dataset: str

    @classmethod
    def of(cls, sent: QueryDict) -> Start:
        return cls(
            sent.get("kind", ""),
            tuple(sent.getlist("holder"))[:MOST_HOLDERS],
            sent.get("helper", ""),
            sent.get("dataset", ""),
        )

    @property
    def engine(self) -> str:
        return "tags" if self.helper else "ecdh"

    def query(self) -> list[tuple[str, str]]:
        own = [("kind", self.kind), ("helper", self.helper), ("dataset", self.dataset)]
        return [*own, *(("holder", one) for one in self.holders)]


def steps(at: int) -> Steps:
    states = ("done",) * at + ("current",) + ("later",) * (2 - at)
    return Steps([Step(text, state) for text, state in zip(_STEPS, states, strict=True)])  # type: ignore[arg-type]


def start_fields(
    start: Start, here: Here, *, datasets: Sequence[str], checked: bool
) -> list[Field]:
    """checked: whether errors are shown already."""
    from shuxin.portal.web.views.node import kind_text  # noqa: PLC0415 - beside its use

    peers = [Choice(party, name) for party, name in here.names.items() if party != here.party]
    errors = start_errors(start, here, datasets=datasets) if checked else {}
    return [
        Field(
            "kind", _KIND, kind="one", value=start.kind or KINDS[0], error=errors.get("kind"),
            choices=[Choice(one, kind_text(one)) for one in KINDS],
        ),
        Field(
            "holder", _HOLDERS, kind="some", value=start.holders, choices=peers,
            error=errors.get("holder"),
        ),
        Field(
            "helper", _HELPER, kind="one", value=start.helper, required=False,
            choices=[Choice("", _NO_HELPER), *peers], hint=_HELPER_HINT, error=errors.get("helper"),
        ),
        Field(
            "dataset", _OWN, kind="choice", value=start.dataset, error=errors.get("dataset"),
            choices=[Choice(one, one) for one in datasets],
        ),
    ]  # fmt: skip


def start_errors(start: Start, here: Here, *, datasets: Sequence[str]) -> dict[str, Text]:
    found: dict[str, Text] = {}
    if start.kind not in KINDS:
        found["kind"] = _CHOOSE
    known = set(here.names) - {here.party}
    if not start.holders or not known.issuperset(start.holders):
        found["holder"] = _CHOOSE
    if start.helper and (start.helper not in known or start.helper in start.holders):
        found["helper"] = _HELPER_HOLDS
    if not start.helper and (start.kind == "scorecard" or len(start.holders) > 1):
        found["helper"] = _HELPER_NEEDED
    if start.dataset not in datasets:
        found["dataset"] = NEEDED
    return found


def new_data(start: Start, here: Here, *, known: Mapping[str, Sequence[Input]]) -> dict[str, str]:
    """What the second step's form begins with: what was entered last time, where that is plain."""
    today = dt.datetime.now(CHINA).date()
    found = {"purpose": Purpose.MODEL_TRAINING.value, "days": str(DAYS)}
    own = [one for one in known.get(here.party, ()) if one.dataset == start.dataset]
    entered = {here.party: own[0]} if own else {}
    for party in start.holders:
        found |= {f"ground-{party}": "authorisations", f"level-{party}": "2"}
        if len(known.get(party, ())) == 1:
            entered[party] = known[party][0]
            found |= {f"dataset-{party}": entered[party].dataset}
    found |= {f"ground-{here.party}": "basis", f"level-{here.party}": "2"}
    for party, one in entered.items():
        found |= {f"ground-{party}": one.ground.value, f"basis-{party}": one.basis}
        found |= {f"level-{party}": str(one.level)}
    two_years_ago = today.replace(year=today.year - 2, day=1)
    begins = min((one.data_from for one in entered.values()), default=two_years_ago)
    ends = max((one.data_to for one in entered.values()), default=today)
    return found | {"from": begins.isoformat(), "to": ends.isoformat()}


def data_fields(
    start: Start,
    here: Here,
    typed: Mapping[str, Any],
    language: Language,
    *,
    own_fields: Sequence[str],
    bases: Sequence[tuple[str, str]],
    known: Mapping[str, Sequence[Input]],
    errors: Mapping[str, Text | str],
) -> dict[str, list[Field]]:
    """Fields by section: ``about``, ``own``, one per holder by its name, and ``parameters``.

    own_fields: of the own dataset. bases: recorded ones here, id and text. known: what parties entered in earlier jobs.
    """
    made = {
        "about": list(_about_fields(start, typed)),
        "own": list(_own_fields(start, here, typed, own_fields, bases)),
        **{
            here.name(one): list(
                _holder_fields(
                    start,
                    one,
                    here,
                    typed,
                    so_far=_so_far([each.dataset for each in known.get(one, ())], language),
                )
            )
            for one in start.holders
        },
        "parameters": list(_parameter_fields(start.kind, typed, language)),
    }
    return {
        section: [replace(one, error=errors.get(one.name)) for one in found]
        for section, found in made.items()
    }


def _about_fields(start: Start, typed: Mapping[str, Any]) -> Iterator[Field]:
    yield Field(
        "title", _TITLE, value=typed.get("title", ""), hint=_TITLE_HINT, required=False, longest=120
    )
    if start.kind == "scorecard":
        model = typed.get("parameters.model", "")
        yield Field("parameters.model", _MODEL, value=model, longest=60)
    purposes = TRAINING[:1] if start.kind == "scorecard" else TRAINING
    yield Field(
        "purpose", _PURPOSE, kind="choice", value=typed.get("purpose", ""),
        choices=[Choice(one.value, one.text) for one in purposes],
    )  # fmt: skip
    yield Field("from", _FROM, kind="date", value=typed.get("from", ""))
    yield Field("to", _TO, kind="date", value=typed.get("to", ""))
    yield Field("days", _VALID, kind="number", value=typed.get("days", ""))


def _own_fields(
    start: Start,
    here: Here,
    typed: Mapping[str, Any],
    own_fields: Sequence[str],
    bases: Sequence[tuple[str, str]],
) -> Iterator[Field]:
    me, name = here.party, here.name(here.party)
    if start.kind == "scorecard":
        chosen = [Choice(one, one) for one in own_fields]
        yield Field("target", _TARGET, kind="choice", value=typed.get("target", ""), choices=chosen)
        yield Field("bad", _BAD, kind="long", value=typed.get("bad", ""), hint=_BAD_HINT)
        yield Field(
            f"features-{me}", filled(_FEATURES, name=name), kind="some", required=False,
            value=typed.get(f"features-{me}", ()), choices=chosen,
        )  # fmt: skip
    yield Field(
        f"basis-{me}", filled(_BASIS_ID, name=name), kind="choice",
        value=typed.get(f"basis-{me}", ""), choices=[Choice(*one) for one in bases],
    )  # fmt: skip
    yield _level_field(me, name, typed)


def _holder_fields(
    start: Start,
    party: str,
    here: Here,
    typed: Mapping[str, Any],
    *,
    so_far: str,
) -> Iterator[Field]:
    from shuxin.portal.web.views.node import choice_text  # noqa: PLC0415 - beside its use

    name = here.name(party)
    yield Field(
        f"dataset-{party}", filled(_DATASET, name=name), value=typed.get(f"dataset-{party}", ""),
        hint=filled(_DATASET_HINT, known=so_far),
    )  # fmt: skip
    if start.kind == "scorecard":
        yield Field(
            f"features-{party}", filled(_FEATURES, name=name), kind="long",
            value=typed.get(f"features-{party}", ""), hint=_LINES_HINT, longest=10_000,
        )  # fmt: skip
    yield Field(
        f"ground-{party}", filled(_GROUND, name=name), kind="one",
        value=typed.get(f"ground-{party}", ""),
        choices=[Choice(one, choice_text(one)) for one in ("authorisations", "basis")],
    )  # fmt: skip
    yield Field(
        f"basis-{party}", filled(_BASIS_ID, name=name), value=typed.get(f"basis-{party}", ""),
        hint=_BASIS_HINT, required=False,
    )  # fmt: skip
    yield _level_field(party, name, typed)


def _so_far(names: Sequence[str], language: Language) -> str:
    return _KNOWN.say(language, names=", ".join(names)) if names else ""


def _level_field(party: str, name: str, typed: Mapping[str, Any]) -> Field:
    return Field(
        f"level-{party}", filled(_LEVEL, name=name), kind="choice",
        value=typed.get(f"level-{party}", "2"),
        choices=[Choice(str(one), str(one)) for one in (1, 2, 3)],
    )  # fmt: skip


def _parameter_fields(kind: str, typed: Mapping[str, Any], language: Language) -> Iterator[Field]:
    for one in offered(kind, language):
        yield _field(one, typed)


def offered(kind: str, language: Language) -> list[FormField]:
    """Parameters and limits that a person may change, as the schema has them."""
    from shuxin.federation.api import MOST_SCORECARD_ROWS, form_fields  # noqa: PLC0415 - heavy

    found = []
    for one in form_fields(language, kind=kind):
        head, _, name = one.name.partition(".")
        fixed = name in _FIXED or (kind == "scorecard" and name == "learn")
        if head in {"parameters", "limits"} and not fixed:
            found.append(one)
    if kind == "scorecard":
        most = MOST_SCORECARD_ROWS
        found = [
            replace(one, high=most, default=str(most)) if one.name == "limits.rows" else one
            for one in found
        ]
    return found


def _field(one: FormField, typed: Mapping[str, Any]) -> Field:
    value = typed.get(one.name, one.default or "")
    label, hint = plain(one.label), plain(_hint(one))
    shown = hint if hint.en else None
    if one.type == "choice":
        choices = [Choice(each.value, each.label) for each in one.choices]
        return Field(one.name, label, kind="choice", value=value, hint=shown, choices=choices)
    if one.type == "number":
        return Field(one.name, label, kind="number", value=value, hint=shown, longest=12)
    return Field(one.name, label, value=value, hint=shown, required=one.default is None)


def _hint(one: FormField) -> str:
    given = f"{one.low:,} – {one.high:,}" if one.low is not None and one.high is not None else ""
    return " · ".join(filter(None, (one.help, given)))


def service_fields(
    typed: Mapping[str, Any],
    language: Language,
    *,
    bases: Sequence[tuple[str, str]],
    errors: Mapping[str, Text | str],
) -> list[Field]:
    """To put a card of this party into service."""
    found = [
        Field("title", _TITLE, value=typed.get("title", ""), hint=_TITLE_HINT, required=False, longest=120),
        Field(
            "purpose", _PURPOSE, kind="choice", value=typed.get("purpose", SCORING[0].value),
            choices=[Choice(one.value, one.text) for one in SCORING],
        ),
        Field("until", _UNTIL, kind="date", value=typed.get("until", "")),
        Field(
            "basis", Text(en="Recorded basis on which own data are read", zh="读取本方数据所依据的已记录依据"),
            kind="choice", value=typed.get("basis", ""), choices=[Choice(*one) for one in bases],
        ),
        Field("days", _VALID, kind="number", value=typed.get("days", str(DAYS))),
        *(_field(one, typed) for one in offered("service", language)),
    ]  # fmt: skip
    return [replace(one, error=errors.get(one.name)) for one in found]


def filled(text: Text, **facts: object) -> Text:
    said = (text.say("en", **facts), text.say("zh", **facts))
    return Text(*(one.replace("{", "{{").replace("}", "}}") for one in said))


def plain(text: str) -> Text:
    safe = text.replace("{", "{{").replace("}", "}}")
    return Text(en=safe, zh=safe)
