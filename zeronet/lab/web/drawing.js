// How state and paths are shown.

const GRID_SIZE = 121;
let ground = {};  // of the landscape that is shown: contours as paths, and the shades between them as a picture

function groundOf(name) {
  if (ground.name === name) return ground;
  const { domain: [[left, right], [low, high]], contours, f } = LANDSCAPES[name], n = GRID_SIZE;
  const z = Array.from({ length: n }, (_, j) => Array.from({ length: n }, (_, i) => f(left + (right - left) * i / (n - 1), high - (high - low) * j / (n - 1))));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = n;
  const context = canvas.getContext("2d"), picture = context.createImageData(n, n);
  for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) {
    const share = contours.filter((level) => level < z[j][i]).length / Math.max(1, contours.length);
    picture.data.set([255 - 35 * share, 255 - 28 * share, 255 - 21 * share, 255], 4 * (j * n + i));
  }
  context.putImageData(picture, 0, 0);
  const lines = contours.map((level) => {
    let d = "";
    for (let j = 0; j < n - 1; j++) for (let i = 0; i < n - 1; i++) {
      const corners = [[i, j, z[j][i]], [i + 1, j, z[j][i + 1]], [i + 1, j + 1, z[j + 1][i + 1]], [i, j + 1, z[j + 1][i]]];
      const cuts = [];
      for (let k = 0; k < 4; k++) {
        const [x1, y1, a] = corners[k], [x2, y2, b] = corners[(k + 1) % 4];
        if ((a < level) !== (b < level)) { const t = (level - a) / (b - a); cuts.push(`${(x1 + t * (x2 - x1)).toFixed(2)},${(y1 + t * (y2 - y1)).toFixed(2)}`); }
      }
      for (let k = 0; k + 1 < cuts.length; k += 2) d += `M${cuts[k]}L${cuts[k + 1]}`;
    }
    return d;
  });
  ground = { name, picture: canvas.toDataURL(), lines: lines.join("") };
  return ground;
}

let plane = {};  // from the domain to pixels and back

function drawPlane() {
  const { domain: [[left, right], [low, high]], minima } = landscape(), { picture, lines } = groundOf(state.landscape);
  const width = Math.max(260, get("plane").clientWidth), m = { left: 44, right: 8, top: 8, bottom: 34 };
  const across = width - m.left - m.right, up = across * (high - low) / (right - left), height = up + m.top + m.bottom;
  const X = (x) => m.left + across * (x - left) / (right - left), Y = (y) => m.top + up * (high - y) / (high - low);
  plane = { x: (px) => left + (px - m.left) / across * (right - left), y: (py) => high - (py - m.top) / up * (high - low) };
  const place = ([x, y]) => [Math.min(Math.max(X(x), -3000), 5000), Math.min(Math.max(Y(y), -3000), 5000)];
  let svg = `<svg width="${width}" height="${height.toFixed(1)}"><clipPath id="window"><rect x="${m.left}" y="${m.top}" width="${across}" height="${up}"/></clipPath>
    <image href="${picture}" x="${m.left}" y="${m.top}" width="${across}" height="${up}" preserveAspectRatio="none"/>
    <g transform="translate(${m.left} ${m.top}) scale(${across / (GRID_SIZE - 1)} ${up / (GRID_SIZE - 1)})"><path d="${lines}" fill="none" stroke="#8C8C8C" stroke-width="0.6" vector-effect="non-scaling-stroke"/></g>`;
  for (const value of ticks(left, right, 6)) svg += `<text x="${X(value)}" y="${height - m.bottom + 15}" text-anchor="middle">${general(value, 4)}</text>`;
  for (const value of ticks(low, high, 6)) svg += `<text x="${m.left - 6}" y="${Y(value) + 4}" text-anchor="end">${general(value, 4)}</text>`;
  svg += `<text x="${m.left + across / 2}" y="${height - 4}" text-anchor="middle">x</text><text x="10" y="${m.top + up / 2}" text-anchor="middle">y</text>
    <rect x="${m.left}" y="${m.top}" width="${across}" height="${up}" fill="none" stroke="${QUIET}" stroke-width="0.8"/><g clip-path="url(#window)">`;
  for (const [x, y] of minima) svg += `<path d="M${X(x) - 7},${Y(y)}h14M${X(x)},${Y(y) - 7}v14" stroke="${INK}" stroke-width="2"/>`;
  for (const { look, points } of paths) {
    const so_far = points.slice(0, state.step + 1).map((point) => place(point.place));
    svg += `<path d="M${so_far.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}" fill="none" stroke="${look.colour}" stroke-width="1.8" stroke-dasharray="${look.dash}"/>`;
    const every = Math.max(1, Math.ceil(so_far.length / 60));
    for (let i = 0; i < so_far.length; i += every) svg += marker(look, ...so_far[i], 3.6);
  }
  for (const { look, points } of paths) svg += marker(look, ...place(points[Math.min(state.step, points.length - 1)].place), 7, INK);
  const [x, y] = place(state.start);
  svg += `<g class="start"><circle cx="${x}" cy="${y}" r="22" fill="transparent"/><circle cx="${x}" cy="${y}" r="8" fill="none" stroke="#FFFFFF" stroke-width="5"/><circle cx="${x}" cy="${y}" r="8" fill="none" stroke="${INK}" stroke-width="2"/></g>`;
  get("plane").innerHTML = `${svg}</g></svg>`;
}

