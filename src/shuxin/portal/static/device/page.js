/** The page of the keys on this device: make, show, have attested, revoke, forget. */
import { fingerprint, withEd25519 } from "../verify/keys.js";
import { sayProblem } from "../verify/words.js";
import { forgetKey, keepStorage, keyNamed, listKeys, makeKey } from "./keys.js";
import { chinaTime, signStatement } from "./signing.js";

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

/** Run what a button asks for and say what stood against it. @param {(event: any) => Promise<void>} work */
const guarded = (work) => async (/** @type {Event} */ event) => {
  event.preventDefault();
  say("problem", "");
  try {
    await work(event);
  } catch (error) {
    say("problem", sayProblem(error));
  }
};

/** @param {"problem" | "done"} id @param {string} message */
function say(id, message) {
  element(id).textContent = message;
  element(id).hidden = message === "";
}

async function showKeys() {
  const keys = await listKeys();
  element("keys").replaceChildren(...keys.map(card));
  element("no-keys").hidden = keys.length > 0;
}

/** A copy of the page's own template, filled. @param {import("./keys.js").DeviceKey} key */
function card(key) {
  const made = element("key-card").content.cloneNode(true);
  made.querySelector("[data-part=label]").textContent = key.label;
  made.querySelector("[data-part=made]").textContent = key.madeAt.slice(0, 10);
  made.querySelector("[data-part=fingerprint]").textContent = fingerprint(key.id);
  made.querySelector("[data-part=public]").textContent = key.text;
  made.querySelector("li").dataset.key = key.id;
  made.querySelector("[data-act=claim]").addEventListener("submit", guarded((event) => claim(key.id, event.target)));
  made.querySelector("[data-act=revoke]").addEventListener("submit", guarded((event) => revoke(key.id, event.target)));
  made.querySelector("[data-act=forget]").addEventListener("click", guarded(async (event) => {
    if (!window.confirm(event.target.dataset.question)) return;
    await forgetKey(key.id);
    await showKeys();
  }));
  return made;
}

/** The request to bind a key: what it says of itself, signed with it. @param {string} id @param {HTMLFormElement} form */
async function claim(id, form) {
  if (!form.reportValidity()) return;
  const key = await keyNamed(id);
  const given = new FormData(form);
  const kind = String(given.get("kind"));
  const body = {
    party: String(given.get("party")).trim(),
    kind,
    name: kind === "person" ? "" : String(given.get("name")).trim(),
    public_key: key.text,
    label: key.label,
    roles: [kind === "person" ? "subject" : String(given.get("role"))],
    on_behalf: "",
  };
  save(await signStatement("key-possession", body, key), `key-request-${id}.json`);
}

/** The key ends itself. @param {string} id @param {HTMLFormElement} form */
async function revoke(id, form) {
  if (!form.reportValidity()) return;
  const given = new FormData(form);
  const body = {
    party: String(given.get("party")).trim(),
    key_id: id,
    revoked_at: chinaTime(new Date()),
    reason: String(given.get("reason")),
  };
  save(await signStatement("key-revocation", body, await keyNamed(id)), `key-revocation-${id}.json`);
}

/** @param {unknown} statement @param {string} name */
function save(statement, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(statement)], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say("done", `${element("done").dataset.saved} ${name}`);
}

element("make").addEventListener("submit", guarded(async (event) => {
  if (!event.target.reportValidity()) return;
  await makeKey({ label: event.target.elements.label.value.trim(), now: new Date() });
  await keepStorage();
  event.target.reset();
  await showKeys();
}));

withEd25519(async () => showKeys()).catch((error) => say("problem", sayProblem(error)));
