/** Granting and withdrawing: signed here, with a key of this device, over the very words that are shown. */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { hex, utf8 } from "../verify/bytes.js";
import { fingerprint } from "../verify/keys.js";
import { Problem } from "../verify/problem.js";
import { sayProblem } from "../verify/words.js";
import { keyNamed, listKeys } from "./keys.js";
import { chinaTime, signStatement } from "./signing.js";

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

/** The terms of the page, when the words in them are the words on the screen. */
function shownTerms() {
  const body = JSON.parse(element("body").textContent);
  if (hex(sha256(utf8(element("words").textContent))) !== body.text_hash) throw new Problem("words_differ");
  return body;
}

/** @param {HTMLFormElement} form */
const withdrawal = (form) => ({ auth_id: form.dataset.auth, subject: form.dataset.subject, at: chinaTime(new Date()) });

/** @param {HTMLFormElement | null} form @param {string} kind @param {() => Record<string, unknown>} bodyOf */
function signOnSubmit(form, kind, bodyOf) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const statement = await signStatement(kind, bodyOf(), await keyNamed(element("key").value));
      /** @type {any} */ (form.elements).statement.value = JSON.stringify(statement);
      form.submit();
    } catch (error) {
      element("problem").textContent = sayProblem(error);
      element("problem").hidden = false;
    }
  });
}

async function offerKeys() {
  const keys = await listKeys();
  element("key").append(...keys.map(({ id, label }) => new Option(`${label} (${fingerprint(id).slice(0, 9)})`, id)));
  const attested = JSON.parse(element("me")?.textContent ?? "{}").keys ?? [];
  const counting = keys.filter(({ id }) => attested.includes(id));
  if (counting.length === 1) element("key").value = counting[0].id; // nothing to choose then
  element("no-keys").hidden = keys.length > 0;
}

signOnSubmit(element("grant"), "authorisation", shownTerms);
signOnSubmit(element("withdraw"), "withdrawal", () => withdrawal(element("withdraw")));
if (element("key")) offerKeys();