const updateOf = {};

function drawCurves() {
  const { lowest } = landscape();
  const name = lowest === null ? "f" : "f − f_min";
  const common = { last: state.steps, xLabel: text("update"), cursor: state.step, height: 210 };
  const heights = paths.map(({ runner, look, points }) => ({ label: runner.label, look, x: points.map((point) => point.step), y: points.map((point) => Math.max(heightOf(point), lowest === null ? -Infinity : 1e-300)) }));
  updateOf.heights = lineChart(get("heights"), {
    ...common, series: heights, log: lowest !== null, yLabel: name, label: text("Height against the update"),
    limits: heightLimits(heights), level: lowest === null ? undefined : { y: ARRIVED, name: String(ARRIVED) },
  });
  const steps = paths.filter(({ points }) => points.some((point) => point.effective)).map(({ runner, look, points }) => {
    const known = points.filter((point) => point.effective);
    return { label: runner.label, look, x: known.map((point) => point.step), y: known.map((point) => point.effective[state.axis]) };
  });
  updateOf.effective = lineChart(get("effective"), { ...common, series: steps, log: true, yLabel: `r (${"xy"[state.axis]})`, label: text("Effective step r, where w ← w − r g"), height: 170 });
}

// As in the figures: what matters is visible, even if a path leaves for infinity.
function heightLimits(series) {
  const { lowest } = landscape(), first = heightOf(paths[0].points[0]);
  const all = series.flatMap(({ y }) => y);
  if (lowest === null) {
    const far = 20 * Math.max(1, Math.abs(first));
    const low = Math.max(Math.min(...all), first - far), high = Math.max(...all.filter((f) => f <= Math.abs(first) + far));
    const room = 0.05 * (high - low) || 1;
    return [low - room, high + room];
  }
  const bottom = Math.max(1e-9, 0.3 * Math.min(...all));
  const top = 3 * Math.min(Math.max(...series.map(({ y }) => Math.max(...y))), 1e4 * Math.max(first, ARRIVED));
  return [Math.min(bottom, ARRIVED / 3), top];
}

