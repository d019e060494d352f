// Therapies as bars grouped into lines of therapy, and what happened beside them.

import { interval, isExact, middle } from "./time.js";
import { steps } from "./readout.js";

const d3 = window.d3;
const ROW = 17;
const HEAD = 18;
const LANES = [
  ["Disease", ["progression", "response", "metastasis"]],
  ["Tissue", ["biopsy", "result"]],
  ["Other", ["treatment", "lung", "heart", "blood", "toxicity"]],
];
const SYMBOLS = {
  progression: d3.symbolTriangle, response: d3.symbolCircle, metastasis: d3.symbolDiamond, biopsy: d3.symbolSquare, result: d3.symbolSquare,
  treatment: d3.symbolCross, lung: d3.symbolStar, heart: d3.symbolStar, blood: d3.symbolStar, toxicity: d3.symbolStar,
};
const NAMES = {
  progression: "progression", response: "stable or better", metastasis: "metastasis found", biopsy: "biopsy", result: "receptor result",
  treatment: "local treatment", lung: "ILD/pneumonitis", heart: "heart condition",
  blood: "febrile neutropenia", toxicity: "toxicity",
};

export function drawTherapies(body, timeline, time, box, show) {
  const bars = timeline.bars.filter((bar) => (bar.start || bar.end) && reaches(bar, timeline, time));
  const rows = [...new Set(bars.map((bar) => bar.short))];
  const marks = timeline.marks.filter((mark) => time.shows(mark.date));
  const lanes = LANES.filter(([, kinds]) => marks.some((mark) => kinds.includes(mark.kind)));
  const top = HEAD + lanes.length * ROW;
  const height = top + rows.length * ROW + 6;
  const svg = body.append("svg").attr("class", "therapies").attr("width", box.width).attr("height", height);
  const { x } = time;
  const [left, right] = x.range();
  const inside = (at) => Math.min(right, Math.max(left, at));
  const today = middle(timeline.today);
  for (const [at, band] of timeline.bands.entries()) drawBand(svg, band, at, timeline, time, inside, height);
  time.grid(svg, height);
  const name = (words, at) => svg.append("text").attr("class", "name").attr("x", 0).attr("y", at + 12).text(fit(words, box.gutter));
  const things = [];
  lanes.forEach(([lane, kinds], at) => {
    const y = HEAD + at * ROW;
    name(lane, y);
    drawMarks(svg, marks.filter((mark) => kinds.includes(mark.kind)), y + ROW / 2, time, things);
  });
  rows.forEach((short, at) => {
    const y = top + at * ROW;
    name(short, y);
    for (const bar of bars.filter((one) => one.short === short)) drawBar(svg, bar, y, time, inside, today, things);
  });
  svg.append("line").attr("class", "today").attr("x1", x(today)).attr("x2", x(today)).attr("y1", HEAD - 4).attr("y2", height);
  things.sort((one, other) => one.x - other.x || one.y - other.y);
  steps(svg, `Therapies and events, ${things.length} entries. Arrow keys step through them`, "therapies", things, show);
  legend(body, bars, marks);
}

function reaches(bar, timeline, time) {
  const from = bar.start ? interval(bar.start)[0] : interval(bar.end)[0];
  const to = bar.end ? interval(bar.end)[1] : middle(timeline.today);
  return to >= time.from && from <= time.to;
}

function drawBand(svg, band, at, timeline, time, inside, height) {
  const from = inside(time.x(interval(band.start)[0]));
  const next = timeline.bands[at + 1];
  const until = band.until ? interval(band.until)[1] : next ? interval(next.start)[0] : middle(timeline.today);
  const to = inside(time.x(until));
  if (to - from < 1) return;
  const lane = svg.append("g").attr("class", `band ${at % 2 ? "odd" : "even"}`);
  lane.append("rect").attr("x", from).attr("width", to - from).attr("y", 0).attr("height", height);
  const words = [band.label, band.label.replace("Line ", ""), ""].find((one) => one.length * 6.2 < to - from - 4);
  lane.append("text").attr("x", (from + to) / 2).attr("text-anchor", "middle").attr("y", 12).text(words);
}

