// Charts: one dict from the page, colours from the tokens, ECharts only when a chart is on the page.
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);
function colour(token) {
  probe.style.color = `var(--${token})`;
  return getComputedStyle(probe).color;
}
const DASHES = { plan: [5, 4], target: [5, 4], limit: [5, 4], forecast: [2, 3] };

let loading;
function library() {
  const url = document.documentElement.dataset.echarts;
  loading ??= window.echarts
    ? Promise.resolve(window.echarts)
    : new Promise((done, failed) => {
        document.head.append(
          Object.assign(document.createElement("script"), {
            src: url,
            onload: () => done(window.echarts),
            onerror: failed,
          }),
        );
      });
  return loading;
}

// Labels at the ends of two lines that nearly meet step apart.
const last = (series) => series.values.findLast((value) => value !== null && value !== undefined) ?? 0;
function nudge(series, data) {
  const figures = data.series.flatMap((other) => other.values).filter((value) => typeof value === "number");
  const near = (Math.max(...figures) - (data.min ?? Math.min(...figures))) * 0.09;
  const beside = data.series.filter(
    (other) => other !== series && other.label !== false && Math.abs(last(other) - last(series)) < near,
  );
  if (!beside.length) return 0;
  const under = beside.some(
    (other) =>
      last(other) > last(series) ||
      (last(other) === last(series) && data.series.indexOf(other) < data.series.indexOf(series)),
  );
  return under ? 8 : -8;
}

