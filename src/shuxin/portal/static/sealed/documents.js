/** My documents: kept in this browser, judged in this browser, handed over as the file they came as. */
import { checkAll } from "../verify/checks.js";
import { verdictOf } from "../verify/findings.js";
import { looksLikePackage, openPackage } from "../verify/package.js";
import { Problem } from "../verify/problem.js";
import { parseReceipt } from "../verify/receipt.js";
import { siteTrust } from "../verify/trust.js";
import { say, sayFailure, sayProblem } from "../verify/words.js";
import { me } from "./own.js";
import { forget, keep, shelf } from "./shelf.js";
import { element, make, notice, save, state } from "./view.js";
import { day } from "./words.js";

/** @typedef {import("./shelf.js").Kept} Kept */

const TONES = { accepted: "good", accepted_on_word: "good", status_open: "good", undecided: "warn", refused: "bad" };

async function show() {
  const kept = await shelf(me().party);
  element("documents").replaceChildren(...kept.map(card));
  element("none").hidden = kept.length > 0;
}

/** @param {Kept} kept */
function card(kept) {
  const made = element("document").content.cloneNode(true);
  const names = JSON.parse(element("names")?.textContent ?? "{}");
  made.querySelector("[data-part=name]").textContent = kept.name;
  made.querySelector("[data-part=issuer]").textContent = names[kept.issuer] ?? kept.issuer;
  made.querySelector("[data-part=until]").textContent = day(kept.until);
  const place = made.querySelector("[data-part=verdict]");
  made.querySelector("[data-act=verify]").addEventListener("click", () => verify(kept, place));
  made.querySelector("[data-act=save]").addEventListener("click", () => save(kept.file, kept.name, "application/zip"));
  made.querySelector("[data-act=forget]").addEventListener("click", async (/** @type {any} */ event) => {
    if (!window.confirm(event.target.dataset.question)) return;
    await forget(kept.id);
    await show();
  });
  return made;
}

/** @param {Kept} kept @param {HTMLElement} place */
async function verify(kept, place) {
  try {
    const { content, receipt } = await opened(kept.file);
    const job = { content, receipt, trust: await siteTrust(), now: new Date(), onProgress: () => {}, signal: new AbortController().signal };
    const findings = await checkAll(job);
    const verdict = verdictOf(findings);
    const issuer = String(findings.find(({ check }) => check === "issuer")?.facts?.name ?? receipt.body.issuer);
    const lines = findings.map(({ check, result, reason, facts }) =>
      make("li", "", say("check", check), "：", state(say("result", result), result === "passed" ? "good" : result === "failed" ? "bad" : "quiet"), " ",
        result === "failed" ? sayFailure(reason) : reason in { content_same: 1 } || facts || result === "open" ? say("reason", reason, facts) : ""));
    place.replaceChildren(notice(say("verdict", verdict, { issuer }), TONES[verdict]), make("ul", "small", ...lines));
  } catch (error) {
    place.replaceChildren(notice(sayProblem(error)));
  }
}

/** @param {Blob} file */
async function opened(file) {
  if (!(await looksLikePackage(file))) throw new Problem("package_invalid");
  const found = await openPackage(file);
  return { content: found.content, receipt: parseReceipt(new Uint8Array(await found.receipt.arrayBuffer())) };
}

element("add").addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  element("problem").hidden = true;
  try {
    const file = /** @type {File} */ (element("package").files[0]);
    const { receipt } = await opened(file);
    const { id, issuer, expires_at: until } = receipt.body;
    await keep({ id: `${me().party} ${issuer} ${id}`, party: me().party, name: file.name, issuer, until, addedAt: new Date().toISOString(), file: new Blob([await file.arrayBuffer()]) });
    /** @type {HTMLFormElement} */ (event.target).reset();
    await show();
  } catch (error) {
    element("problem").textContent = sayProblem(error);
    element("problem").hidden = false;
  }
});

element("keep").disabled = false;
show().catch((error) => {
  element("problem").textContent = sayProblem(error);
  element("problem").hidden = false;
});