function drawBar(svg, bar, y, time, inside, today, things) {
  const start = bar.start ? middle(bar.start) : null;
  const goesOn = bar.state !== "ended";
  const end = goesOn ? today : bar.end ? middle(bar.end) : null;
  const from = inside(time.x(start ?? end));
  const to = inside(time.x(end ?? start));
  const given = bar.state === "on-hold" && bar.end ? inside(time.x(middle(bar.end))) : to;
  const one = svg.append("g").attr("class", `bar ${bar.group} ${bar.state}${bar.setting === "early" ? " early" : ""}`);
  one.append("rect").attr("x", from).attr("y", y + 3).attr("width", Math.max(3, given - from)).attr("height", ROW - 6).attr("rx", 2);
  if (given < to) one.append("rect").attr("class", "held").attr("x", given).attr("y", y + 5).attr("width", to - given).attr("height", ROW - 10);
  if (bar.state === "running") one.append("path").attr("d", `M${to},${y + 3}l5,${(ROW - 6) / 2}l-5,${(ROW - 6) / 2}z`);
  const doses = (bar.doses ?? []).filter((day) => time.shows(day));
  one.selectAll("line").data(doses).join("line").attr("class", "dose").attr("x1", (day) => time.x(middle(day))).attr("x2", (day) => time.x(middle(day)))
    .attr("y1", y + 4).attr("y2", y + ROW - 4);
  const sources = bar.sources ?? [];
  const resources = sources.length > 3 ? `${sources[0]} and ${sources.length - 1} more` : sources.join(", ");
  things.push({ x: (from + to) / 2, x0: from, x1: to, y: y + ROW / 2, words: [bar.short, bar.words, resources].filter(Boolean) });
}

/** Marks of one lane; those that would cover each other become one that says all of them. */
function drawMarks(svg, marks, y, time, things) {
  const groups = [];
  for (const mark of marks) {
    const at = time.x(middle(mark.date));
    const last = groups[groups.length - 1];
    if (last && at - last.x < 9) last.marks.push(mark);
    else groups.push({ x: at, marks: [mark] });
  }
  for (const group of groups) {
    const leading = group.marks.find((mark) => mark.kind === "progression") ?? group.marks.find((mark) => mark.kind === "biopsy") ?? group.marks[0];
    const symbol = svg.append("g").attr("class", `mark ${leading.kind}`).attr("transform", `translate(${group.x},${y})`);
    const coarse = group.marks.find((mark) => !isExact(mark.date));
    if (coarse) {
      const [first, last] = interval(coarse.date);
      symbol.append("line").attr("class", "maybe").attr("x1", time.x(first) - group.x).attr("x2", time.x(last) - group.x);
    }
    symbol.append("path").attr("d", d3.symbol(SYMBOLS[leading.kind], 52)()).attr("transform", leading.kind === "progression" ? "rotate(180)" : null);
    const said = group.marks.slice(0, 6).map((mark) => `${mark.date} ${mark.words}${mark.source ? ` (${mark.source})` : ""}`);
    if (group.marks.length > 6) said.push(`and ${group.marks.length - 6} more`);
    things.push({ x: group.x, y, words: said });
  }
}

function fit(words, gutter) {
  const most = Math.floor((gutter - 6) / 6.4);
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

function legend(body, bars, marks) {
  const list = body.append("ul").attr("class", "key").attr("aria-label", "Key");
  const groups = { antibody: "HER2 antibody", conjugate: "HER2 conjugate", tki: "HER2 TKI", chemotherapy: "chemotherapy", endocrine: "endocrine", other: "other" };
  for (const [group, words] of Object.entries(groups)) {
    if (!bars.some((bar) => bar.group === group)) continue;
    const item = list.append("li");
    item.append("svg").attr("width", 14).attr("height", 10).attr("aria-hidden", "true").append("g").attr("class", `bar ${group}`).append("rect")
      .attr("width", 14).attr("height", 9).attr("rx", 2);
    item.append("span").text(words);
  }
  for (const [kind, words] of Object.entries(NAMES)) {
    if (!marks.some((mark) => mark.kind === kind)) continue;
    const item = list.append("li");
    item.append("svg").attr("width", 12).attr("height", 12).attr("aria-hidden", "true").append("g").attr("class", `mark ${kind}`)
      .attr("transform", `translate(6,6)`).append("path").attr("d", d3.symbol(SYMBOLS[kind], 52)()).attr("transform", kind === "progression" ? "rotate(180)" : null);
    item.append("span").text(words);
  }
}
