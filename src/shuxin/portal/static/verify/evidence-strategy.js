/**
 * The walk along the chain of a decision by a strategy; the same as lending/evidence.py, and a change here is a change
 * there. The decision itself is not computed anew: the rule engine is not here.
 */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { hex } from "./bytes.js";
import { closed, listed, parseFile, signed, useInLog } from "./evidence-form.js";
import { alike, Broken, Chain, commitmentTo, contentHash, requireSame } from "./evidence-proving.js";
import { firstBroken, link, looked } from "./evidence-link.js";
import { canonicalJson } from "./json.js";
import { Problem } from "./problem.js";

const PARTS = ["kind", "version", "record", "grounds", "checkpoint", "uses", "scores", "models", "decision", "keys"];
const DECISION = [
  "format", "request_id", "decided_at", "role", "given", "strategy", "versions", "sources", "trace", "verdict", "stage",
  "reasons", "limit_fen", "rate_bp", "pd",
];
const SPEAKS = ["subject", "officer", "node"];
const GRANTS = ["subject", "legal_representative"];
const BASES = ["lawful-basis", "joint-basis"];
const SKEW_MS = 120_000;

/**
 * @typedef {import("./statement.js").Statement} Statement
 * @typedef {import("./evidence-form.js").UseInLog} UseInLog
 * @typedef {import("./evidence-link.js").Link} Link
 * @typedef {{record: Statement, grounds: Statement[], note: string, uses: UseInLog[], scores: any[],
 *   models: Record<string, any>, decision: Record<string, any>, keys: Statement[]}} Read
 * @typedef {(bytes: Uint8Array, by: {trust: import("./trust.js").Trust, now: Date}) => Promise<Link[]>} Verify
 */

/**
 * ``verifyScore`` walks along the chain of a score inside the file. Throws Problem("evidence_form").
 * @param {Uint8Array} bytes @param {{trust: import("./trust.js").Trust, now: Date, verifyScore: Verify}} by
 */
export async function verifyStrategy(bytes, { trust, now, verifyScore }) {
  const parts = closed(parseFile(bytes), PARTS);
  const { models, checkpoint: note } = parts;
  const isObject = typeof models === "object" && models !== null && !Array.isArray(models);
  if (parts.version !== 1 || typeof note !== "string" || !isObject) throw new Problem("evidence_form");
  const read = {
    record: signed(parts.record), grounds: listed(parts.grounds).map(signed), note, models,
    uses: listed(parts.uses).map(useInLog), scores: listed(parts.scores), decision: closed(parts.decision, DECISION),
    keys: listed(parts.keys).map(signed),
  };
  return new Walk(read, new Chain(trust, read.keys), now, verifyScore).links();
}

class Walk {
  /** @param {Read} read @param {Chain} chain @param {Date} now @param {Verify} verifyScore */
  constructor(read, chain, now, verifyScore) {
    this.read = read;
    this.record = /** @type {any} */ (read.record.body);
    this.chain = chain;
    this.now = now;
    this.seen = now;
    this.verifyScore = verifyScore;
  }

  async links() {
    this.seen = await this.firstSeen();
    const found = [link("file", "holds")];
    if (this.seen.getTime() > this.now.getTime() + SKEW_MS) return [...found, link("file", "broken", "", "future")];
    for (const ground of this.read.grounds) {
      found.push(await looked(BASES.includes(ground.kind) ? "basis" : "authorisation", () => this.ground(ground)));
    }
    for (const use of this.read.uses) found.push(await looked("use", () => this.use(use)));
    for (const score of this.read.scores) found.push(await looked("score", () => this.score(score)));
    found.push(await looked("model", () => this.models()));
    found.push(await looked("rules", () => this.rules()));
    found.push(await looked("decision", () => this.decision()));
    return found;
  }

  /** When the lender's log had the first use, else the moment of this check. */
  async firstSeen() {
    const times = [];
    for (const use of this.read.uses) {
      try {
        await this.requireLogged(use);
        const time = Date.parse(use.entry.at);
        if (!Number.isNaN(time)) times.push(time);
      } catch {
        // said where the link is looked at
      }
    }
    return times.length > 0 ? new Date(Math.min(...times)) : this.now;
  }

  /** @param {UseInLog} use */
  requireLogged(use) {
    return this.chain.requireLogged(use, { note: this.read.note, log: String(this.record.log) });
  }

