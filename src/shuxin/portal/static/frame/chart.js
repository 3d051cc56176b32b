// Draws every chart of the page with ECharts, which is fetched when one comes into view.

const drawn = new Map();
let library;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const language = document.documentElement.lang;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function figure(kind, value) {
  if (value === null || value === undefined) return "–";
  if (kind === "percent") return value.toLocaleString(language, { style: "percent", maximumFractionDigits: 1 });
  if (kind === "fen") return yuan(value);
  return value.toLocaleString(language, { maximumSignificantDigits: Number.isInteger(value) ? 15 : 5 });
}

function yuan(fen) {
  const sizes = language === "en" ? [[1e11, " billion"], [1e8, " million"], [1e2, ""]] : [[1e10, " 亿元"], [1e6, " 万元"], [1e2, " 元"]];
  const [one, name] = sizes.find(([size]) => Math.abs(fen) >= size) ?? sizes.at(-1);
  const text = (fen / one).toLocaleString(language, { maximumFractionDigits: 2 });
  return language === "en" ? `CNY ${text}${name}` : text + name;
}

const whole = (series) => series.every(({ values }) => values.flat().every((value) => value === null || Number.isInteger(value)));

function option({ kind, x, y, categories, series }) {
  const ink = colour("--ink"), quiet = colour("--quiet"), line = colour("--line"), paper = colour("--paper");
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, color: quiet, fontSize: 12 };
  const numbers = (of) => ({ type: "value", name: of.label, nameTextStyle: font, axisLabel: { ...font, formatter: (v) => figure(of.kind, v) }, splitLine: { lineStyle: { color: line } } });
  const scatter = kind === "scatter";
  return {
    animation: !still && kind !== "line", animationDuration: 300, textStyle: font,
    color: [1, 2, 3, 4, 5, 6].map((i) => colour(`--c${i}`)),
    grid: { left: 8, right: 24, top: 34, bottom: series.length > 1 ? 62 : 34, containLabel: true },
    legend: series.length > 1 ? { bottom: 0, type: "scroll", textStyle: { ...font, color: ink }, pageTextStyle: font } : undefined,
    tooltip: {
      trigger: scatter ? "item" : "axis", renderMode: "richText", confine: true, axisPointer: { type: kind === "line" ? "line" : "shadow" },
      backgroundColor: paper, borderColor: line, textStyle: { ...font, color: ink },
      formatter: (at) => scatter ? `${figure(x.kind, at.value[0])} · ${figure(y.kind, at.value[1])}`
        : [at[0].name, ...at.map((one) => `${one.seriesName}  ${figure(y.kind, one.value)}`)].join("\n"),
    },
    xAxis: scatter ? { ...numbers(x), nameLocation: "middle", nameGap: 28 }
      : { type: "category", data: categories, name: x.label, nameLocation: "middle", nameGap: 28, nameTextStyle: font, axisLabel: { ...font, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, boundaryGap: kind !== "line" },
    yAxis: { ...numbers(y), minInterval: whole(series) ? 1 : undefined, nameTextStyle: { ...font, align: "left" }, scale: kind === "line" || scatter },
    series: series.map(({ name, values }, i) => ({
      name, data: values, type: kind === "stacked" ? "bar" : kind, stack: kind === "stacked" ? "all" : undefined, barMaxWidth: 36,
      symbol: ["circle", "rect", "triangle", "diamond", "roundRect", "pin"][i % 6], symbolSize: scatter ? 8 : 6,
      showSymbol: kind !== "line" || values.length < 40, lineStyle: { width: 2.5, type: ["solid", "dashed", "dotted"][i % 3] }, connectNulls: false,
    })),
  };
}

const data = (figureElement) => JSON.parse(figureElement.querySelector('script[type="application/json"]').textContent);

async function draw(element) {
  const name = element.dataset.chart;
  library ??= import(element.dataset.library);
  const echarts = await library;
  const before = drawn.get(name);
  if (before && before.element !== element) {
    element.querySelector(".chart-box").replaceChildren(...before.element.querySelector(".chart-box").childNodes);
    before.chart.dispose();
  }
  const box = element.querySelector(".chart-box");
  const chart = echarts.getInstanceByDom(box) ?? echarts.init(box, null, { renderer: "canvas" });
  chart.setOption(option(data(element)), true);
  element.dataset.drawn = "yes";
  drawn.set(name, { element, chart });
  resized.observe(box);
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) for (const { element, chart } of drawn.values()) if (element.contains(target)) chart.resize();
});
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) { seen.unobserve(target); draw(target); }
}, { rootMargin: "200px" });

function find(root) {
  for (const element of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
    if (drawn.has(element.dataset.chart)) draw(element);
    else seen.observe(element);
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const { element, chart } of drawn.values()) chart.setOption(option(data(element)), true);
});
document.addEventListener("htmx:afterSettle", () => find(document));
find(document);
