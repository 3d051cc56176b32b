/** The data account: what each holder has about me, objections, and everything as one file. */
import { chinaTime, signStatement } from "../device/signing.js";
import { hex } from "../verify/bytes.js";
import { file } from "./asking.js";
import { asked, heard, onAskAll, sections } from "./holders.js";
import { me, ownKey } from "./own.js";
import { button, details, element, facts, make, notice, save, state, table } from "./view.js";
import { both, day, rows, say, sayWrong } from "./words.js";

/** @param {any} content @param {HTMLElement} section */
function overview(content, section) {
  const datasets = content.datasets.map((/** @type {any} */ one) => dataset(one, section));
  const objections = content.objections.map(objection);
  const held = datasets.length ? datasets : [make("p", "quiet", say("nothing_held"))];
  return objections.length ? [...held, make("h3", "", say("objections")), ...objections] : held;
}

/** @param {any} one @param {HTMLElement} section */
function dataset(one, section) {
  const readers = one.readers.map((/** @type {any} */ reader) => `${nameOf(reader.party)} · ${both(reader.purpose)} · ${say("until", { day: day(reader.until) })}`);
  const who = make("span", "", say("own_readers"), ...readers.flatMap((/** @type {string} */ reader) => [make("br"), reader]));
  const listed = one.fields.map((/** @type {any} */ field) => [field.title, say("level", { level: field.level }), button(say("object"), () => startObjection(one, field, section), "link")]);
  return make("article", "panel",
    make("h3", "", one.title || one.dataset),
    make("p", "quiet", one.department),
    facts([
      [say("amount"), rows(one.rows)],
      [say("newest"), one.newest ? day(one.newest) : say("nothing")],
      [say("known"), day(one.known)],
      [say("level_name"), say("level", { level: one.level })],
      [say("readers"), who],
    ]),
    details(`${say("fields")} (${one.fields.length})`, table([say("fields"), say("level_name"), ""], listed, say("fields")), ...(one.not_shown ? [make("p", "quiet small", say("not_shown", { count: one.not_shown }))] : [])),
  );
}

/** @param {any} one */
function objection(one) {
  const tone = one.state === "closed" ? "good" : one.late ? "bad" : "busy";
  const steps = one.steps.map((/** @type {any} */ step) => make("li", "quiet", make("time", "", day(step.at)), `${both(step.said)}${step.reason ? `：${step.reason}` : ""}`));
  return make("article", "panel",
    make("h3", "", `${one.dataset} · ${one.field}`), state(both(one.said), tone), ...(one.late ? [" ", state(say("late"), "bad")] : []),
    make("p", "", one.text),
    ...(one.state === "closed" ? [] : [make("p", "quiet", say("due", { day: day(one.due) }))]),
    make("ol", "time-line", ...steps),
  );
}

/** The dialogue, about one field. @param {any} dataset_ @param {any} field @param {HTMLElement} section */
function startObjection(dataset_, field, section) {
  const dialog = /** @type {HTMLDialogElement} */ (element("objection"));
  element("objection-about").textContent = `${section.dataset.name} · ${dataset_.title || dataset_.dataset} · ${field.title}`;
  Object.assign(dialog.dataset, { holder: section.dataset.holder, dataset: dataset_.dataset, field: field.name });
  element("objection-said").replaceChildren();
  element("objection-form").hidden = false;
  dialog.showModal();
}

/** @param {SubmitEvent} event */
async function sendObjection(event) {
  event.preventDefault();
  const dialog = element("objection");
  const { holder, dataset: name, field } = dialog.dataset;
  const send = element("objection-send");
  send.disabled = true;
  try {
    const body = {
      objection_id: hex(crypto.getRandomValues(new Uint8Array(8))),
      subject: me().party, about: me().party, holder, dataset: name, field,
      text: element("objection-text").value.trim(), at: chinaTime(new Date()),
    };
    const key = await ownKey();
    const to = heard.get(`${holder} overview`)?.content.box;
    const receipt = await file(await signStatement("objection", body, key), to, key);
    element("objection-said").replaceChildren(notice(say("filed", { day: day(receipt.body.due) }), "good"));
    element("objection-form").hidden = true;
    element("objection-text").value = "";
  } catch (error) {
    element("objection-said").replaceChildren(notice(sayWrong(error)));
  } finally {
    send.disabled = false;
  }
}

/** Everything that is held, made here and kept nowhere else. */
async function download() {
  const place = element("download-said");
  element("download").disabled = true;
  place.textContent = say("asking");
  const found = [];
  for (const section of sections()) {
    for (const what of ["overview", "portrait", "uses"]) {
      try {
        const had = heard.get(`${section.dataset.holder} ${what}`) ?? (await asked(section, what));
        found.push({ holder: section.dataset.holder, name: section.dataset.name, what, content: had.content, question: had.question, answer_signature: { ...had.answer, body: { ...had.answer.body, sealed: undefined } } });
      } catch (error) {
        found.push({ holder: section.dataset.holder, name: section.dataset.name, what, not_answered: sayWrong(error) });
      }
    }
  }
  const name = `shuxin-${me().party.replace(":", "-")}-${chinaTime(new Date()).slice(0, 10)}.json`;
  save(JSON.stringify({ subject: me().party, made_at: chinaTime(new Date()), answers: found }, null, 1), name, "application/json");
  place.textContent = say("saved", { name });
  element("download").disabled = false;
}

/** A holder or reader by the name that this page knows, else its id. @param {string} party */
function nameOf(party) {
  return JSON.parse(element("names")?.textContent ?? "{}")[party] ?? party;
}

onAskAll("overview", overview);
element("objection-form")?.addEventListener("submit", sendObjection);
element("download")?.addEventListener("click", download);
