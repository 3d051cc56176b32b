/** Signing on the page of an application: authorisations that the reader ticked, and the offer that it accepts. */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { keyNamed, listKeys } from "../device/keys.js";
import { chinaTime, signStatement } from "../device/signing.js";
import { hex, utf8 } from "../verify/bytes.js";
import { fingerprint } from "../verify/keys.js";
import { Problem } from "../verify/problem.js";
import { sayProblem } from "../verify/words.js";

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

/** @param {HTMLFormElement | null} form @param {string} field @param {(key: any) => Promise<unknown>} signed */
function signOnSubmit(form, field, signed) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sent) return; // once; the frame forgets it when the page is shown again
    form.dataset.sent = String(Date.now());
    try {
      const key = await keyNamed(/** @type {any} */ (form.querySelector("[data-key]")).value);
      /** @type {any} */ (form.elements.namedItem(field)).value = JSON.stringify(await signed(key));
      form.submit();
    } catch (error) {
      delete form.dataset.sent;
      element("problem").textContent = sayProblem(error);
      element("problem").hidden = false;
      element("problem").scrollIntoView({ block: "center" });
    }
  });
}

/** The terms of one request, when the words in them are the words on the screen. @param {Element} place */
function shownTerms(place) {
  const body = JSON.parse(/** @type {any} */ (place.querySelector("script")).textContent);
  const words = /** @type {any} */ (place.querySelector(".words")).textContent;
  if (hex(sha256(utf8(words))) !== body.text_hash) throw new Problem("words_differ");
  return body;
}

/** Pairs of a request's id and its signed authorisation, of the ticked ones. @param {any} key */
async function grants(key) {
  const pairs = [];
  for (const place of element("grants").querySelectorAll("[data-request]")) {
    if (!place.querySelector("input[name=sign]").checked) continue;
    const statement = await signStatement("authorisation", shownTerms(place), key);
    pairs.push([place.dataset.request, JSON.stringify(statement)]);
  }
  return pairs;
}

/** @param {any} key */
const acceptance = (key) =>
  signStatement("offer-acceptance", { ...JSON.parse(element("acceptance").textContent), at: chinaTime(new Date()) }, key);

async function offerKeys() {
  const keys = await listKeys();
  const attested = JSON.parse(element("me").textContent).keys ?? [];
  const counting = keys.filter(({ id }) => attested.includes(id));
  for (const choice of /** @type {NodeListOf<any>} */ (document.querySelectorAll("[data-key]"))) {
    choice.append(...keys.map(({ id, label }) => new Option(`${label} (${fingerprint(id).slice(0, 9)})`, id)));
    if (counting.length === 1) choice.value = counting[0].id; // nothing to choose then
    choice.parentElement.querySelector("[data-no-keys]").hidden = keys.length > 0;
  }
}

/** What was not opened cannot be ticked, and without a tick there is nothing to sign. */
function signableOnceRead() {
  const form = element("grants");
  for (const place of form?.querySelectorAll("[data-request]") ?? []) {
    place.querySelector("details").addEventListener("toggle", () => {
      place.querySelector("input[name=sign]").disabled = false;
    });
  }
  const button = form?.querySelector("button[type=submit]");
  const renew = () => { button.disabled = !form.querySelector("input[name=sign]:checked"); };
  form?.addEventListener("change", renew);
  if (form) renew();
}

signOnSubmit(element("grants"), "statements", grants);
signOnSubmit(element("accept"), "statement", acceptance);
signableOnceRead();
if (document.querySelector("[data-key]")) offerKeys();
