// The picture of the course: therapies, events, LVEF, weight and laboratory values over one time axis.

import { axisFor, fullSpan, spans } from "./time.js";
import { drawTherapies } from "./therapies.js";
import { drawPanel } from "./panel.js";
import { readout } from "./readout.js";

const d3 = window.d3;
const YEAR = 365 * 86_400_000;
const SPAN_NAMES = { all: "Whole course", metastatic: "Since metastases", year: "Last 12 months" };

let chosen = null;
let observer = null;
let repaint = () => {};
/** How wide the picture is while the page is printed: between the margins of an A4 sheet, the narrower of the usual ones. */
const PAPER = 670;
let printing = false;

// A picture as wide as the window would make the browser shrink all the page to fit it on the sheet. No resizing is observed in print.
for (const [event, begins] of [["beforeprint", true], ["afterprint", false]]) {
  window.addEventListener(event, () => {
    printing = begins;
    repaint();
  });
}

export function drawCourse(place, course) {
  place.hidden = false;
  const choices = spans(course);
  if (!choices[chosen]) chosen = beginsWith(choices);
  const paint = () => drawAll(place, course, choices);
  observer?.disconnect();
  let width = 0;
  observer = new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now && now !== width) {
      width = now;
      paint();
    }
  });
  repaint = paint;
  paint();
  width = Math.round(place.clientWidth);
  observer.observe(place);
}

/** The metastatic course, where it is a year long and what was before would squeeze it; else all of it. */
function beginsWith({ all, metastatic }) {
  const squeezed = metastatic && fullSpan(metastatic) > YEAR && fullSpan(all) > 2.5 * fullSpan(metastatic);
  return squeezed ? "metastatic" : "all";
}

/** Whether a panel has a value that can be drawn: those without a date are named below the picture, and stand in the table. */
const hasPlace = (panel) => panel.points.some((point) => point.date);

function drawAll(place, course, choices) {
  const held = place.contains(document.activeElement) ? document.activeElement.dataset.step : null;
  const root = d3.select(place);
  root.selectAll("*").remove();
  spanButtons(root, choices, () => drawAll(place, course, choices));
  const width = printing ? PAPER : Math.max(280, place.clientWidth);
  const gutter = width < 520 ? 76 : 118;
  const box = { width, gutter, right: width < 520 ? 34 : 46 };
  const time = axisFor(choices[chosen], box);
  const show = readout(root);
  const body = root.append("div").attr("class", "panels");
  drawTherapies(body, course.timeline, time, box, show);
  const { lvef, heart, others } = course.measurements;
  if (hasPlace(lvef)) drawPanel(body, lvef, time, box, show, { height: 92, limits: heart.limits, least: [35, 70] });
  for (const panel of others.filter(hasPlace)) drawPanel(body, panel, time, box, show, { height: panel.points.length > 1 ? 36 : 22, limits: panel.limits });
  time.axis(body);
  if (held) place.querySelector(`[data-step="${held}"]`)?.focus({ preventScroll: true });
}

function spanButtons(root, choices, redraw) {
  const names = Object.keys(choices);
  if (names.length < 2) return;
  const bar = root.append("div").attr("class", "spans").attr("role", "group").attr("aria-label", "Time shown");
  for (const name of names) {
    bar.append("button").attr("type", "button").attr("data-step", `span-${name}`).attr("aria-pressed", String(name === chosen))
      .text(SPAN_NAMES[name]).on("click", () => {
        chosen = name;
        redraw();
      });
  }
}