function showNumbers() {
  const { runner, points } = paths[state.chosen], { equation, states } = OPTIMIZERS[runner.kind];
  const step = Math.min(Math.max(state.step, 1), points.length - 1), point = points[step], before = points[step - 1];
  const settings = Object.entries(settingsOf(runner)).map(([name, value]) => `${name}=${value}`).join(", ");
  get("numbers-name").textContent = `${runner.label === runner.kind ? "" : `${runner.label} = `}${runner.kind}(${settings})`;
  get("equation").textContent = equation.join("\n");
  const rows = [];
  if (step) {
    rows.push(["g", point.gradient]);
    states.forEach((name, i) => {
      rows.push([text("  {name} before", { name }), before.states.map((values) => values[i])]);
      rows.push([text("  {name} after", { name }), point.states.map((values) => values[i])]);
    });
    if (point.effective) rows.push([text("effective step r"), point.effective]);
    rows.push(["Δw", point.w.map((value, axis) => value - before.w[axis])], ["w", point.w]);
  } else {
    rows.push(["w", point ? point.w : state.start]);
  }
  const stopped = points.length <= state.steps && state.step >= points.length;
  const title = stopped ? text("update {step} leaves for infinity", { step: points.length }) : text("update {step}", { step });
  get("explained").innerHTML = `<thead><tr><th>${escaped(title)}</th><th class="number">x</th><th class="number">y</th></tr></thead><tbody>${rows
    .map(([name, values]) => `<tr><th scope="row">${escaped(name.trim())}</th>${values.map((value) => `<td class="number">${general(value)}</td>`).join("")}</tr>`).join("")}</tbody>`;
}

function showList() {
  const { lowest } = landscape();
  get("height-name").textContent = lowest === null ? "f" : "f − f_min";
  get("arrival-name").textContent = lowest === null ? "" : text("updates to {target}", { target: ARRIVED });
  get("list").innerHTML = paths.map(({ runner, look, points }, k) => {
    const point = points[Math.min(state.step, points.length - 1)], ended = points.length <= Math.min(state.step, state.steps);
    const arrived = lowest === null ? "" : arrival(points) ?? "–";
    return `<tr class="${k === state.chosen ? "chosen" : ""}"><td><button class="name" data-k="${k}" aria-pressed="${k === state.chosen}">${swatch(look)}<span>${escaped(runner.label)}</span></button></td>
      <td class="number">${general(settingsOf(runner).lr, 4)}</td><td class="number">${ended ? escaped(text("diverged")) : general(heightOf(point), 3)}</td><td class="number">${arrived}</td>
      <td class="number"><button class="remove" data-k="${k}" aria-label="${escaped(text("remove {name}", { name: runner.label }))}" ${paths.length === 1 ? "disabled" : ""}>×</button></td></tr>`;
  }).join("");
}

function showSettings() {
  const runner = state.runners[state.chosen], settings = settingsOf(runner);
  get("settings-name").textContent = text("settings of {name}", { name: runner.label });
  get("settings").innerHTML = Object.entries(OPTIMIZERS[runner.kind].settings).map(([name, { range }]) => {
    const values = choices(name, range), shown = name === "lr" && state.common !== null ? text("lr of all") : name;
    return `<label><span>${escaped(shown)}</span><input type="range" min="0" max="${values.length - 1}" value="${nearest(values, settings[name])}" data-setting="${name}" aria-label="${escaped(shown)}" aria-valuetext="${settings[name]}">
      <input type="number" step="any" value="${settings[name]}" data-setting="${name}" aria-label="${escaped(shown)}"></label>`;
  }).join("");
}

function showChoices() {
  get("stage-name").textContent = `f = ${landscape().equation}`;
  get("landscape").value = state.landscape;
  if (document.activeElement !== get("start-x")) get("start-x").value = +state.start[0].toPrecision(6);
  if (document.activeElement !== get("start-y")) get("start-y").value = +state.start[1].toPrecision(6);
  get("steps").value = state.steps;
  get("step").max = state.steps;
  get("common").checked = state.common !== null;
  document.querySelector(`[name="axis"][value="${state.axis}"]`).checked = true;
  get("note").textContent = landscape().exact ? "" : text("cos, sin and exp are the browser's: the last digits may differ from Python's.");
  get("language").textContent = state.lang === "ja" ? "English" : "日本語";
  get("language").lang = state.lang === "ja" ? "en" : "ja";
}

function showStep() {
  get("step").value = state.step;
  get("step-words").textContent = `${state.step} / ${state.steps}`;
  get("step").setAttribute("aria-valuetext", text("update {step} of {steps}", { step: state.step, steps: state.steps }));
  drawPlane();
  drawCurves();
  showList();
  showNumbers();
}
