/**
 * Packages (数据包): ZIP files of stored members, read by slices so that a large one never stands in memory.
 * The form is that of docs/protocols/documents.md, and nothing else that ZIP allows is read: nothing is compressed,
 * and the members fill the file without gaps, so every byte is accounted for.
 */
import { fromUtf8 } from "./bytes.js";
import { Problem } from "./problem.js";

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_MEMBERS = 3;
const LONGEST_DIRECTORY = 768;
const LONGEST_PACKAGE = 2 ** 32 - 1;
const UTF8_NAME = 0x0800;

/** @typedef {{name: string, size: number, header: number, start: number}} Member */

/** Whether the file begins like one. @param {Blob} file */
export async function looksLikePackage(file) {
  return file.size > 22 && (await view(file, 0, 4)).getUint32(0, true) === LOCAL;
}

/**
 * Throws Problem("package_invalid").
 * @param {Blob} file @returns {Promise<{receipt: Blob, content: Blob, name: string, presented: boolean}>}
 */
export async function openPackage(file) {
  const members = await directory(file);
  const parts = new Map();
  for (const member of members) {
    await requireHeader(file, member);
    parts.set(member.name, file.slice(member.start, member.start + member.size));
  }
  const names = [...parts.keys()].filter((name) => name.startsWith("content/"));
  const expected = 2 + (parts.has("presentation.json") ? 1 : 0);
  mustBe(parts.size === members.length && parts.size === expected && names.length === 1 && parts.has("receipt.json"));
  return {
    receipt: parts.get("receipt.json"),
    content: parts.get(names[0]),
    name: label(names[0].slice("content/".length)),
    presented: parts.has("presentation.json"),
  };
}

/** @param {Blob} file @returns {Promise<Member[]>} */
async function directory(file) {
  mustBe(file.size <= LONGEST_PACKAGE);
  const end = await view(file, file.size - 22, file.size);
  const [disk, first, here, count] = [4, 6, 8, 10].map((at) => end.getUint16(at, true));
  const [size, start] = [12, 16].map((at) => end.getUint32(at, true));
  const comment = end.getUint16(20, true);
  mustBe(end.getUint32(0, true) === END && disk === 0 && first === 0 && here === count && comment === 0);
  mustBe(count <= MOST_MEMBERS && size <= LONGEST_DIRECTORY && start + size === file.size - 22);
  const members = central(await view(file, start, start + size));
  const last = members.at(-1);
  mustBe(members.length === count && last !== undefined && last.start + last.size === start);
  return members;
}

/** @param {DataView} entries */
function central(entries) {
  /** @type {Member[]} */
  const members = [];
  let [at, filled] = [0, 0];
  while (at < entries.byteLength) {
    const member = centralEntry(entries, at);
    mustBe(member.header === filled);
    at += 46 + member.start - member.header - 30;
    filled = member.start + member.size;
    members.push(member);
  }
  return members;
}

/** @param {DataView} entries @param {number} at @returns {Member} */
function centralEntry(entries, at) {
  mustBe(at + 46 <= entries.byteLength);
  const [flags, method] = [8, 10].map((place) => entries.getUint16(at + place, true));
  const [packed, size] = [20, 24].map((place) => entries.getUint32(at + place, true));
  const [nameSize, extra, comment, disk] = [28, 30, 32, 34].map((place) => entries.getUint16(at + place, true));
  mustBe(entries.getUint32(at, true) === CENTRAL && plain(flags, method) && packed === size);
  mustBe(extra === 0 && comment === 0 && disk === 0 && at + 46 + nameSize <= entries.byteLength);
  const name = memberName(new Uint8Array(entries.buffer, entries.byteOffset + at + 46, nameSize));
  const header = entries.getUint32(at + 42, true);
  return { name, size, header, start: header + 30 + nameSize };
}

/** The header before a member says the same as the directory. @param {Blob} file @param {Member} member */
async function requireHeader(file, { name, size, header, start }) {
  const found = await view(file, header, start);
  const [flags, method, nameSize, extra] = [6, 8, 26, 28].map((at) => found.getUint16(at, true));
  const sizes = [18, 22].map((at) => found.getUint32(at, true));
  mustBe(found.getUint32(0, true) === LOCAL && plain(flags, method) && sizes.every((one) => one === size));
  mustBe(nameSize === start - header - 30 && extra === 0);
  mustBe(memberName(new Uint8Array(found.buffer, 30)) === name);
}

/** Neither compressed nor encrypted. @param {number} flags @param {number} method */
const plain = (flags, method) => (flags & ~UTF8_NAME) === 0 && method === 0;

/** @param {boolean} sound */
function mustBe(sound) {
  if (!sound) throw new Problem("package_invalid");
}

/** @param {Uint8Array} bytes */
function memberName(bytes) {
  try {
    return fromUtf8(bytes);
  } catch {
    throw new Problem("package_invalid");
  }
}

/** A file name that is only ever shown. @param {string} name */
function label(name) {
  mustBe(name !== "" && !name.startsWith(".") && !/[/\\\p{Cc}]/u.test(name));
  mustBe(new TextEncoder().encode(name).length <= 200);
  return name;
}

/** @param {Blob} file @param {number} start @param {number} stop */
async function view(file, start, stop) {
  mustBe(start >= 0 && start <= stop && stop <= file.size);
  return new DataView(await file.slice(start, stop).arrayBuffer());
}
