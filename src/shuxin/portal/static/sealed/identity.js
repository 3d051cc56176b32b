/** Marks those of the party's keys whose private half is on this device. */
import { listKeys } from "../device/keys.js";

const here = new Set((await listKeys().catch(() => [])).map(({ id }) => id));
for (const item of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-key]"))) {
  const mark = /** @type {HTMLElement | null} */ (item.querySelector("[data-part=here]"));
  if (mark) mark.hidden = !here.has(String(item.dataset.key));
}
