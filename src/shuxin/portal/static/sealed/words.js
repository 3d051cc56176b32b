/** What the pages of an enterprise say of their own accord. */
import { sayProblem } from "../verify/words.js";
import { Refused } from "./asking.js";

/** @type {Record<string, {en: string, zh: string}>} */
const WORDS = {
  answer_not_opened: {
    en: "The answer is not one to this question, or was changed on the way. Nothing of it is shown. Ask again; if it stays, tell the holder.",
    zh: "应答与本次查询不符，或在途中被改动，内容未予显示。请重新查询；如仍出现，请联系该持有方。",
  },
  holder_unproven: {
    en: "The answer is not signed with a key that is known to be this holder's. Nothing of it is shown.",
    zh: "无法确认应答由该持有方签署，内容未予显示。",
  },
  no_answer: { en: "No answer came. Try again in a moment.", zh: "未收到应答，请稍后再试。" },
  no_own_key: {
    en: "None of your attested keys is on this device. Use the device on which you made it, or make a new one.",
    zh: "本设备上没有您已核验的密钥。请换用生成密钥的设备，或重新生成并核验。",
  },
  asking: { en: "Asking…", zh: "正在查询……" },
  nothing_held: { en: "This holder has no rows about you.", zh: "该单位没有与您有关的数据。" },
  row: { en: "1 row", zh: "1 条" },
  rows: { en: "{rows} rows", zh: "{rows} 条" },
  rows_shown: { en: "the newest {shown} of {rows} rows", zh: "共 {rows} 条，显示最近 {shown} 条" },
  newest: { en: "newest event", zh: "最近一次" },
  known: { en: "last received", zh: "最近收到" },
  level: { en: "level {level}", zh: "{level} 级" },
  level_name: { en: "Sensitivity", zh: "数据级别" },
  amount: { en: "How much", zh: "条数" },
  readers: { en: "Who may use it", zh: "谁可以使用" },
  own_readers: { en: "this holder for its own duties; others only with your authorisation", zh: "该单位履行职责使用；其他单位须经您授权" },
  until: { en: "until {day}", zh: "至 {day}" },
  not_shown: { en: "{count} fields are not shown: other persons' data, or kept to the holder by rule", zh: "另有 {count} 个字段不予显示（涉及其他人员，或依规定不对外提供）" },
  fields: { en: "Fields", zh: "字段" },
  object: { en: "This is wrong", zh: "数据有误，提出异议" },
  objections: { en: "Your objections", zh: "您提出的异议" },
  due: { en: "to be answered by {day}", zh: "应于 {day} 前答复" },
  late: { en: "overdue", zh: "已超期" },
  filed: { en: "Filed. The holder has signed for it and must answer by {day}.", zh: "已提出。持有方已签收，应于 {day} 前答复。" },
  opened_at: { en: "Opened {at}. The holder recorded this look.", zh: "{at} 查询，持有方已记录本次查阅。" },
  nobody: { en: "Nobody has used your data here.", zh: "暂无使用记录。" },
  everybody: { en: "everybody's data, yours among them", zh: "全体数据，含您的数据" },
  all_data: { en: "all data about you", zh: "与您有关的全部数据" },
  own_looks: { en: "Your own looks ({count})", zh: "您本人的查阅（{count} 次）" },
  refused_use: { en: "Refused", zh: "被拒绝的申请" },
  fresh: { en: "new", zh: "新" },
  when: { en: "When", zh: "时间" },
  who: { en: "Who", zh: "使用方" },
  what_for: { en: "What for", zh: "目的" },
  what: { en: "What", zh: "数据" },
  log_entry: { en: "Log entry", zh: "日志条目" },
  you: { en: "yourself", zh: "您本人" },
  itself: { en: "the holder itself", zh: "该单位自身" },
  no_credit: { en: "Nothing was decided here about a loan.", zh: "该机构尚无对您的授信决策。" },
  joint: { en: "Joint score, made together with other holders", zh: "联合评分（与其他单位共同计算）" },
  passes: { en: "at or above the cut-off of {cut_off}", zh: "达到通过线 {cut_off}" },
  fails: { en: "below the cut-off of {cut_off}", zh: "低于通过线 {cut_off}" },
  lost_in: { en: "points were lost in", zh: "扣分类别：" },
  own_points: { en: "From the bank's own data", zh: "银行自有数据部分" },
  points: { en: "Score", zh: "评分" },
  scale: { en: "between {lowest} and {highest}, higher is better", zh: "区间 {lowest}–{highest}，越高越好" },
  grade: { en: "Grade", zh: "等级" },
  decided: { en: "Last decision", zh: "最近一次决策" },
  approve: { en: "approve", zh: "建议批准" },
  refer: { en: "a person must look", zh: "转人工审核" },
  decline: { en: "decline", zh: "建议不批准" },
  limit: { en: "Limit", zh: "额度" },
  rate: { en: "Rate a year", zh: "年利率" },
  as_of: { en: "as of {day}", zh: "截至 {day} 的数据" },
  why: { en: "What cost you points", zh: "主要扣分原因" },
  lost: { en: "−{points} points", zh: "−{points} 分" },
  improve: { en: "What would improve it", zh: "怎样可以提高" },
  improve_how: {
    en: "Counted for one item at a time, all else as it is now. It promises no loan: the bank decides.",
    zh: "每项单独计算，其他情况不变。仅供参考，不代表一定获批，由银行最终决定。",
  },
  better: { en: "now {now}; at {better}", zh: "现为 {now}；达到 {better} 时" },
  gain: { en: "+{points} points", zh: "+{points} 分" },
  save_report: { en: "Save the report (PDF)", zh: "下载信用报告（PDF）" },
  no_report: { en: "This institution has no report about you.", zh: "该机构没有您的报告。" },
  nothing: { en: "–", zh: "–" },
  yes: { en: "yes", zh: "是" },
  no: { en: "no", zh: "否" },
  file_kept: { en: "Kept in this browser.", zh: "已保存在本浏览器。" },
  saved: { en: "Saved: {name}", zh: "已保存：{name}" },
};

