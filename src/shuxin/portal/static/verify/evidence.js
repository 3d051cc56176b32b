/**
 * The walk along the chain of a score, link by link; the same as federation/evidence/verifying.py, and a change here
 * is a change there. authorisation -> use at every holder -> jobs -> model -> every holder's answer -> score.
 */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { verifyDecision } from "./evidence-decision.js";
import { parseFile, readScoreEvidence } from "./evidence-form.js";
import { alike, Broken, Chain, commitmentTo, contentHash, requireSame } from "./evidence-proving.js";
import { link, looked } from "./evidence-link.js";
import { verifyStrategy } from "./evidence-strategy.js";
import { clamped, isBase, isPd, ownPoints, standingOf, Tally } from "./evidence-tally.js";
import { fromHex, hex } from "./bytes.js";
import { canonicalJson } from "./json.js";
import { included, leafHash } from "./merkle.js";
import { Problem } from "./problem.js";

const SPEAKS = ["subject", "officer", "node"];
const GRANTS = ["subject", "legal_representative"];
const SKEW_MS = 120_000;

/**
 * @typedef {import("./evidence-link.js").Link} Link
 * @typedef {import("./evidence-form.js").Answer} Answer
 * @typedef {import("./evidence-form.js").Receipt} Receipt
 * @typedef {import("./evidence-form.js").JobPapers} JobPapers
 */

/** @param {Uint8Array} bytes @param {{trust: import("./trust.js").Trust, now: Date}} by @returns {Promise<Link[]>} */
export async function verifyEvidence(bytes, { trust, now }) {
  try {
    const { kind } = parseFile(bytes);
    if (kind === "decision-evidence") return await verifyDecision(bytes, { trust, now });
    if (kind === "strategy-evidence") return await verifyStrategy(bytes, { trust, now, verifyScore });
    const evidence = readScoreEvidence(bytes);
    return await new Walk(evidence, new Chain(trust, evidence.keys), now).links();
  } catch (error) {
    if (error instanceof Problem && error.code === "evidence_form") return [link("file", "broken", "", "file")];
    throw error;
  }
}

/** Of a score inside another file. @type {import("./evidence-strategy.js").Verify} */
async function verifyScore(bytes, { trust, now }) {
  try {
    const evidence = readScoreEvidence(bytes);
    return await new Walk(evidence, new Chain(trust, evidence.keys), now).links();
  } catch (error) {
    if (error instanceof Problem && error.code === "evidence_form") return [link("file", "broken", "", "file")];
    throw error;
  }
}

class Walk {
  /** @param {import("./evidence-form.js").Evidence} evidence @param {Chain} chain @param {Date} now */
  constructor(evidence, chain, now) {
    this.evidence = evidence;
    this.chain = chain;
    this.now = now;
    this.seen = now;
    this.score = /** @type {any} */ (evidence.score.body);
    this.job = /** @type {any} */ (evidence.service.job.body);
  }

  async links() {
    this.seen = await this.firstSeen();
    const found = [link("file", "holds")];
    if (this.seen.getTime() > this.now.getTime() + SKEW_MS) return [...found, link("file", "broken", "", "future")];
    found.push(await looked("authorisation", () => this.authorisations()));
    for (const { answers } of this.evidence.questions) {
      for (const one of answers) found.push(await looked("use", () => this.use(one), one.holder));
    }
    found.push(await looked("job", () => this.jobs()));
    found.push(await looked("model", () => this.model()));
    for (const { question, answers } of this.evidence.questions) {
      const asked = answers.map(({ holder }) => holder).sort();
      for (const one of answers) found.push(await looked("answer", () => this.answer(one, question, asked), one.holder));
    }
    found.push(await looked("score", () => this.added()));
    return found;
  }

  /** When a holder's log first had its answer, else the moment of this check. */
  async firstSeen() {
    const times = [];
    for (const { receipt } of this.evidence.questions.flatMap(({ answers }) => answers)) {
      if (!receipt) continue;
      try {
        await this.requireLogged(receipt, receipt.entry);
        const time = Date.parse(receipt.entry.entry.at);
        if (!Number.isNaN(time)) times.push(time);
      } catch {
        // said where the link is looked at
      }
    }
    return times.length > 0 ? new Date(Math.min(...times)) : this.now;
  }

  /** @param {Receipt} receipt @param {import("./evidence-form.js").InLog} logged */
  async requireLogged({ checkpoint, statement }, logged) {
    await this.chain.requireLogged(logged, { note: checkpoint, log: String(statement.body.log) });
  }

