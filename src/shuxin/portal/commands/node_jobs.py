"""``shuxin node jobs | approve | refuse | stop | release | result``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import write_whole
from shuxin.kernel.errors import InvalidInput, NotFound
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, start
from shuxin.portal.commands.node_card import show_card
from shuxin.portal.commands.node_report import show_report
from shuxin.portal.display import china_time, console, say, show
from shuxin.portal.node_services import names_of_parties, party_named, services

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping

    from shuxin.federation.api import JobView
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

LOOK_SECONDS = 0.1
_SHORT = 12
_LIST = Text(
    en="job|kind|proposed by|state|step|received", zh="任务|种类|提出方|状态|进展|收到时间"
)
_HEAD = Text(
    en="{kind} for {purpose}, proposed by {proposer}: {state}",
    zh="{kind}，目的：{purpose}，提出方：{proposer}；{state}",
)
_STEP = Text(en="now: {step}", zh="当前：{step}")
_WHY = Text(en="because: {reasons}, said {by}", zh="原因：{reasons}（由 {by} 提出）")
_SEATS = Text(en="party|role|dataset|ground", zh="参与方|角色|数据集|处理依据")
_WORDS = Text(en="word|party|by|at|why", zh="声明|主体|经办|时间|原因")
_SAID = {
    "job-approval": Text(en="approved", zh="批准"),
    "job-refusal": Text(en="refused", zh="拒绝"),
    "job-stop": Text(en="stopped", zh="停止"),
    "job-end": Text(en="ended", zh="结束"),
}
_OUTCOMES = {"done": Text(en="done", zh="完成"), "failed": Text(en="failed", zh="失败")}
_KINDS = {
    "alignment": Text(en="alignment", zh="对齐"),
    "rehearsal": Text(en="rehearsal", zh="链路演练"),
    "scorecard": Text(en="joint scorecard", zh="联合评分卡"),
    "service": Text(en="joint scoring in service", zh="联合评分服务"),
}
ROLES = {
    "label": Text(en="label party", zh="标签方"),
    "holder": Text(en="holder", zh="数据方"),
    "helper": Text(en="helper", zh="协助方"),
}
_OUTS = Text(en="output|to|subjects|figures", zh="输出|接收方|主体数|数值个数")
_WAIT = Text(en="waiting for the approval of {names}", zh="等待批准：{names}")
_RELEASE = Text(
    en="waits for 'shuxin node release': {name} to {to}",
    zh="等待放行（shuxin node release）：{name} 至 {to}",
)
_APPROVED = Text(en="approved: {job}", zh="已批准：{job}")
_REFUSED = Text(en="refused: {job}", zh="已拒绝：{job}")
_STOPPED = Text(en="stopped: {job}; every party is told", zh="已停止：{job}；将通知各方")
_RELEASED = Text(en="may leave: {output} to {name}", zh="已放行：{output} 至 {name}")
_ALIGNED = Text(
    en="{count} common subjects of {own} here; digest {digest}",
    zh="共同主体 {count} 个（本方入场 {own} 个）；摘要 {digest}",
)
_COUNT = Text(en="{count} common subjects", zh="共同主体 {count} 个")
_NOTHING = Text(
    en="this party learns nothing of this job but that it is done", zh="本方仅获知任务已完成"
)
_WRITTEN = Text(
    en="{file}: codes of this party's own subjects in the order that all parties share",
    zh="{file}：本方主体代码，按各方共同顺序",
)


class JobNotNamed(NotFound):
    code = "node_job_not_named"
    what = Text(
        en="{count} jobs here begin with '{text}'", zh="有 {count} 个任务编号以“{text}”开头"
    )
    mend = Text(
        en="Give more digits of the id ('shuxin node jobs')",
        zh="请填写更多位编号（shuxin node jobs）",
    )


class ResultMissing(NotFound):
    code = "node_result_missing"
    what = Text(en="job {job} left no result here", zh="任务 {job} 在本方没有结果")
    mend = Text(
        en="A helper gets none, other parties get one when the job is done; see 'shuxin node jobs {job}'",
        zh="协助方没有结果；其他方在任务完成后才有结果；请用 shuxin node jobs {job} 查看",
    )


class OutputNotNamed(InvalidInput):
    code = "node_output_not_named"
    what = Text(
        en="say which output goes to whom, or --all that wait",
        zh="请指明输出及其接收方，或使用 --all 放行全部等待项",
    )
    mend = Text(en="See 'shuxin node jobs JOB'", zh="见 shuxin node jobs 任务编号")


class StillRunning(InvalidInput):
    code = "node_job_not_over"
    what = Text(
        en="the job was not over after {seconds} s: {step}",
        zh="等待 {seconds} 秒后任务仍未结束：{step}",
    )
    mend = Text(en="Wait longer, or look whom it waits for", zh="请继续等待，或查看其等待对象")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    acts: dict[str, Callable[[Settings, argparse.Namespace, Language], int]] = {
        "jobs": _jobs,
        "approve": _approve,
        "refuse": _refuse,
        "stop": _stop,
        "release": _release,
        "result": _result,
    }
    return acts[options.act](settings, options, language)


def job_named(text: str, *, wait_seconds: float = 0) -> str:
    """The one job whose id begins so; jobs travel by themselves, so it may be about to come. Raises JobNotNamed."""
    from shuxin.federation.api import jobs

    until = time.monotonic() + wait_seconds
    while True:
        found = [one.job_id for one in jobs() if one.job_id.startswith(text)]
        if len(found) == 1:
            return found[0]
        if found or time.monotonic() >= until:
            raise JobNotNamed(count=len(found), text=text[:64])
        time.sleep(LOOK_SECONDS)


def _jobs(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    if options.job:
        return _one(settings, options, language)
    from shuxin.federation.api import jobs

    names = names_of_parties(settings)
    rows = [
        (
            one.job_id[:_SHORT],
            one.title or one.kind,
            names.get(one.proposer, one.proposer),
            one.state.text.say(language),
            one.step,
            china_time(one.received_at),
        )
        for one in jobs()
    ]
    show("", _LIST.say(language).split("|"), rows)
    return 0


def _one(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    """Exit status 1 when the job ended otherwise than done."""
    from shuxin.federation.api import State, job_view

    job_id = job_named(options.job)
    view = job_view(job_id)
    until = time.monotonic() + (options.wait or 0)
    while not view.line.state.is_end and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        view = job_view(job_id)
    if options.wait and not view.line.state.is_end:
        raise StillRunning(seconds=options.wait, step=view.line.step or view.line.state.text)
    _show(view, names_of_parties(settings), language)
    return int(view.line.state.is_end and view.line.state is not State.DONE)


def _show(view: JobView, names: Mapping[str, str], language: Language) -> None:
    from shuxin.federation.api import say_reason

    line, job = view.line, view.job
    proposer, state = names.get(line.proposer, line.proposer), line.state.text
    purpose = "" if job is None else job.purpose.text
    kind = _KINDS.get(line.kind, line.kind)
    say(_HEAD, language, kind=kind, purpose=purpose, proposer=proposer, state=state)
    if line.reason:
        reasons = say_reason(line.reason, language) + (f" ({view.about})" if view.about else "")
        say(_WHY, language, reasons=reasons, by=names.get(view.ended_by, view.ended_by))
    elif line.step not in {"", state.en}:
        say(_STEP, language, step=_named(line.step, names))
    if view.waits_for:
        waited = ", ".join(names.get(one, one) for one in view.waits_for)
        say(_WAIT, language, names=waited)
    if job is not None:
        rows = [
            (names.get(s.party, s.party), ROLES[s.role].say(language), *_entered(view, s.party))
            for s in job.parties
        ]
        show("", _SEATS.say(language).split("|"), rows)
    words = [
        (
            _SAID[one.kind].say(language),
            names.get(one.party, one.party),
            one.by or (_OUTCOMES[one.outcome].say(language) if one.outcome else ""),
            china_time(one.at),
            "; ".join(say_reason(why.reason, language) for why in one.reasons),
        )
        for one in view.said
    ]
    show("", _WORDS.say(language).split("|"), words)
    if view.released:
        outs = [(o.name, names.get(o.to, o.to), o.size, o.numbers) for o in view.released]
        show("", _OUTS.say(language).split("|"), outs, right=(2, 3))
    for out in view.to_release:
        say(_RELEASE, language, name=out.name, to=names.get(out.to, out.to))


def _entered(view: JobView, party: str) -> tuple[str, str]:
    entered = None if view.job is None else view.job.input_of(party)
    if entered is None:
        return "", ""
    return entered.dataset, entered.basis or entered.ground.value


def _named(step: str, names: Mapping[str, str]) -> str:
    for party, name in names.items():
        step = step.replace(party, name)
    return step


def _approve(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.federation.api import approve

    job_id = job_named(options.job, wait_seconds=options.wait)
    approve(job_id, by=operator(), services=services(settings))
    say(_APPROVED, language, job=job_id[:_SHORT])
    return 0


def _refuse(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.federation.api import refuse

    job_id = job_named(options.job, wait_seconds=options.wait)
    refuse(job_id, by=operator(), why=options.why, services=services(settings))
    say(_REFUSED, language, job=job_id[:_SHORT])
    return 0


def _stop(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.federation.api import stop

    job_id = job_named(options.job, wait_seconds=options.wait)
    stop(job_id, by=operator(), services=services(settings))
    say(_STOPPED, language, job=job_id[:_SHORT])
    return 0


def _release(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    """One output, or everything that waits; with a time to wait also what comes to wait until then."""
    from shuxin.federation.api import release_output

    if options.all == bool(options.output) or bool(options.output) != bool(options.to):
        raise OutputNotNamed
    job_id = job_named(options.job, wait_seconds=options.wait)
    names, node = names_of_parties(settings), services(settings)
    wanted = None if options.all else (options.output, party_named(settings, options.to)[0])
    for output, to in _waiting(job_id, wanted, until=time.monotonic() + options.wait):
        release_output(job_id, name=output, to=to, by=operator(), services=node)
        say(_RELEASED, language, output=output, name=names.get(to, to))
    return 0


def _waiting(
    job_id: str, wanted: tuple[str, str] | None, *, until: float
) -> Iterator[tuple[str, str]]:
    """Outputs and to whom, as they come to wait for a person; the wanted one in the end in any case."""
    from shuxin.federation.api import job_view

    while True:
        view = job_view(job_id)
        waiting = [(out.name, out.to) for out in view.to_release]
        is_over = view.line.state.is_end or time.monotonic() >= until
        if wanted is None:
            yield from waiting
        elif wanted in waiting or is_over:
            yield wanted
            return
        if is_over:
            return
        time.sleep(LOOK_SECONDS)


def _result(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.federation.api import job_view

    job_id = job_named(options.job)
    view, node = job_view(job_id), services(settings)
    folder = node.results_folder(job_id)
    role = None if view.job is None else view.job.role_of(node.party)
    verdict = next(
        (folder / one for one in ("verdict", "timing") if (folder / one).is_file()), None
    )
    if options.report:
        show_report(folder, options.out, names=names_of_parties(settings), language=language)
    elif verdict is not None:
        console.print(verdict.read_text(encoding="utf-8"), markup=False, soft_wrap=True)
    elif view.line.kind == "scorecard" and role is not None and role.has_data:
        _require_done(folder, job_id)
        names = names_of_parties(settings)
        show_card(folder, options.out, role=role, names=names, language=language)
    elif (folder / "summary").is_file():
        _aligned(folder, options.out, language)
    else:
        raise ResultMissing(job=job_id[:_SHORT])
    return 0


def _require_done(folder: Path, job_id: str) -> None:
    """Raises ResultMissing."""
    if not (folder / "summary").is_file():
        raise ResultMissing(job=job_id[:_SHORT])


def _aligned(folder: Path, out: str | None, language: Language) -> None:
    from shuxin.federation.api import aligned_codes, read_aligned

    found = read_aligned(folder)
    if found.count is None:
        say(_NOTHING, language)
        return
    if found.own is None:
        say(_COUNT, language, count=f"{found.count:,}")
        return
    own = found.sizes[found.party]
    facts = {"count": f"{found.count:,}", "own": f"{own:,}", "digest": found.digest[:32] or "-"}
    say(_ALIGNED, language, **facts)
    if out:
        codes = aligned_codes(found)
        lines = [codes[at : at + 18] + b"\n" for at in range(0, len(codes), 18)]
        write_whole(Path(out), b"".join(lines))
        say(_WRITTEN, language, file=out)
