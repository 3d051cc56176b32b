/** The second step of a registration: a key on this device, and the request that an attester wants. */
import { fingerprint } from "../verify/keys.js";
import { sayProblem } from "../verify/words.js";
import { save } from "../sealed/view.js";
import { keepStorage, makeKey } from "./keys.js";
import { signStatement } from "./signing.js";

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

element("make").addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  element("problem").hidden = true;
  const { party, kind, name } = element("key-step").dataset;
  const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
  try {
    const key = await makeKey({ label: String(given.get("label")).trim(), now: new Date() });
    await keepStorage();
    const body = { party, kind, name, public_key: key.text, label: key.label, roles: [String(given.get("role"))], on_behalf: "" };
    save(JSON.stringify(await signStatement("key-possession", body, key)), `key-request-${key.id}.json`, "application/json");
    element("fingerprint").textContent = fingerprint(key.id);
    element("done").hidden = false;
    element("make").hidden = true;
  } catch (error) {
    element("problem").textContent = sayProblem(error);
    element("problem").hidden = false;
  }
});

element("make-button").disabled = false;