function line(series, index, data) {
  const style = series.style ?? "actual";
  const grey = style === "plan" || style === "target" || style === "limit";
  const tone = grey ? colour(series.colour ?? "neutral") : colour(series.colour ?? `series-${index + 1}`);
  const labelled = series.label !== false && (data.series.length > 1 || series.label);
  return {
    name: series.name,
    type: "line",
    data: series.values,
    symbol: "circle",
    symbolSize: 6,
    showSymbol: false,
    connectNulls: false,
    step: series.step ? "end" : false,
    z: grey ? 2 : 3,
    itemStyle: { color: tone },
    lineStyle: {
      color: tone,
      width: style === "actual" ? 2.4 : grey ? 1.6 : 2,
      type: DASHES[style] ?? "solid",
    },
    areaStyle: series.area ? { color: tone, opacity: 0.08 } : undefined,
    endLabel: {
      show: Boolean(labelled),
      offset: [0, nudge(series, data)],
      formatter: typeof series.label === "string" ? series.label : series.name,
      color: grey ? colour("text-2") : tone,
      fontSize: 12,
      fontWeight: grey ? 400 : 600,
    },
  };
}
function bars(series, index, data) {
  const tone = colour(series.colour ?? `series-${index + 1}`);
  return {
    name: series.name,
    type: "bar",
    data: series.values,
    stack: data.kind === "stacked" ? "all" : undefined,
    barMaxWidth: 28,
    itemStyle: {
      color: tone,
      borderRadius: data.kind === "stacked" ? 0 : 2,
      borderColor: colour("surface"),
      borderWidth: data.kind === "stacked" ? 1 : 0,
      decal:
        series.style === "forecast"
          ? {
              symbol: "rect",
              dashArrayX: [1, 0],
              dashArrayY: [2, 4],
              rotation: Math.PI / 4,
              color: colour("hatch"),
            }
          : undefined,
    },
  };
}
// One bubble for each point: across and up on two scales, opened by a press.
function bubbles(data, width) {
  const text = { color: colour("text-3"), fontSize: 12, fontFamily: getComputedStyle(document.body).fontFamily };
  const grow = width < 520 ? 0.6 : 1;
  const tone = colour("series-1");
  const lines = { lineStyle: { color: colour("line") } };
  return {
    animation: false,
    aria: { enabled: true, decal: { show: false } },
    textStyle: text,
    grid: { left: 8, right: 16, top: 30, bottom: 26, containLabel: true },
    tooltip: {
      confine: true,
      renderMode: "richText",
      backgroundColor: colour("raised"),
      borderColor: colour("line-strong"),
      textStyle: { ...text, color: colour("text"), width: Math.min(360, width - 60), overflow: "break" },
      formatter: ({ data: point }) => `${point.name}\n${point.told}`,
    },
    xAxis: {
      type: "value",
      min: 0.4,
      max: data.across.length - 1.4,
      name: data.name_across,
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: text,
      axisLabel: {
        ...text,
        customValues: data.across.map((_, at) => at).filter((at) => data.across[at]),
        formatter: (at) => data.across[at] ?? "",
      },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("line-strong") } },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      min: 0,
      max: 100,
      name: data.name_up,
      nameTextStyle: { ...text, align: "left" },
      axisLabel: text,
      splitLine: lines,
    },
    series: [
      {
        type: "scatter",
        data: data.points.map((point) => ({ ...point, value: [point.x, point.y] })),
        symbolSize: (_, { data: point }) => point.size * grow,
        itemStyle: { color: tone, opacity: 0.45, borderColor: tone, borderWidth: 1.5 },
        emphasis: { itemStyle: { opacity: 0.85 } },
        cursor: "pointer",
      },
    ],
  };
}
function option(data) {
  const text = {
    color: colour("text-3"),
    fontSize: 12,
    fontFamily: getComputedStyle(document.body).fontFamily,
  };
  const isBar = data.kind === "bar" || data.kind === "stacked" || data.kind === "across";
  const names = {
    type: "category",
    data: data.labels,
    boundaryGap: isBar,
    inverse: data.kind === "across",
    axisLabel: { ...text, hideOverlap: true },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour("line-strong") } },
  };
  const figures = {
    type: "value",
    min: data.min ?? (isBar ? 0 : undefined),
    max: data.max,
    scale: data.min === undefined && !isBar,
    splitNumber: 4,
    axisLabel: text,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: colour("line") } },
  };
  const legend = isBar && data.series.length > 1;
  const named = !isBar && data.series.length > 1;
  return {
    animation: false,
    aria: { enabled: true, decal: { show: false } },
    textStyle: text,
    grid: { left: 8, right: named ? 100 : 16, top: legend ? 34 : 14, bottom: 6, containLabel: true },
    legend: legend
      ? {
          top: 0,
          left: 4,
          icon: "roundRect",
          itemWidth: 10,
          itemHeight: 10,
          textStyle: { ...text, color: colour("text-2") },
        }
      : undefined,
    tooltip: {
      trigger: "axis",
      confine: true,
      renderMode: "richText",
      backgroundColor: colour("raised"),
      borderColor: colour("line-strong"),
      textStyle: { ...text, color: colour("text") },
      axisPointer: { lineStyle: { color: colour("control") } },
      valueFormatter: (value) =>
        value == null
          ? "–"
          : `${data.prefix ?? ""}${Number(value).toLocaleString("en-GB", { maximumFractionDigits: 1 })}${data.unit ? ` ${data.unit}` : ""}`,
    },
    xAxis: data.kind === "across" ? figures : names,
    yAxis: data.kind === "across" ? names : figures,
    series: [
      ...data.series.map((series, index) =>
        (isBar && series.as !== "line" ? bars : line)(series, index, data),
      ),
      ...(data.marks ?? []).map((mark) => ({
        type: "line",
        data: [],
        markLine: {
          silent: true,
          symbol: "none",
          data: [mark.at !== undefined ? { xAxis: mark.at } : { yAxis: mark.value }],
          lineStyle: { color: colour("control"), type: [5, 4] },
          label: { formatter: mark.name, position: "insideEndTop", ...text },
        },
      })),
    ],
  };
}
function read(figure) {
  return JSON.parse(figure.querySelector("script[type='application/json']").textContent);
}
async function draw(figure) {
  const box = figure.querySelector(".chart__box");
  if (!box || !box.offsetWidth) return;
  try {
    const echarts = await library();
    const chart = echarts.getInstanceByDom(box) ?? echarts.init(box, null, { renderer: "svg" });
    const data = read(figure);
    chart.setOption(data.kind === "bubble" ? bubbles(data, box.offsetWidth) : option(data), true);
    chart.resize();
    chart.off("click");
    chart.on("click", ({ data: point }) => point?.url && location.assign(point.url));
  } catch {
    show(figure, "table");
  }
}
function show(figure, view) {
  figure.dataset.showing = view;
  for (const button of all("[data-show]", figure))
    button.setAttribute("aria-pressed", button.dataset.show === view);
  if (view === "chart") draw(figure);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart] [data-show]");
  if (button) show(button.closest("[data-chart]"), button.dataset.show);
});
// Left and right step through the points, as the tooltip does for a mouse.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.(".chart__box");
  const chart = box && window.echarts?.getInstanceByDom(box);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!chart || !(step || event.key === "Enter")) return;
  const data = read(box.closest("[data-chart]"));
  const { points } = data;
  if (!step) {
    if (points?.[box.at]) location.assign(points[box.at].url);
    return;
  }
  event.preventDefault();
  const at = Math.min(Math.max((box.at ?? -1) + step, 0), (points ?? data.labels).length - 1);
  box.at = at;
  chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
  const heard = document.getElementById("heard");
  if (heard && points) heard.textContent = `${points[at].name}: ${points[at].told}`;
  else if (heard)
    heard.textContent = `${data.labels[at]}: ${data.series.map((s) => `${s.name} ${s.values[at] ?? "none"}`).join(", ")}`;
});
const drawAll = () =>
  all("[data-chart]").forEach((figure) => {
    if (figure.dataset.showing !== "table") draw(figure);
  });
drawAll();
document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("office:theme", () => setTimeout(drawAll, 20));
let settled;
addEventListener("resize", () => {
  clearTimeout(settled);
  settled = setTimeout(drawAll, 150);
});
