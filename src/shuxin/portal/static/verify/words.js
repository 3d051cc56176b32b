/** Every sentence that these pages say of their own accord, in both languages. */

/** @typedef {{en: string, zh: string}} Text */

/** @type {Record<string, Text>} */
const CHECKS = {
  content: { en: "The file itself", zh: "文件内容" },
  issuer: { en: "The issuer's signature", zh: "出具方签名" },
  log: { en: "The entry in the log", zh: "日志存证" },
  period: { en: "The period", zh: "有效期" },
  status: { en: "Revocation", zh: "撤销状态" },
};

/** @type {Record<string, Text>} */
const RESULTS = {
  passed: { en: "Holds", zh: "通过" },
  failed: { en: "Fails", zh: "未通过" },
  open: { en: "Not checked", zh: "未核验" },
};

/** @type {Record<string, Text>} */
const VERDICTS = {
  accepted: {
    en: "This is, unchanged, what {issuer} issued, and it has not been revoked.",
    zh: "该文件与{issuer}出具的一致，且未被撤销。",
  },
  accepted_on_word: {
    en: "This is, unchanged, what {issuer} issued. That it was not revoked is this site's word only.",
    zh: "该文件与{issuer}出具的一致。未被撤销一项仅为本站的说法，未经出具方签名证明。",
  },
  status_open: {
    en: "This is, unchanged, what {issuer} issued. Whether it was revoked since has not been asked.",
    zh: "该文件与{issuer}出具的一致。此后是否被撤销尚未查询。",
  },
  undecided: {
    en: "Undecided: what could not be checked here is named below.",
    zh: "未能得出结论：未能核验的项目见下。",
  },
  refused: { en: "Do not rely on this file.", zh: "请勿采信该文件。" },
};

/** @type {Record<string, Text>} */
const REASONS = {
  content_same: { en: "Its commitment, computed here, is the one in the receipt.", zh: "在本机计算的承诺值与回执一致。" },
  issuer_attested: {
    en: "Signed with a key that {attester} has proved to be that of {name} ({issuer}).",
    zh: "签名密钥属于{name}（{issuer}），由 {attester} 核验。",
  },
  issuer_pinned: {
    en: "Signed with a key that the list of trust names as that of {name} ({issuer}).",
    zh: "签名密钥属于{name}（{issuer}），由信任清单直接列明。",
  },
  logged: {
    en: "Entry {index} of the log {origin}, under a checkpoint that the log signed.",
    zh: "在日志 {origin} 中为第 {index} 条，检查点由该日志签名。",
  },
  logged_and_witnessed: {
    en: "Entry {index} of the log {origin}, under a checkpoint that the log signed and {witnesses} witnesses cosigned.",
    zh: "在日志 {origin} 中为第 {index} 条，检查点由该日志签名并有 {witnesses} 个见证方联署。",
  },
  in_period: { en: "Counts from {from} until {to}.", zh: "有效期自 {from} 至 {to}。" },
  status_listed: {
    en: "The issuer's signed status list of {at} has it as valid.",
    zh: "出具方签名的状态列表（{at}）显示其有效。",
  },
  site_says_valid: {
    en: "This site says that it is valid at {at}; nothing signed proves it. A status list of the issuer would.",
    zh: "本站答复：截至 {at} 有效。该答复未经签名；如需证明，请选择出具方的状态列表文件。",
  },
  status_not_asked: {
    en: "Choose the issuer's signed status list above, or press the button below to ask this site; the question shows it that this document is being checked.",
    zh: "请在上方选择出具方签名的状态列表，或点击下方按钮向本站查询；查询会让本站知道该文件正在被核验。",
  },
  status_unknown: {
    en: "This site does not know the document; ask the issuer's side.",
    zh: "本站没有该文件的记录，请向出具方一侧查询。",
  },
  status_unanswered: {
    en: "No answer came. The other checks hold without it; ask again later.",
    zh: "未获答复。其他核验不受影响，请稍后再查询。",
  },
  not_decided_after: { en: "Not looked at, because an earlier check fails.", zh: "因前项未通过而未核验。" },
};

