/** What the verification page shows. Text only ever goes in as text. */
import { verdictOf } from "./findings.js";
import { say, sayFailure } from "./words.js";

const MB = 1e6;
const MARKS = { passed: "✓", failed: "✗", open: "–" };

/** @typedef {import("./findings.js").Finding} Finding */

/** @param {string} id @returns {any} */
export const element = (id) => document.getElementById(id);

/** @param {number} size bytes in all */
export function showProgress(size) {
  const started = performance.now();
  show("progress-box", true);
  return (/** @type {number} */ done) => {
    const percent = size ? Math.floor((100 * done) / size) : 100;
    const seconds = (performance.now() - started) / 1000;
    element("progress").value = percent;
    element("progress-text").textContent = say("phrase", "reading", { percent, speed: Math.round(done / MB / seconds) });
  };
}

/** @param {string} message what went wrong, or "" */
export function showProblem(message) {
  element("problem").textContent = message;
  show("problem", message !== "");
}

/** @param {string} id @param {boolean} visible */
export const show = (id, visible) => (element(id).hidden = !visible);

/**
 * @param {Finding[]} findings @param {string} issuer
 * @param {string[]} notes sentences under the verdict
 */
export function showFindings(findings, issuer, notes) {
  const verdict = verdictOf(findings);
  element("verdict").textContent = say("verdict", verdict, { issuer });
  element("outcome").dataset.verdict = verdict;
  element("notes").replaceChildren(...notes.map((note) => withText("p", note)));
  element("checks").replaceChildren(...findings.map(line));
  show("status-box", findings.some(({ check, result }) => check === "status" && result === "open"));
  show("outcome", true);
}

/** @param {Finding} finding */
function line({ check, result, reason, facts }) {
  const item = document.createElement("li");
  item.dataset.check = check;
  item.dataset.result = result;
  item.dataset.reason = reason;
  const mark = withText("span", MARKS[result], "check-mark");
  mark.setAttribute("aria-hidden", "true");
  const head = document.createElement("p");
  head.className = "check-head";
  head.append(mark, withText("strong", say("check", check)), withText("span", say("result", result), "check-result"));
  item.append(head, withText("p", sentence(result, reason, facts), "check-why"));
  return item;
}

/** @param {string} result @param {string} reason @param {Record<string, string | number>} [facts] */
function sentence(result, reason, facts) {
  if (result === "failed") {
    const more = facts?.detail ?? (facts && `${facts.from} – ${facts.to}`);
    return more ? `${sayFailure(reason)} (${more})` : sayFailure(reason);
  }
  return result === "open" && !reason.startsWith("status_") ? say("problem", reason) : say("reason", reason, facts);
}

/** @param {string} tag @param {string} text @param {string} [className] */
export function withText(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}