const zh = () => document.documentElement.lang.startsWith("zh");

/** @param {string} name @param {Record<string, string | number>} [facts] */
export function say(name, facts = {}) {
  const text = WORDS[name];
  return text[zh() ? "zh" : "en"].replace(/\{(\w+)\}/g, (whole, key) => String(facts[key] ?? whole));
}

/** @param {number} count */
export const rows = (count) => (count === 1 ? say("row") : say("rows", { rows: count }));

/** The sentence for whatever was thrown. @param {any} error */
export function sayWrong(error) {
  if (error instanceof Refused) return error.message;
  return typeof error?.code === "string" && error.code in WORDS ? say(error.code) : sayProblem(error);
}

/** A text of the holder in both languages. @param {any} text */
export const both = (text) => String((zh() ? text?.zh : text?.en) ?? "");

/** Fen as 元, 万元, 亿元. @param {number} fen */
export function yuan(fen) {
  const amount = Math.abs(fen) / 100;
  const [value, unit] = zh()
    ? amount >= 1e8 ? [amount / 1e8, "亿元"] : amount >= 1e4 ? [amount / 1e4, "万元"] : [amount, "元"]
    : amount >= 1e9 ? [amount / 1e9, "billion"] : amount >= 1e6 ? [amount / 1e6, "million"] : [amount, ""];
  const shown = value.toLocaleString("en-US", { minimumFractionDigits: amount >= 1e4 || amount % 1 ? 2 : 0, maximumFractionDigits: 2 });
  const sign = fen < 0 ? "−" : "";
  return zh() ? `${sign}${shown} ${unit}` : `${sign}CNY ${shown} ${unit}`.trimEnd();
}

/** A moment in China, to the minute. @param {string} iso */
export function moment(iso) {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? String(iso) : new Date(at.getTime() + 8 * 3600e3).toISOString().slice(0, 16).replace("T", " ");
}

/** @param {string} iso */
export const day = (iso) => (/T/.test(iso) ? moment(iso) : String(iso)).slice(0, 10);