  async authorisations() {
    const { authorisations } = this.evidence;
    for (const statement of authorisations) {
      const party = `uscc:${this.score.subject}`;
      await this.chain.require(statement, party, { at: this.seen, roles: GRANTS, kind: "authorisation" });
      const terms = termsOf(statement);
      requireSame("terms", [[terms.subject, party], [terms.grantee, this.score.party]]);
    }
    return authorisations.length > 0 ? "" : "none";
  }

  /** @param {Answer} answer */
  async use({ holder, receipt }) {
    if (!receipt) return this.absent(holder);
    await this.requireLogged(receipt, receipt.entry);
    const refused = receipt.leaf.standing === "refused";
    if (!receipt.use) {
      if (refused && receipt.leaf.use === "") return "refused";
      throw new Broken("use_missing");
    }
    if (refused) throw new Broken("other");
    await this.requireLogged(receipt, receipt.use);
    this.requireUse(receipt.use, holder, receipt);
    return "";
  }

  /** @param {string} holder */
  absent(holder) {
    const { standing } = this.score.holders.find((/** @type {any} */ { party }) => party === holder);
    return standing === "down" ? "down" : "refused_unproven";
  }

  /** @param {import("./evidence-form.js").UseInLog} use @param {string} holder @param {Receipt} receipt */
  requireUse({ entry, content, salt }, holder, receipt) {
    const opened = commitmentTo(salt, content);
    requireSame("opening", [[entry.commitments, [opened]]]);
    const wanted = this.input(holder);
    const { purpose } = this.job;
    requireSame("other", [
      [entry.kind, "use"], [entry.actor, holder], [entry.facts.job, receipt.statement.body.question],
      [entry.facts.purpose, purpose], [entry.facts.ground, "authorisation"], [entry.facts.level, wanted.level],
      [entry.facts.nth, content.nth], [content.reader, this.score.party], [content.subject, this.score.subject],
      [content.purpose, purpose], [content.catalogues, [wanted.dataset]], [receipt.leaf.use, opened],
    ]);
    const at = Date.parse(entry.at);
    const named = this.evidence.authorisations.map(termsOf).filter(({ auth_id: id }) => id === content.rests_on);
    if (!named.some((terms) => covers(terms, { holder, wanted, purpose, at }))) throw new Broken("not_covered");
  }

  /** @param {string} holder */
  input(holder) {
    return this.job.inputs.find((/** @type {any} */ { party }) => party === holder);
  }

  async jobs() {
    const { service, card } = this.evidence;
    await this.requireJob(service, "service");
    await this.requireJob(card, "scorecard");
    const asked = this.job.parameters;
    requireSame("other", [
      [this.score.service, contentHash(service.job)], [asked.scorecard, contentHash(card.job)],
      [labelOf(card.job.body), labelOf(this.job)], [labelOf(this.job), this.score.party],
    ]);
    if (!(this.seen.getTime() < Date.parse(asked.until))) throw new Broken("ended");
    return "";
  }

  /** @param {JobPapers} papers @param {string} kind */
  async requireJob({ job, approvals }, kind) {
    const body = /** @type {any} */ (job.body);
    await this.chain.require(job, String(body.proposer), { at: this.seen, roles: SPEAKS, kind: "job" });
    requireSame("other", [[body.parameters.kind, kind]]);
    const parties = body.parties.map((/** @type {any} */ { party }) => String(party));
    const said = approvals.map((one) => String(/** @type {any} */ (one.body).party));
    requireSame("approval", [[[...said].sort(), parties.sort()]]);
    const id = contentHash(job);
    for (const one of approvals) {
      const { party, job: about } = /** @type {any} */ (one.body);
      await this.chain.require(one, String(party), { at: this.seen, roles: SPEAKS, kind: "job-approval" });
      requireSame("approval", [[about, id]]);
    }
  }

  model() {
    const { model } = this.evidence;
    const asked = this.job.parameters;
    requireSame("hash", [[contentHash(model), asked.label_part]]);
    const holders = this.job.parties.filter((/** @type {any} */ { role }) => role === "holder");
    if (holders.length !== asked.parts.length) throw new TypeError("parts");
    const named = Object.fromEntries(holders.map((/** @type {any} */ { party }, /** @type {number} */ nth) => [party, asked.parts[nth]]));
    const seats = Object.fromEntries(model.seats.map((/** @type {any} */ { party, part }) => [party, part]));
    requireSame("hash", [[seats, named]]);
    requireSame("other", [
      [model.format, "shuxin-card-label/1"], [model.job, asked.scorecard], [model.party, this.score.party],
    ]);
    return "";
  }

