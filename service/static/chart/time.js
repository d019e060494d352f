// Dates as records give them, to the day, the month or the year, and the axis that all pictures share.

const d3 = window.d3;
const DAY = 86_400_000;
/** How a tick is written, by the least days between two; and the pixels that takes, with what keeps it apart from the next. */
const TICK_FORMS = [{ least: 0, form: "%Y-%m-%d", room: 68 }, { least: 27, form: "%Y-%m", room: 52 }, { least: 360, form: "%Y", room: 36 }];

/** The interval of days that a partial date may mean. */
export function interval(date) {
  const [year, month, day] = date.split("-").map(Number);
  if (day) return [at(year, month - 1, day), at(year, month - 1, day)];
  if (month) return [at(year, month - 1, 1), at(year, month, 0)];
  return [at(year, 0, 1), at(year, 11, 31)];
}

function at(year, month, day) {
  return new Date(year, month, day, 12);
}

export function middle(date) {
  const [first, last] = interval(date);
  return new Date((first.getTime() + last.getTime()) / 2);
}

export const isExact = (date) => date.length === 10;

export function fullSpan([from, to]) {
  return to - from;
}

/** The spans of time that can be shown: the whole course, since the metastases, the last year. Only those that differ. */
export function spans(course) {
  const { timeline, measurements } = course;
  const today = middle(timeline.today);
  const dates = [
    ...timeline.bars.flatMap((bar) => [bar.start, bar.end]), ...timeline.marks.map((mark) => mark.date), timeline.since_metastases,
    ...[measurements.lvef, ...measurements.others].flatMap((panel) => panel.points.map((point) => point.date)),
  ].filter(Boolean).map((date) => interval(date)[0]);
  const first = d3.min([...dates, new Date(today - 90 * DAY)]);
  const last = d3.max([...dates, today]);
  const pad = (from) => [new Date(from - 0.02 * (last - from) - 3 * DAY), new Date(+last + 0.02 * (last - from) + 3 * DAY)];
  const found = { all: pad(first) };
  const metastatic = timeline.since_metastases ? interval(timeline.since_metastases)[0] : null;
  if (metastatic && metastatic - first > 120 * DAY) found.metastatic = pad(new Date(Math.min(metastatic - 30 * DAY, today - 90 * DAY)));
  const year = new Date(today - 365 * DAY);
  if (year - first > 200 * DAY) found.year = pad(year);
  return found;
}

export function axisFor(span, box) {
  const scale = d3.scaleTime(span, [box.gutter, box.width - box.right]);
  const ticks = scale.ticks(Math.max(3, Math.floor((box.width - box.gutter) / 80)));
  const [from, to] = span;
  return {
    x: scale,
    from,
    to,
    ticks,
    shows: (date) => interval(date)[1] >= from && interval(date)[0] <= to,
    /** Thin lines at the ticks, through a whole picture. */
    grid(svg, height) {
      svg.append("g").attr("class", "grid").selectAll("line").data(ticks).join("line")
        .attr("x1", (tick) => scale(tick)).attr("x2", (tick) => scale(tick)).attr("y1", 0).attr("y2", height);
    },
    axis(body) {
      const svg = body.append("svg").attr("class", "axis").attr("width", box.width).attr("height", 22).attr("aria-hidden", "true");
      const step = ticks.length > 1 ? (ticks[1] - ticks[0]) / DAY : 365;
      // ISO as everywhere on the page: "Aug 26" could be a day and a month.
      const { form, room } = TICK_FORMS.findLast(({ least }) => step >= least);
      const every = ticks.length > 1 ? Math.ceil(room / (scale(ticks[1]) - scale(ticks[0]))) : 1;
      const date = d3.timeFormat(form);
      svg.append("g").call(d3.axisBottom(scale).tickValues(ticks).tickSize(4).tickFormat((tick, place) => place % every ? "" : date(tick)));
      svg.select(".domain").remove();
    },
  };
}