/** @type {Record<string, Text>} */
const PROBLEMS = {
  nothing_chosen: { en: "Choose a package, or a file and its receipt.", zh: "请选择数据包，或选择文件及其回执。" },
  receipt_missing: {
    en: "This file is no package. Choose its receipt too, or paste the text of its QR codes.",
    zh: "该文件不是数据包。请同时选择回执，或粘贴二维码文本。",
  },
  receipt_invalid: {
    en: "This is not a receipt, or not the whole of it. Ask the issuer for the unchanged file.",
    zh: "这不是回执，或内容不全。请向出具方索取未改动的回执文件。",
  },
  package_invalid: {
    en: "This is not a package as issuers make them. Ask for it again, or choose file and receipt.",
    zh: "这不是出具方制作的数据包。请重新索取，或分别选择文件与回执。",
  },
  qr_invalid: { en: "This is not the text of a receipt's QR codes.", zh: "这不是回执二维码的文本。" },
  qr_parts_missing: { en: "Some of the QR codes are missing: paste them all.", zh: "二维码不全，请全部粘贴。" },
  trust_invalid: { en: "This is not a list of trust.", zh: "这不是信任清单文件。" },
  trust_unavailable: {
    en: "This site's list of trust did not load. Choose your own list below, or load the page again.",
    zh: "未能读取本站的信任清单。请在下方选择自己的清单，或重新打开本页。",
  },
  status_invalid: {
    en: "This is not a status list. Ask the issuer for the unchanged file.",
    zh: "这不是状态列表文件，请向出具方索取未改动的文件。",
  },
  file_unreadable: {
    en: "The browser could not read the file: it was moved or changed while being read.",
    zh: "浏览器无法读取文件：读取期间文件被移动或改动。",
  },
  worker_failed: { en: "The hashing part of this page did not start. Load the page again.", zh: "哈希模块未能启动，请重新打开本页。" },
  cancelled: { en: "Cancelled. Nothing was checked.", zh: "已取消，未作核验。" },
  sm3_here: {
    en: "The receipt uses SM3, which browsers do not have: use the command shuxin document verify.",
    zh: "回执采用 SM3，浏览器不支持：请使用命令 shuxin document verify。",
  },
  sm2_here: {
    en: "Signed with SM2, which browsers do not have: use the command shuxin document verify.",
    zh: "签名采用 SM2，浏览器不支持：请使用命令 shuxin document verify。",
  },
  no_ed25519: {
    en: "This browser cannot use Ed25519 keys. Use a current Chrome, Edge, Firefox or Safari, or the command line.",
    zh: "该浏览器不支持 Ed25519 密钥。请使用新版 Chrome、Edge、Firefox 或 Safari，或使用命令行。",
  },
  no_secure_context: {
    en: "Keys work only over https. Ask for the https address of this site.",
    zh: "密钥功能仅在 https 下可用，请使用本站的 https 地址。",
  },
  storage_refused: {
    en: "The browser does not let this page keep a key. Leave private browsing, or allow storage.",
    zh: "浏览器不允许本页保存密钥。请退出无痕模式或允许站点存储。",
  },
  key_not_here: { en: "That key is not on this device.", zh: "本设备上没有该密钥。" },
  words_differ: {
    en: "The words on this page are not those that would be signed. Nothing was signed; tell the operator.",
    zh: "页面文字与待签署内容不一致，未作签署，请告知运营方。",
  },
  not_canonical: { en: "This content cannot be signed.", zh: "该内容无法签名。" },
  unexpected: { en: "Something failed that should not. Load the page again.", zh: "发生意外错误，请重新打开本页。" },
};

/** @type {Record<string, Text>} */
const PHRASES = {
  reading: { en: "Hashing: {percent} %, {speed} MB/s", zh: "正在计算哈希：{percent}%，{speed} MB/s" },
  hashed: { en: "Hashed {size} MB on this machine.", zh: "已在本机完成 {size} MB 的哈希计算。" },
  own_trust: { en: "Checked against the list of trust you chose.", zh: "依据您选择的信任清单核验。" },
  site_trust: {
    en: "Checked against the list of trust of this site, {host}: you rely on this site to name the right keys.",
    zh: "依据本站 {host} 的信任清单核验：密钥是否正确取决于对本站的信任。",
  },
  presented: {
    en: "The package is addressed to one recipient. This page does not check that; the recipient's command does.",
    zh: "该数据包指定了接收方。本页不核验此项，由接收方的命令核验。",
  },
  asking: { en: "Asking…", zh: "正在查询……" },
};

const GROUPS = { check: CHECKS, result: RESULTS, verdict: VERDICTS, reason: REASONS, problem: PROBLEMS, phrase: PHRASES };

/**
 * @param {keyof typeof GROUPS} group @param {string} name
 * @param {Record<string, string | number>} [facts]
 */
export function say(group, name, facts = {}) {
  const text = GROUPS[group][name] ?? PROBLEMS.unexpected;
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  return text[language].replace(/\{(\w+)\}/g, (whole, key) => String(facts[key] ?? whole));
}

/** Why a check failed, in the words of the server, which the page carries along. @param {string} reason */
export const sayFailure = (reason) => JSON.parse(document.getElementById("reasons")?.textContent ?? "{}")[reason] ?? reason;

/** The sentence for whatever was thrown; what is no Problem is a fault of ours and goes to the console too. @param {any} error */
export function sayProblem(error) {
  if (typeof error?.code === "string" && error.code in PROBLEMS) return say("problem", error.code, error.facts);
  console.error(error);
  return say("problem", "unexpected");
}