  /** @param {Answer} answer @param {string} question @param {string[]} asked */
  async answer({ holder, request, receipt }, question, asked) {
    await this.requireRequest(request, holder, question);
    if (!receipt) return this.absent(holder);
    const { statement, leaf, entry: { entry } } = receipt;
    const { party } = this.score;
    await this.chain.require(statement, holder, { at: this.seen, roles: SPEAKS, kind: "joint-receipt" });
    const body = /** @type {any} */ (statement.body);
    const seat = this.evidence.model.seats.find((/** @type {any} */ one) => one.party === holder);
    const answered = body.outcome === "answered";
    requireSame("other", [
      [body.service, contentHash(this.evidence.service.job)], [body.question, question], [body.asker, party],
      [body.holder, holder], [body.holders, asked], [body.part, answered ? seat.part : ""],
      [leaf.subject, this.score.subject], [entry.actor, holder],
      [entry.kind, { answered: "joint-answer", refused: "joint-refusal" }[/** @type {"answered"} */ (body.outcome)]],
      [entry.facts.receipt, contentHash(statement)], [entry.facts.question, question],
      [leaf.standing === "refused" || answered, true],
    ]);
    const claim = { leaf: leafHash(canonicalJson(leaf)), index: receipt.place, size: body.rows, path: receipt.path };
    if (!included({ ...claim, root: /** @type {Uint8Array} */ (fromHex(body.root)) })) throw new Broken("leaf");
    return leaf.standing === "refused" ? "refused" : "";
  }

  /** @param {import("./statement.js").Statement} request @param {string} holder @param {string} question */
  async requireRequest(request, holder, question) {
    const { party } = this.score;
    await this.chain.require(request, party, { at: this.seen, roles: SPEAKS, kind: "use-request" });
    const body = /** @type {any} */ (request.body);
    const wanted = this.input(holder);
    requireSame("other", [
      [body.request_id, question], [body.grantee, party], [body.holder, holder], [body.purpose, this.job.purpose],
      [body.catalogues, [wanted.dataset]], [body.level, wanted.level], [body.data_from, wanted.data_from],
      [body.data_to, wanted.data_to],
    ]);
  }

  async added() {
    const { score, model, questions } = this.evidence;
    const told = this.score;
    await this.chain.require(score, told.party, { at: this.seen, roles: SPEAKS, kind: "joint-score" });
    requireSame("questions", [[questions.map(({ question }) => question), told.questions]]);
    if (!isBase(told.base, model)) throw new Broken("total");
    const own = ownPoints(told.own, model);
    const tally = new Tally(model);
    for (const { answers } of questions) {
      tally.took(new Map(answers.map((one) => [one.holder, this.said(one)])));
    }
    const total = tally.total(own, told.base);
    requireSame("standing", [[tally.holders(), told.holders]]);
    const points = clamped(total, model);
    requireSame("total", [[total, told.total], [points, told.points], [points >= model.cut_off, told.passes]]);
    if (!isPd(told.pd, points, model)) throw new Broken("total");
    return "";
  }

  /** @param {Answer} answer */
  said({ holder, receipt }) {
    if (receipt) return standingOf(receipt.leaf);
    const { standing } = this.score.holders.find((/** @type {any} */ { party }) => party === holder);
    if (!["down", "refused"].includes(standing)) throw new Broken("standing");
    return { standing, numbers: [] };
  }
}

/** The terms of an authorisation, its number right. @param {import("./statement.js").Statement} statement */
function termsOf({ body }) {
  const { auth_id: id, ...terms } = /** @type {any} */ (body);
  if (id !== hex(sha256(canonicalJson(terms))).slice(0, 32)) throw new Broken("terms");
  return /** @type {Record<string, any>} */ (body);
}

/**
 * As the gate judges it, but for what only the holder knows: withdrawals and uses so far.
 * @param {Record<string, any>} terms
 * @param {{holder: string, wanted: Record<string, any>, purpose: string, at: number}} use
 */
function covers(terms, { holder, wanted, purpose, at }) {
  return (
    terms.holders.includes(holder) && alike(terms.purpose, purpose) && terms.catalogues.includes(wanted.dataset) &&
    wanted.level <= terms.level_max && terms.data_from <= wanted.data_from && wanted.data_to <= terms.data_to &&
    Date.parse(terms.valid_from) <= at && at < Date.parse(terms.valid_to)
  );
}

/** @param {any} job @returns {string} */
const labelOf = (job) => job.parties.find((/** @type {any} */ { role }) => role === "label").party;
