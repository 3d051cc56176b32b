/** The portrait: what each holder's rows say about me, and what a lender made of them. */
import { asked, onAskAll } from "./holders.js";
import { fromBase64 } from "../verify/bytes.js";
import { button, details, facts, make, notice, save, state, table } from "./view.js";
import { both, day, moment, rows, say, sayWrong, yuan } from "./words.js";

/** @param {any} content @param {HTMLElement} section */
function portrait(content, section) {
  const chapters = content.chapters.map(chapter);
  const joint_ = content.joint ? [joint(content.joint)] : [];
  const credit_ = content.credit ? [credit(content.credit, section)] : section.dataset.kind === "bank" && !content.joint ? [make("p", "quiet", say("no_credit"))] : [];
  const held = chapters.length || content.credit || content.joint ? [] : [make("p", "quiet", say("nothing_held"))];
  return [...joint_, ...credit_, ...held, ...chapters];
}

/** @param {any} one @param {HTMLElement} section */
function credit(one, section) {
  const tone = { approve: "good", refer: "warn", decline: "bad" }[String(one.verdict)] ?? "quiet";
  const offer = one.limit_fen === null ? [] : /** @type {[string, string][]} */ ([[say("limit"), yuan(one.limit_fen)], [say("rate"), `${(one.rate_bp / 100).toFixed(2)}%`]]);
  const reasons = one.reasons.map((/** @type {any} */ reason) => make("li", "", both(reason.said), " ", make("span", "quiet", say("lost", { points: reason.points }))));
  const steps = one.improve.map((/** @type {any} */ step) => make("li", "", make("strong", "", both(step.title)), make("br"), say("better", { now: both(step.now), better: both(step.better) }), " ", state(say("gain", { points: step.points }), "good")));
  return make("article", "panel",
    make("h3", "", say("decided")),
    make("p", "big", String(one.points)),
    make("p", "quiet", `${say("grade")} ${one.grade} · ${say("scale", { lowest: one.lowest, highest: one.highest })}`),
    facts([[say("decided"), make("span", "", state(say(one.verdict), tone), " ", moment(one.at))], ...offer, [say("what"), say("as_of", { day: one.as_of })]]),
    ...(one.grounds.length ? [make("ul", "", ...one.grounds.map((/** @type {any} */ ground) => make("li", "", both(ground))))] : []),
    ...(reasons.length ? [make("h3", "", say("why")), make("ol", "", ...reasons)] : []),
    ...(steps.length ? [make("h3", "", say("improve")), make("ul", "improve", ...steps), make("p", "quiet small", say("improve_how"))] : []),
    report(section),
  );
}

/** A score that a bank made with other holders, none of which showed it your data. @param {any} one */
function joint(one) {
  const names = JSON.parse(document.getElementById("names")?.textContent ?? "{}");
  const shares = one.holders.map((/** @type {any} */ holder) => make("li", "",
    make("strong", "", names[holder.party] ?? holder.party), `：${both(holder.said)} `,
    ...holder.refused.map((/** @type {any} */ text) => make("span", "quiet", both(text))),
    ...(holder.lost.length ? [make("br"), `${say("lost_in")} ${holder.lost.map(both).join("、")}`] : [])));
  return make("article", "panel",
    make("h3", "", say("joint")),
    make("p", "big", String(one.points)),
    make("p", "", state(say(one.passes ? "passes" : "fails", { cut_off: one.cut_off }), one.passes ? "good" : "warn"), " ", make("span", "quiet", moment(one.at))),
    make("ul", "", ...shares),
    details(say("own_points"), table([say("what"), say("points")], one.own.map((/** @type {any} */ line) => [both(line.title), `${line.points > 0 ? "+" : ""}${line.points}`]), say("own_points"), ["", "number"])),
  );
}

/** @param {HTMLElement} section */
function report(section) {
  const said = make("div", "");
  const get = button(say("save_report"), async () => {
    get.disabled = true;
    said.replaceChildren(make("p", "waiting", say("asking")));
    try {
      const { content } = await asked(section, "report");
      const bytes = fromBase64(content.pdf);
      if (bytes) save(/** @type {BlobPart} */ (bytes), "credit-report.pdf", "application/pdf");
      said.replaceChildren(bytes ? notice(say("saved", { name: "credit-report.pdf" }), "good") : make("p", "quiet", say("no_report")));
    } catch (error) {
      said.replaceChildren(notice(sayWrong(error)));
    }
    get.disabled = false;
  });
  return make("div", "", get, said);
}

/** @param {any} one */
function chapter(one) {
  const fields = one.fields.filter((/** @type {any} */ field) => one.rows.some((/** @type {any} */ row) => row.values[field.name] !== undefined));
  const heads = [...fields.map((/** @type {any} */ field) => field.title), say("known")];
  const lines = one.rows.map((/** @type {any} */ row) => [...fields.map((/** @type {any} */ field) => written(row.values[field.name], field.unit)), day(row.known)]);
  const kinds = fields.map((/** @type {any} */ field) => kindOf(one.rows.map((/** @type {any} */ row) => row.values[field.name])));
  const count = one.rows.length < one.total ? say("rows_shown", { shown: one.rows.length, rows: one.total }) : rows(one.total);
  return details(`${one.title || one.dataset} · ${one.department} · ${count}`, table(heads, lines, one.title || one.dataset, kinds));
}

/** How a column is set. @param {unknown[]} values */
function kindOf(values) {
  if (values.some((value) => typeof value === "number")) return "number";
  return values.some((value) => /^\d{4}-\d\d-\d\d/.test(String(value))) ? "time" : "";
}

/** @param {unknown} value @param {string} unit */
function written(value, unit) {
  if (value === undefined || value === null) return say("nothing");
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (typeof value === "number") return unit === "fen" ? yuan(value) : `${value.toLocaleString("en-US", { maximumFractionDigits: 4 })}${unit ? ` ${unit}` : ""}`;
  return /^\d{4}-\d\d-\d\dT/.test(String(value)) ? moment(String(value)) : String(value);
}

onAskAll("portrait", portrait);
