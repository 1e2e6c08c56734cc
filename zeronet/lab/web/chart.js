// Lines against the update, as SVG.
const INK = "#000000", QUIET = "#555555", GRID = "#E4E4E4";

// Matplotlib's markers, as polygons in a circle of radius 1; "o" is a circle.
const MARKERS = (() => {
  const around = (n, turn, inner) => Array.from({ length: inner ? 2 * n : n }, (_, k) => {
    const angle = turn + 2 * Math.PI * k / (inner ? 2 * n : n), r = inner && k % 2 ? inner : 1;
    return [r * Math.sin(angle), -r * Math.cos(angle)];
  });
  const plus = [[-1, 3], [-1, 1], [-3, 1], [-3, -1], [-1, -1], [-1, -3], [1, -3], [1, -1], [3, -1], [3, 1], [1, 1], [1, 3]]
    .map(([x, y]) => [x / 3, y / 3]);
  const cross = plus.map(([x, y]) => [(x - y) * 0.8, (x + y) * 0.8]);
  const turned = (quarter) => around(3, quarter * Math.PI / 2);
  return {
    s: around(4, Math.PI / 4), D: around(4, 0), d: around(4, 0).map(([x, y]) => [0.65 * x, y]), "^": turned(0), ">": turned(1),
    v: turned(2), "<": turned(3), p: around(5, 0), h: around(6, 0), "*": around(5, 0, 0.4), P: plus, X: cross,
  };
})();

function marker(look, x, y, r = 4, stroke = "#FFFFFF") {
  const paint = look.hollow ? `fill="#FFFFFF" stroke="${look.colour}"` : `fill="${look.colour}" stroke="${stroke}"`;
  if (look.marker === "o") return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r * 0.85}" ${paint} stroke-width="0.7"/>`;
  const points = MARKERS[look.marker].map(([a, b]) => `${(x + r * a).toFixed(1)},${(y + r * b).toFixed(1)}`).join(" ");
  return `<polygon points="${points}" ${paint} stroke-width="0.7"/>`;
}

function swatch(look) {
  return `<svg class="swatch" width="34" height="16" aria-hidden="true"><line x1="2" y1="8" x2="32" y2="8" stroke="${look.colour}"
    stroke-width="2" stroke-dasharray="${look.dash}"/>${marker(look, 17, 8, 5)}</svg>`;
}

function ticks(low, high, count) {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, k) => +((first + k) * step).toPrecision(12));
}

function decades(low, high, count) {
  const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / count));
  const result = [];
  for (let k = first; k <= last; k += every) result.push(+`1e${k}`);
  if (result.length > 2) return result;
  const finer = [];
  for (let k = Math.floor(Math.log10(low)); k <= Math.log10(high); k++) finer.push(...[1, 2, 5].map((m) => +`${m}e${k}`));
  const inside = finer.filter((value) => value >= low && value <= high);
  return inside.length > 1 ? inside : ticks(low, high, 3);
}

// Draw a chart into an element. series: { label, look, x: […], y: […], low, high (the band's ends, optional), bandX }.
// Returns the function that turns a horizontal position in pixels into an update.
function lineChart(element, { series, last, log, yLabel, xLabel, limits, cursor, level, height, label, markers = 14 }) {
  const width = Math.max(260, element.clientWidth), left = 66, right = 18, top = 10, bottom = 36;
  const inside = (value) => Number.isFinite(value) && (!log || value > 0);
  let [low, high] = limits || [Infinity, -Infinity];
  if (!limits) {
    for (const { y } of series) for (const value of y) if (inside(value)) { low = Math.min(low, value); high = Math.max(high, value); }
    if (!(low <= high)) [low, high] = log ? [0.1, 1] : [0, 1];
    if (log) { low /= 1.3; high *= 1.3; } else { const room = 0.05 * (high - low) || 1; low -= room; high += room; }
  }
  const scale = log ? Math.log10 : (value) => value;
  const X = (x) => left + (width - left - right) * x / Math.max(1, last);
  const Y = (y) => top + (height - top - bottom) * (scale(high) - scale(y)) / (scale(high) - scale(low));
  const at = (x, y) => `${X(x).toFixed(1)},${Math.min(Math.max(Y(y), -2000), 4000).toFixed(1)}`;
  const path = (xs, ys) => {
    let d = "", pen = "M";
    for (let k = 0; k < xs.length; k++) { if (inside(ys[k])) { d += pen + at(xs[k], ys[k]); pen = "L"; } else pen = "M"; }
    return d;
  };
  const name = `clip${++lineChart.count}`;
  let svg = `<svg width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">
    <clipPath id="${name}"><rect x="${left}" y="${top - 4}" width="${width - left - right + 5}" height="${height - top - bottom + 8}"/></clipPath>`;
  for (const value of log ? decades(low, high, 6) : ticks(low, high, 5)) {
    const y = Y(value).toFixed(1);
    svg += `<line x1="${left}" x2="${width - right}" y1="${y}" y2="${y}" stroke="${GRID}"/>
      <text x="${left - 6}" y="${+y + 4}" text-anchor="end">${general(value, 4)}</text>`;
  }
  for (const value of ticks(0, last, Math.min(6, last))) {
    svg += `<line x1="${X(value)}" x2="${X(value)}" y1="${top}" y2="${height - bottom}" stroke="${GRID}"/>
      <text x="${X(value)}" y="${height - bottom + 14}" text-anchor="middle">${value.toLocaleString("en")}</text>`;
  }
  svg += `<path d="M${left},${top}V${height - bottom}H${width - right}" fill="none" stroke="${QUIET}" stroke-width="0.8"/>
    <text x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">${escaped(xLabel)}</text>
    <text transform="translate(12 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>
    <g clip-path="url(#${name})">`;
  if (level && level.y >= low && level.y <= high) {
    svg += `<line x1="${left}" x2="${width - right}" y1="${Y(level.y)}" y2="${Y(level.y)}" stroke="${QUIET}" stroke-dasharray="6 4"/>
      <text x="${left + 4}" y="${Y(level.y) - 4}" fill="${QUIET}">${escaped(level.name)}</text>`;
  }
  for (const { look, low: bandLow, high: bandHigh, bandX } of series) {
    if (!bandLow) continue;
    const there = bandX.map((x, k) => [at(x, Math.max(bandLow[k], log ? low : -Infinity)), at(x, bandHigh[k])]);
    svg += `<path d="M${there.map(([a]) => a).join("L")}L${there.map(([, b]) => b).reverse().join("L")}Z" fill="${look.colour}" opacity="0.18"/>`;
  }
  for (const [k, { look, x, y }] of series.entries()) {
    svg += `<path d="${path(x, y)}" fill="none" stroke="${look.colour}" stroke-width="1.6" stroke-dasharray="${look.dash}"/>`;
    const every = Math.max(1, Math.ceil(x.length / markers));
    for (let i = Math.floor(every * k / series.length); i < x.length; i += every) if (inside(y[i])) svg += marker(look, X(x[i]), Y(y[i]));
  }
  if (cursor !== undefined) {
    svg += `<line x1="${X(cursor)}" x2="${X(cursor)}" y1="${top}" y2="${height - bottom}" stroke="${QUIET}"/>`;
    for (const { look, x, y } of series) {
      const i = x.indexOf(cursor);
      if (i >= 0 && inside(y[i])) svg += marker(look, X(cursor), Y(y[i]), 6, INK);
    }
  }
  element.innerHTML = `${svg}</g></svg>`;
  return (pixels) => Math.min(last, Math.max(0, Math.round((pixels - left) / (width - left - right) * last)));
}
lineChart.count = 0;
