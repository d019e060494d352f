// What a point, a bar or a mark says: beside it on hover and on focus, and to screen readers.

/** A box near the pointer or the focused thing. The words also stand in the slider's value, so the box itself is not read. */
export function readout(root) {
  const box = root.append("div").attr("class", "readout").attr("aria-hidden", "true").attr("hidden", true);
  return {
    at(svg, x, y, words) {
      const around = root.node().getBoundingClientRect();
      const here = svg.getBoundingClientRect();
      box.attr("hidden", null).selectAll("*").remove();
      words.forEach((line, at) => box.append("div").attr("class", at ? "more" : "first").text(line));
      const size = box.node().getBoundingClientRect();
      const left = Math.min(Math.max(0, here.left - around.left + x - size.width / 2), around.width - size.width);
      const above = here.top - around.top + y - size.height - 8;
      box.style("left", `${left}px`).style("top", `${above < 0 ? here.top - around.top + y + 12 : above}px`);
    },
    none() {
      box.attr("hidden", true);
    },
  };
}

/**
 * Let a picture be stepped through by keyboard and pointer: `things` have `x`, `y` (in the picture) and `words`.
 * The picture is one stop of the tab key; the arrow keys, Home and End move within it.
 */
export function steps(svg, name, id, things, show) {
  if (!things.length) return;
  const node = svg.node();
  let here = things.length - 1;
  const marker = svg.append("circle").attr("class", "here").attr("r", 7).attr("visibility", "hidden");
  const value = () => {
    svg.attr("aria-valuenow", here + 1).attr("aria-valuetext", things[here].words.join(", "));
  };
  const point = (at) => {
    here = at;
    const { x, y, words } = things[at];
    marker.attr("cx", x).attr("cy", y).attr("visibility", "visible");
    show.at(node, x, y, words);
    value();
  };
  const leave = () => {
    marker.attr("visibility", "hidden");
    show.none();
  };
  svg.attr("role", "slider").attr("tabindex", 0).attr("data-step", id).attr("aria-label", name)
    .attr("aria-valuemin", 1).attr("aria-valuemax", things.length).attr("aria-orientation", "horizontal");
  value();
  svg.on("focus", () => point(here)).on("blur", leave).on("pointerleave", () => (document.activeElement === node ? point(here) : leave()));
  svg.on("pointermove", (event) => {
    const [x, y] = window.d3.pointer(event, node);
    let best = -1;
    let least = 24 * 24;
    things.forEach((thing, at) => {
      const dx = thing.x0 === undefined ? thing.x - x : Math.max(thing.x0 - x, 0, x - thing.x1);
      const far = dx * dx + (thing.y - y) ** 2 * (thing.x0 === undefined ? 0.15 : 4);
      if (far < least) [best, least] = [at, far];
    });
    if (best >= 0) point(best);
    else leave();
  });
  svg.on("keydown", (event) => {
    const moves = { ArrowRight: here + 1, ArrowUp: here + 1, ArrowLeft: here - 1, ArrowDown: here - 1, Home: 0, End: things.length - 1,
      PageUp: here + 10, PageDown: here - 10 };
    if (event.key === "Escape") leave();
    if (!(event.key in moves)) return;
    event.preventDefault();
    point(Math.min(things.length - 1, Math.max(0, moves[event.key])));
  });
}
