// One measurement over time with its limits.

import { interval, isExact, middle } from "./time.js";
import { steps } from "./readout.js";

const d3 = window.d3;

const ROOM_FOR_UNIT = 100;

/** A value as cards print it: one that was converted from another unit has no five decimals. */
const number = (value) => d3.format("~g")(Math.round(value * 100) / 100);

export function drawPanel(body, panel, time, box, show, { height, limits, least }) {
  const svg = body.append("svg").attr("class", `panel ${panel.id}`).attr("width", box.width).attr("height", height);
  const dated = panel.points.filter((point) => point.date);
  const shown = dated.filter((point) => time.shows(point.date));
  const drawn = shown.length ? shown : dated;
  const values = drawn.map((point) => point.value);
  const near = limits.filter((limit) => least || limit.value <= 1.6 * d3.max(values));
  const low = Math.min(d3.min(values), ...(least ? [least[0], ...limits.map((limit) => limit.value - 4)] : []));
  const high = Math.max(d3.max(values), ...(least ? [least[1]] : near.map((limit) => limit.value)));
  const room = (high - low || Math.abs(high) || 1) * 0.12;
  const y = d3.scaleLinear([low - room, high + room], [height - 4, 5]);
  time.grid(svg, height);
  const flat = height < 30;
  const name = svg.append("text").attr("class", "name").attr("x", 0).attr("y", height > 60 ? 14 : flat ? height / 2 + 4 : height / 2 - 2);
  name.text(panel.name);
  // On one line with the name, where there is room before the picture.
  if (flat && box.gutter > ROOM_FOR_UNIT) name.append("tspan").attr("class", "unit").attr("dx", 5).text(panel.unit);
  if (!flat) svg.append("text").attr("class", "unit").attr("x", 0).attr("y", height > 60 ? 28 : height / 2 + 11).text(panel.unit);
  if (least) drawScale(svg, y, time, box);
  drawLimits(svg, near, y, box, Boolean(least));
  const clip = `clip-${panel.id}`;
  svg.append("clipPath").attr("id", clip).append("rect").attr("x", box.gutter - 4).attr("width", box.width - box.gutter - box.right + 8)
    .attr("height", height);
  const plot = svg.append("g").attr("clip-path", `url(#${clip})`);
  const x = (point) => time.x(middle(point.date));
  plot.append("path").attr("class", "curve").attr("d", d3.line(x, (point) => y(point.value))(dated));
  plot.selectAll("line.maybe").data(shown.filter((point) => !isExact(point.date))).join("line").attr("class", "maybe")
    .attr("x1", (point) => time.x(interval(point.date)[0])).attr("x2", (point) => time.x(interval(point.date)[1]))
    .attr("y1", (point) => y(point.value)).attr("y2", (point) => y(point.value));
  const dense = shown.length > 60;
  plot.selectAll("circle").data(shown).join("circle")
    .attr("class", (point) => `value${isExact(point.date) ? "" : " coarse"}${point.note?.includes("preliminary") ? " preliminary" : ""}${outside(point, near) ? " outside" : ""}`)
    .attr("cx", x).attr("cy", (point) => y(point.value)).attr("r", dense ? 1.8 : height > 60 ? 3.4 : 2.6);
  const latest = dated[dated.length - 1];
  svg.append("text").attr("class", `latest${outside(latest, near) ? " outside" : ""}`).attr("x", box.width).attr("text-anchor", "end")
    .attr("y", Math.min(height - 4, Math.max(11, y(latest.value) + 4))).text(latest.shown?.replace(" %", "") || number(latest.value));
  const things = shown.map((point) => ({ x: x(point), y: y(point.value), words: words(panel, point, near) }));
  steps(svg, `${panel.name}, ${shown.length} ${shown.length === 1 ? "value" : "values"}. Arrow keys step through them`, panel.id, things, show);
}

function words(panel, point, limits) {
  const value = point.shown || `${number(point.value)} ${panel.unit}`;
  const past = point.past ? [point.past] : limits.filter((limit) => isPast(point, limit)).map((limit) => limit.words);
  return [`${panel.name} ${value.replace(" % %", " %")}`, [point.date, point.note].filter(Boolean).join(", "), ...past, point.source];
}

function isPast(point, limit) {
  return !limit.conditional && (limit.upper ? point.value > limit.value : point.value < limit.value);
}

function outside(point, limits) {
  return Boolean(point.past) || limits.some((limit) => isPast(point, limit));
}

function drawScale(svg, y, time, box) {
  const ticks = y.ticks(4);
  const scale = svg.append("g").attr("class", "scale");
  scale.selectAll("text").data(ticks).join("text").attr("x", box.gutter - 6).attr("text-anchor", "end").attr("y", (tick) => y(tick) + 3.5).text(String);
}

function drawLimits(svg, limits, y, box, named) {
  const [left, right] = [box.gutter, box.width - box.right];
  const lowest = limits.filter((limit) => !limit.upper && !limit.conditional && limit.action === "hold").map((limit) => limit.value);
  if (named && lowest.length) {
    const top = y(Math.max(...lowest));
    svg.append("rect").attr("class", "hold").attr("x", left).attr("width", right - left).attr("y", top).attr("height", Math.max(0, y.range()[0] - top));
  }
  svg.selectAll("line.limit").data(limits).join("line").attr("class", (limit) => `limit${limit.conditional ? " conditional" : ""}`)
    .attr("x1", left).attr("x2", right).attr("y1", (limit) => y(limit.value)).attr("y2", (limit) => y(limit.value));
  if (!named) return;
  // The names of limits that lie close together would cover each other, so each begins where the one before ends.
  // Each interrupts its own line, as the height of a contour does, so that no other line runs through it.
  let at = left + 4;
  let said = null;
  for (const limit of [...limits].sort((one, other) => other.value - one.value)) {
    const words = limitName(limit, box);
    if (words === said) continue;
    said = words;
    const name = svg.append("text").attr("class", "limit-name").attr("x", at).attr("y", y(limit.value) + 3.5).text(words);
    const { x, y: top, width, height } = name.node().getBBox();
    svg.insert("rect", () => name.node()).attr("class", "behind-name").attr("x", x - 3).attr("width", width + 6).attr("y", top).attr("height", height);
    at += width + 24;
    if (at > right - 120) at = left + 4;
  }
}

function limitName(limit, box) {
  const bound = `${limit.included ? "≤" : "<"} ${d3.format("~g")(limit.value)} %`;
  if (box.width < 520) return bound;
  const act = limit.action === "not-studied" ? "start not studied" : `${limit.action}${limit.conditional ? " after a fall" : ""} · ${limit.drugs}`;
  return `${bound}: ${act}`;
}
