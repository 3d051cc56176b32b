/** A question to a holder about one's own data: signed here, carried by the platform, answered sealed, opened here. */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { hex } from "../verify/bytes.js";
import { canonicalJson, parsePlainJson } from "../verify/json.js";
import { whoSigned } from "../verify/issuer.js";
import { Problem } from "../verify/problem.js";
import { statementFrom } from "../verify/statement.js";
import { siteTrust } from "../verify/trust.js";
import { chinaTime, signStatement } from "../device/signing.js";
import { newBox, opened, sealedTo } from "./box.js";

const LONGEST = 2 << 20;

/** What a holder or the platform said instead of an answer, in the reader's language. */
export class Refused extends Error {
  /** @param {string} said @param {string} code */
  constructor(said, code) {
    super(said);
    this.code = code;
  }
}

/** @typedef {import("../device/keys.js").DeviceKey} DeviceKey */
/** @typedef {{content: any, answer: any, question: any}} Opened */

/**
 * Throws Refused, Problem.
 * @param {{subject: string, holder: string, what: string, dataset?: string, key: DeviceKey}} wanted
 * @returns {Promise<Opened>}
 */
export async function ask({ subject, holder, what, dataset = "", key }) {
  const box = await newBox();
  const body = {
    nonce: hex(crypto.getRandomValues(new Uint8Array(16))),
    subject, holder, what, dataset,
    language: document.documentElement.lang.startsWith("zh") ? "zh" : "en",
    box: box.text,
    at: chinaTime(new Date()),
  };
  const question = await signStatement("subject-question", body, key);
  const answer = await carried(question);
  if (answer.kind !== "sealed-answer") throw new Problem("answer_not_opened");
  await mustBeFrom(holder, answer);
  const text = await opened(answer.body, { question: body, digest: digestOf(question), box });
  const content = JSON.parse(text);
  if (content.failed) throw new Refused(inOurLanguage(content.failed), content.failed.code);
  return { content, answer, question };
}

/**
 * Hand a signed objection in, sealed to the holder's box; the holder's signed receipt.
 * @param {any} objection a statement @param {string} to the box, as the holder's overview names it @param {DeviceKey} key
 */
export async function file(objection, to, key) {
  const { subject, holder } = objection.body;
  const letter = await sealedTo(canonicalJson(objection), { subject, holder, at: chinaTime(new Date()) }, to);
  const receipt = await carried(await signStatement("sealed-objection", letter, key));
  const isOurs = receipt.kind === "objection-receipt" && receipt.body.objection === digestOf(objection);
  if (!isOurs) throw new Problem("answer_not_opened");
  await mustBeFrom(holder, receipt);
  return receipt;
}

/** SHA-256 over the canonical JSON of a whole statement. @param {any} statement */
export const digestOf = (statement) => hex(sha256(canonicalJson(statement)));

/** Through the platform, which reads nothing of the answer. @param {unknown} statement */
async function carried(statement) {
  const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
  const answer = await fetch("/my/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(statement),
    redirect: "error",
  }).catch(() => null);
  if (!answer) throw new Problem("no_answer");
  const text = await answer.text();
  if (text.length > LONGEST) throw new Problem("answer_not_opened");
  if (!answer.ok) throw refusal(text);
  try {
    return statementFrom(parsePlainJson(text));
  } catch {
    throw new Problem("answer_not_opened");
  }
}

/** @param {string} text problem+json, or anything */
function refusal(text) {
  try {
    const { title, detail, code } = JSON.parse(text);
    return typeof title === "string" ? new Refused(`${title}${stop()}${detail}`, String(code)) : new Problem("no_answer");
  } catch {
    return new Problem("no_answer");
  }
}

const stop = () => (document.documentElement.lang.startsWith("zh") ? "。" : ". ");

/** By a key that this site's list of trust knows as the holder's. @param {string} holder @param {any} statement */
async function mustBeFrom(holder, statement) {
  const { anchors, statements } = await siteTrust();
  const found = await whoSigned(statement, { party: holder, at: new Date(), anchors, statements });
  if ("problem" in found) throw new Problem("holder_unproven");
}

/** @param {{en: string, zh: string}} text */
export const inOurLanguage = (text) => String(document.documentElement.lang.startsWith("zh") ? text.zh : text.en);