  /** @param {Statement} ground */
  async ground(ground) {
    const { holder, firm } = this.record;
    const body = /** @type {any} */ (ground.body);
    if (BASES.includes(ground.kind)) {
      await this.chain.require(ground, String(holder), { at: this.seen, roles: SPEAKS, kind: ground.kind });
      requireSame("terms", [[body.holder, String(holder)]]);
      return "";
    }
    await this.chain.require(ground, String(firm), { at: this.seen, roles: GRANTS, kind: "authorisation" });
    const { auth_id: id, ...terms } = body;
    if (id !== hex(sha256(canonicalJson(terms))).slice(0, 32)) throw new Broken("terms");
    requireSame("terms", [[body.subject, String(firm)], [body.grantee, String(holder)]]);
    return "";
  }

  /** @param {UseInLog} use */
  async use(use) {
    await this.requireLogged(use);
    const { entry, content, salt } = use;
    requireSame("opening", [[entry.commitments, [commitmentTo(salt, content)]]]);
    const whole = content.subject === "*" && Boolean(entry.facts.job);
    requireSame("other", [
      [entry.kind, "use"], [entry.actor, String(this.record.holder)], [content.purpose, "credit_decision"],
      [entry.facts.purpose, content.purpose], [whole || `uscc:${content.subject}` === this.record.firm, true],
    ]);
    if (entry.facts.ground === "open" && content.rests_on === "") return "";
    const at = Date.parse(entry.at);
    if (!this.read.grounds.some((ground) => covers(ground, entry, content, at))) throw new Broken("not_covered");
    return "";
  }

  /** The joint score's own chain, whole; it is about this firm and lender, and gave these points. @param {any} score */
  async score(score) {
    const broken = firstBroken(await this.verifyScore(canonicalJson(score), { trust: this.chain.trust, now: this.now }));
    if (broken) throw new Broken(broken.code);
    const statement = signed(score.score);
    const body = /** @type {any} */ (statement.body);
    const { sources, trace } = this.read.decision;
    const services = trace.flatMap((/** @type {any} */ step) => ("service" in step ? [step.service] : []));
    requireSame("other", [
      [`uscc:${body.subject}`, this.record.firm], [body.party, String(this.record.holder)],
      [body.points, sources.joint.facts["joint.points"]], [[body.service], services],
      [this.record.scores.includes(contentHash(statement)), true],
    ]);
    return "";
  }

  models() {
    const { models, decision } = this.read;
    const named = decision.versions.models;
    const once = [...new Set(named)].sort();
    requireSame("hash", [[named, this.record.models], [Object.keys(models).sort(), once]]);
    for (const digest of named) {
      const held = models[digest];
      requireSame("hash", [[contentHash(held.card), held.sha256], [held.sha256, digest]]);
    }
    const readOnes = decision.trace.flatMap((/** @type {any} */ step) => ("model" in step ? [step.model] : []));
    requireSame("hash", [[[...new Set([...readOnes, ...named])].sort(), once]]);
    return named.length > 0 ? "" : "no_model";
  }

  rules() {
    const { strategy, versions } = this.read.decision;
    requireSame("hash", [[contentHash(strategy), this.record.strategy], [versions.strategy, this.record.strategy]]);
    return "";
  }

  async decision() {
    const { record, decision, uses, scores } = this.read;
    const by = { at: this.seen, roles: SPEAKS, kind: "strategy-decision-record" };
    await this.chain.require(record, String(this.record.holder), by);
    requireSame("hash", [[contentHash(decision), this.record.decision]]);
    const told = /** @type {any[]} */ (Object.values(decision.sources));
    const places = [...new Set(told.flatMap((source) => source.uses ?? []))].sort((one, other) => one - other);
    requireSame("other", [[decision.given.firm, this.record.firm], [decision.given.key, this.record.application]]);
    requireSame("uses", [
      [places, uses.map(({ index }) => index)], [told.filter(({ evidence }) => evidence).length, scores.length],
    ]);
    return "not_replayed";
  }
}

/**
 * By the ground's own terms; withdrawals and uses so far only the lender knows.
 * @param {Statement} ground @param {Record<string, any>} entry @param {Record<string, any>} content @param {number} at
 */
function covers(ground, entry, content, at) {
  const terms = /** @type {any} */ (ground.body);
  const id = BASES.includes(ground.kind) ? terms.basis_id : terms.auth_id;
  return (
    alike(id, content.rests_on) && alike(terms.purpose, content.purpose) && entry.facts.level <= terms.level_max &&
    Date.parse(terms.valid_from) <= at && at < Date.parse(terms.valid_to)
  );
}
