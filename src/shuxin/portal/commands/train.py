"""``shuxin train`` and ``shuxin evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, permit_for_all, start
from shuxin.portal.display import LANGUAGES, say, show, watched

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.scoring.api import TrainedModels, TrainingSet, Validation

_SAMPLE = Text(
    en="{rows:,} loans with known end, {bads:,} in default ({rate:.1%}); {without:,} left out for want of any"
    " invoice; ratings {ratings}",
    zh="{rows:,} 笔有结果的贷款，违约 {bads:,} 笔（{rate:.1%}）；另有 {without:,} 笔因无发票未采用；评级分布 {ratings}",
)
_OUT_OF_TIME = Text(
    en="each loan is seen as of the day it was drawn", zh="每笔贷款以其放款日为特征截止日"
)
_CARD = Text(en="characteristic|bin|good|bad|WOE|points", zh="特征|分箱|好|坏|WOE|分值")
_DROPPED = Text(
    en="{count} of {all} candidates were left out: {why}",
    zh="{all} 个候选特征中未采用 {count} 个：{why}",
)
_FINDING = Text(en="finding: {name}: {detail}", zh="发现：{name}:{detail}")
_KEPT = Text(en="model {digest} kept and in use", zh="模型 {digest} 已保存并启用")
_MEASURES = Text(en="measure|value|95 % interval|method", zh="指标|数值|95% 区间|方法")
_MORE = Text(
    en="Brier score {brier:.3f}, calibration error {ece:.3f}",
    zh="Brier 分 {brier:.3f}，校准误差 {ece:.3f}",
)
_STABILITY = Text(
    en="score of enterprises without outcome against the training rows: PSI {psi:.3f} (by chance {chance:.3f}, at most"
    " {limit:.3f}): {verdict}",
    zh="无结果企业与训练样本评分分布：PSI {psi:.3f}（随机期望 {chance:.3f}，上限 {limit:.3f}）：{verdict}",
)
_CAUTION = Text(en="note: {caution}", zh="提示：{caution}")
_WRITTEN = Text(en="report: {file}", zh="报告：{file}")
_OTHER_ROWS = Text(
    en="note: the model in use was not trained on these rows; the figures are those of cards made from these rows"
    " and are not kept with it",
    zh="提示：当前启用的模型并非由这些样本训练，以上为用这些样本训练的评分卡的指标，不随该模型保存",
)
_LEFT_OUT = Text(en="correlated, unsteady or weak", zh="相关性高、符号不稳或信息不足")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    if options.command == "evaluate":
        check(
            options.as_of,
            folds=options.folds,
            repeats=options.repeats,
            seed=options.seed,
            out=Path(options.out) if options.out else None,
            settings=settings,
            language=language,
        )
    else:
        train(options.as_of, options.name, settings=settings, language=language)
    return 0


def train(
    as_of: dt.date | None, name: str, *, settings: Settings, language: Language
) -> TrainedModels:
    """Train, show the card, keep the model."""
    from shuxin.infra.api import now_in_china
    from shuxin.scoring.api import cautions_of, good_medians, keep_model, training_set
    from shuxin.scoring.api import train as fit

    now = now_in_china()
    permit = permit_for_all(Purpose.MODEL_TRAINING, now=now)
    rows = training_set(as_of=as_of, permit=permit, settings=settings, now=now)
    made = fit(rows, name=name, made_on=now.date().isoformat())
    cautions = [[caution.en, caution.zh] for caution in cautions_of(rows)]
    facts = {"ratings": dict(made.ratings), "medians": good_medians(rows), "cautions": cautions}
    keep_model(
        made.bundle, origin="trained", snapshot=rows.snapshot, facts=facts, by=operator(), now=now
    )
    _show_sample(rows, made, language)
    _show_card(made, language)
    say(_KEPT, language, digest=made.bundle.digest)
    return made


def _show_sample(rows: TrainingSet, made: TrainedModels, language: Language) -> None:
    from shuxin.scoring.api import cautions_of

    bads = int(rows.outcomes.sum())
    ratings = ", ".join(f"{rating or '-'} {count}" for rating, count in made.ratings.items())
    facts = {"rows": len(rows.entities), "bads": bads, "rate": bads / len(rows.entities)}
    say(_SAMPLE, language, **facts, without=rows.without_data, ratings=ratings)
    if rows.out_of_time:
        say(_OUT_OF_TIME, language)
    for caution in cautions_of(rows):
        say(_CAUTION, language, caution=caution.say(language))


def _show_card(made: TrainedModels, language: Language) -> None:
    from shuxin.scoring.api import bin_labels

    lines = []
    for place in made.bundle.card.characteristics:
        labels = bin_labels(shape=place.shape, unit=place.unit)
        for number, (label, found) in enumerate(zip(labels, place.bins, strict=True)):
            title = place.title.say(language) if number == 0 else ""
            counts = (found.good, found.bad, f"{found.woe:+.2f}", found.points)
            lines.append((title, label.say(language), *counts))
    show("", _CARD.say(language).split("|"), lines, right=(2, 3, 4, 5))
    count, every = len(made.trained.dropped), len(made.trained.binned)
    say(_DROPPED, language, count=count, all=every, why=_LEFT_OUT.say(language))
    for noticed in made.trained.findings:
        if noticed.code in {"suspected_leakage", "dominant"}:
            detail = noticed.detail.say(language)
            say(_FINDING, language, name=noticed.characteristic, detail=detail)


def check(
    as_of: dt.date | None,
    *,
    folds: int,
    repeats: int,
    seed: int,
    out: Path | None,
    settings: Settings,
    language: Language,
) -> None:
    """Fold by fold, everything learnt anew; the figures are kept with the model."""
    from shuxin.infra.api import now_in_china
    from shuxin.scoring.api import (
        cautions_of,
        keep_evaluation,
        measured_of,
        model_in_use,
        training_set,
        validate,
        without_outcome,
    )
    from shuxin.scoring.api import train as fit

    now = now_in_china()
    permit = permit_for_all(Purpose.MODEL_TRAINING, now=now)
    bundle = model_in_use()
    rows = training_set(as_of=as_of, permit=permit, settings=settings, now=now)
    others = without_outcome(rows, as_of=as_of, permit=permit, settings=settings, now=now)
    with watched() as progress:
        checked = validate(
            rows,
            bundle=bundle,
            others=others,
            seed=seed,
            progress=progress,
            folds=folds,
            repeats=repeats,
        )
    measured, cautions = measured_of(checked), cautions_of(rows)
    made = fit(rows, name=bundle.card.name, made_on=bundle.card.made_on)
    is_own = made.bundle.digest == bundle.digest
    if is_own:
        keep_evaluation(bundle.digest, measured=measured, cautions=cautions, by=operator(), now=now)
    table = [
        (
            _words(m.name, language),
            f"{m.value:.3f}",
            f"{m.low:.3f} - {m.high:.3f}",
            _words(m.method, language),
        )
        for m in measured
    ]
    show("", _MEASURES.say(language).split("|"), table, right=(1,))
    say(_MORE, language, brier=checked.brier, ece=checked.ece)
    if checked.stability:
        from shuxin.scoring.api import VERDICT_TEXT

        known = checked.stability
        verdict = VERDICT_TEXT[known.verdict].say(language)
        facts = {"psi": known.psi, "chance": known.by_chance, "limit": known.chance_limit}
        say(_STABILITY, language, **facts, verdict=verdict)
    for caution in cautions:
        say(_CAUTION, language, caution=caution.say(language))
    if not is_own:
        say(_OTHER_ROWS, language)
    if out is not None:
        _write(rows, made, checked, folder=out)
        say(_WRITTEN, language, file=out / f"model.{language}.html")


def _write(rows: TrainingSet, made: TrainedModels, checked: Validation, *, folder: Path) -> None:
    from shuxin.scoring.api import model_report, model_report_html

    folder.mkdir(parents=True, exist_ok=True)
    page = model_report(rows, bundle=made.bundle, trained=made.trained, checked=checked)
    for language in LANGUAGES:
        text = model_report_html(report=page, language=language)
        (folder / f"model.{language}.html").write_text(text, encoding="utf-8")


def _words(words: Text | str, language: Language) -> str:
    return words if isinstance(words, str) else words.say(language)
