/** The verification page: what was chosen goes in, one line for each check comes out. */
import { askStatus } from "./status.js";
import { checkAll } from "./checks.js";
import { verifyEvidence } from "./evidence.js";
import { evidenceKind, LONGEST_EVIDENCE } from "./evidence-form.js";
import { showLinks } from "./evidence-view.js";
import { looksLikePackage, openPackage } from "./package.js";
import { Problem } from "./problem.js";
import { receiptFromCodes } from "./qr.js";
import { LONGEST_RECEIPT, parseReceipt } from "./receipt.js";
import { statusListFrom } from "./statuslist.js";
import { siteTrust, trustFromFile } from "./trust.js";
import { element, show, showFindings, showProblem, showProgress } from "./view.js";
import { say, sayProblem } from "./words.js";

/** Asked for with the page; when that fails, once more at the check. */
const offered = siteTrust().catch(() => null);

/** @type {AbortController | null} */
let running = null;

/** @type {{receipt: import("./receipt.js").Receipt, findings: import("./findings.js").Finding[], notes: string[]} | null} */
let last = null;

element("verify-form").addEventListener("submit", async (/** @type {Event} */ event) => {
  event.preventDefault();
  if (running) return;
  running = new AbortController();
  busy(true);
  try {
    await verify(running.signal);
  } catch (error) {
    showProblem(sayProblem(error));
  } finally {
    running = null;
    busy(false);
  }
});

element("cancel").addEventListener("click", () => running?.abort());

element("ask-status").addEventListener("click", async () => {
  if (!last) return;
  const { receipt, findings, notes } = last;
  element("ask-status").disabled = true;
  element("status-progress").textContent = say("phrase", "asking");
  const answer = await askStatus(receipt, new Date());
  last = { receipt, findings: findings.map((found) => (found.check === "status" ? answer : found)), notes };
  showFindings(last.findings, issuerName(last.findings, receipt), notes);
  element("ask-status").disabled = false;
  element("status-progress").textContent = "";
  element("verdict").focus();
});

/** @param {boolean} on */
function busy(on) {
  element("check").disabled = on;
  show("cancel", on);
  if (!on) return show("progress-box", false);
  showProblem("");
  show("outcome", false);
}

/** @param {AbortSignal} signal */
async function verify(signal) {
  const ownTrust = element("trust").files[0];
  const evidence = await evidenceChosen();
  const { content, receipt, presented } = evidence ? {} : await chosen();
  const trust = ownTrust ? await trustFromFile(ownTrust) : ((await offered) ?? (await siteTrust()));
  if (evidence) return walked(evidence, trust, Boolean(ownTrust));
  const lists = await Promise.all(Array.from(element("status").files, statusListFrom));
  const onProgress = showProgress(content.size);
  const findings = await checkAll({ content, receipt, trust, lists, now: new Date(), onProgress, signal });
  const notes = [
    say("phrase", "hashed", { size: (content.size / 1e6).toFixed(content.size < 1e7 ? 3 : 0) }),
    sayTrust(Boolean(ownTrust)),
    ...(presented ? [say("phrase", "presented")] : []),
  ];
  last = { receipt, findings, notes };
  showFindings(findings, issuerName(findings, receipt), notes);
  element("verdict").focus();
}

/** The bytes of the chosen file when it says that it is evidence, else null. */
async function evidenceChosen() {
  const [file, receipt] = [element("file").files[0], element("receipt").files[0]];
  if (!file || receipt || element("codes").value.trim() || file.size > LONGEST_EVIDENCE) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  return evidenceKind(bytes) && bytes;
}

/** @param {Uint8Array} bytes @param {import("./trust.js").Trust} trust @param {boolean} isOwn */
async function walked(bytes, trust, isOwn) {
  last = null;
  showLinks(await verifyEvidence(bytes, { trust, now: new Date() }), trust, sayTrust(isOwn));
  element("verdict").focus();
}

/** @param {boolean} isOwn */
const sayTrust = (isOwn) => say("phrase", isOwn ? "own_trust" : "site_trust", { host: location.host });

/**
 * The name that was proved for the issuer, else the id that the receipt claims.
 * @param {import("./findings.js").Finding[]} findings @param {import("./receipt.js").Receipt} receipt
 */
function issuerName(findings, { body }) {
  return String(findings.find(({ check }) => check === "issuer")?.facts?.name ?? body.issuer);
}

async function chosen() {
  const [file, receipt] = [element("file").files[0], element("receipt").files[0]];
  const codes = element("codes").value.trim() && element("codes").value;
  if (!file) throw new Problem("nothing_chosen");
  if (receipt || codes) {
    const bytes = receipt ? await head(receipt) : await receiptFromCodes(codes);
    return { content: file, receipt: parseReceipt(bytes), presented: false };
  }
  if (!(await looksLikePackage(file))) throw new Problem("receipt_missing");
  const found = await openPackage(file);
  return { content: found.content, receipt: parseReceipt(await head(found.receipt)), presented: found.presented };
}

/** One byte more than a receipt may have, so that a longer file fails. @param {Blob} file */
const head = async (file) => new Uint8Array(await file.slice(0, LONGEST_RECEIPT + 1).arrayBuffer());
