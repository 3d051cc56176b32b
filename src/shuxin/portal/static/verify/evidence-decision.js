/** The walk along the chain of a decision on one's own card; the same as federation/evidence/decision.py. */
import { closed, listed, parseFile, signed, useInLog } from "./evidence-form.js";
import { Broken, Chain, commitmentTo, contentHash, requireSame } from "./evidence-proving.js";
import { clamped, ownPoints } from "./evidence-tally.js";
import { link, looked } from "./evidence-link.js";
import { Problem } from "./problem.js";

const PARTS = ["kind", "version", "record", "basis", "checkpoint", "use", "decision", "keys"];
const DECISION = ["format", "input", "model", "policy", "output", "sha256"];
const SPEAKS = ["subject", "officer", "node"];
const SKEW_MS = 120_000;

/**
 * Throws Problem("evidence_form").
 * @param {Uint8Array} bytes @param {{trust: import("./trust.js").Trust, now: Date}} by
 */
export async function verifyDecision(bytes, { trust, now }) {
  const parts = closed(parseFile(bytes), PARTS);
  if (parts.version !== 1 || typeof parts.checkpoint !== "string") throw new Problem("evidence_form");
  const read = {
    record: signed(parts.record), basis: signed(parts.basis), note: parts.checkpoint, use: useInLog(parts.use),
    decision: closed(parts.decision, DECISION),
  };
  return new Walk(read, new Chain(trust, listed(parts.keys).map(signed)), now).links();
}

class Walk {
  /**
   * @param {{record: import("./statement.js").Statement, basis: import("./statement.js").Statement, note: string,
   *   use: import("./evidence-form.js").UseInLog, decision: Record<string, any>}} read
   * @param {Chain} chain @param {Date} now
   */
  constructor({ record, basis, note, use, decision }, chain, now) {
    this.statements = { record, basis };
    this.record = /** @type {any} */ (record.body);
    this.basisBody = /** @type {any} */ (basis.body);
    this.note = note;
    this.usePart = use;
    this.decisionPart = decision;
    this.chain = chain;
    this.now = now;
    this.seen = now;
  }

  async links() {
    this.seen = await this.firstSeen();
    const found = [link("file", "holds")];
    if (this.seen.getTime() > this.now.getTime() + SKEW_MS) return [...found, link("file", "broken", "", "future")];
    found.push(await looked("basis", () => this.basis()));
    found.push(await looked("use", () => this.use()));
    found.push(await looked("model", () => this.model()));
    found.push(await looked("rules", () => this.rules()));
    found.push(await looked("decision", () => this.decision()));
    return found;
  }

  async firstSeen() {
    try {
      await this.requireLogged();
      const time = Date.parse(this.usePart.entry.at);
      return Number.isNaN(time) ? this.now : new Date(time);
    } catch {
      return this.now;
    }
  }

  requireLogged() {
    return this.chain.requireLogged(this.usePart, { note: this.note, log: String(this.record.log) });
  }

  async basis() {
    const holder = String(this.record.holder);
    await this.chain.require(this.statements.basis, holder, { at: this.seen, roles: SPEAKS, kind: "lawful-basis" });
    requireSame("terms", [[this.basisBody.holder, holder]]);
    return "";
  }

  async use() {
    await this.requireLogged();
    const { entry, content, salt } = this.usePart;
    const basis = this.basisBody;
    requireSame("opening", [[entry.commitments, [commitmentTo(salt, content)]]]);
    requireSame("other", [
      [entry.kind, "use"], [entry.actor, String(this.record.holder)], [entry.facts.ground, "basis"],
      [entry.facts.purpose, basis.purpose], [content.purpose, basis.purpose], [content.subject, this.record.entity],
    ]);
    const at = Date.parse(entry.at);
    const covered = Date.parse(basis.valid_from) <= at && at < Date.parse(basis.valid_to) && entry.facts.level <= basis.level_max;
    requireSame("not_covered", [[content.rests_on, basis.basis_id], [covered, true]]);
    return "";
  }

  model() {
    const { model } = this.decisionPart;
    requireSame("hash", [[contentHash(model.card), model.sha256], [model.sha256, this.record.model]]);
    return "";
  }

  rules() {
    requireSame("hash", [[contentHash(this.decisionPart.policy), this.record.policy]]);
    return "";
  }

  async decision() {
    const holder = String(this.record.holder);
    await this.chain.require(this.statements.record, holder, { at: this.seen, roles: SPEAKS, kind: "decision-record" });
    const { sha256: told, ...bare } = this.decisionPart;
    requireSame("hash", [[contentHash(bare), told], [told, this.record.decision]]);
    requireSame("other", [[this.decisionPart.input.entity, this.record.entity]]);
    const { output, model } = this.decisionPart;
    const card = model.card.card.card;
    const own = output.by_characteristic.map((/** @type {any} */ [name, bin, points]) => ({ name, bin, points }));
    if (clamped(ownPoints(own, card), card) !== output.points) throw new Broken("total");
    return "not_computed";
  }
}
