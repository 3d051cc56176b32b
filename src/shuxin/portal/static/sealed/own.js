/** Which of this party's keys are on this device: the server names those that count, the device has the private halves. */
import { listKeys } from "../device/keys.js";
import { Problem } from "../verify/problem.js";

/** What the page says of its reader. @returns {{party: string, name: string, keys: string[]}} */
export const me = () => JSON.parse(document.getElementById("me")?.textContent ?? "{}");

/** The newest one. Throws Problem("no_own_key"). */
export async function ownKey() {
  const counting = me().keys;
  const found = (await listKeys()).filter(({ id }) => counting.includes(id));
  const key = found.at(-1);
  if (!key) throw new Problem("no_own_key");
  return key;
}

/** Shows ``#no-own-key`` and disables what needs a key, where there is none. */
export async function noteMissingKey() {
  const key = await ownKey().catch(() => null);
  const note = document.getElementById("no-own-key");
  if (note) note.hidden = key !== null;
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-needs-key]"))) {
    button.disabled = key === null;
  }
}
