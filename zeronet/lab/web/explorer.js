// The page: what is chosen (state), the paths that follow from it (paths), and how both are shown.
const get = (id) => document.getElementById(id);
const RACE = JSON.parse(get("race").textContent);
const FIRST = ["SGD", "Momentum", "AdaGrad", "RMSProp"];
const MOST_STEPS = 2000;
let state, paths = [], playing = null;

// ---- the state, and the link that holds it --------------------------------------------------------------------------

const landscape = () => LANDSCAPES[state.landscape];
const ownSettings = (kind) => ({
  ...Object.fromEntries(Object.entries(OPTIMIZERS[kind].settings).map(([name, { start }]) => [name, start])),
  lr: OPTIMIZERS[kind].rates[state.landscape],
});
const newRunner = (kind) => ({ kind, label: kind, settings: ownSettings(kind) });

function firstState() {
  const name = RACE.landscape in LANDSCAPES ? RACE.landscape : "valley";
  state = { landscape: name, start: [...(RACE.start || LANDSCAPES[name].start)], steps: RACE.steps || LANDSCAPES[name].steps };
  Object.assign(state, { step: 0, common: null, chosen: 0, axis: 0 });
  state.lang = RACE.lang || (navigator.language.startsWith("ja") ? "ja" : "en");
  state.runners = (RACE.runners || FIRST.map(newRunner)).map((runner) => ({ ...newRunner(runner.kind), ...runner }));
  state.step = state.steps;
}

// An optimizer as on the command line: [LABEL=]NAME[:key=value,…]
function spec(runner) {
  const own = ownSettings(runner.kind);
  const changed = Object.entries(runner.settings).filter(([name, value]) => name === "lr" || value !== own[name]);
  const label = runner.label === runner.kind ? "" : `${runner.label}=`;
  return `${label}${runner.kind}:${changed.map(([name, value]) => `${name}=${value}`).join(",")}`;
}

function readSpec(words) {
  const [, label, kind, settings = ""] = /^(?:([^:]*)=)?([^:=]+)(?::(.*))?$/s.exec(words) || [];
  if (!Object.hasOwn(OPTIMIZERS, kind)) return null;
  const runner = { ...newRunner(kind), label: label || kind };
  for (const [name, value] of settings.split(",").map((pair) => pair.split("="))) {
    if (name in runner.settings && allowed(kind, name, +value)) runner.settings[name] = +value;
  }
  return runner;
}

function link() {
  const parts = { l: state.landscape, s: state.start.join(","), n: state.steps, k: state.step, lang: state.lang };
  if (state.common !== null) parts.lr = state.common;
  if (state.chosen) parts.c = state.chosen;
  if (state.axis) parts.axis = state.axis;
  return `#${new URLSearchParams(parts)}&o=${state.runners.map((runner) => encodeURIComponent(spec(runner))).join(";")}`;
}

function readLink(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  if (!(parts.get("l") in LANDSCAPES)) return;
  state.landscape = parts.get("l");
  const start = (parts.get("s") || "").split(",").map(Number);
  state.start = start.length === 2 && start.every(Number.isFinite) ? start : [...landscape().start];
  const whole = (name, low, high, otherwise) => {
    const value = parts.has(name) ? Math.round(+parts.get(name)) : NaN;
    return value >= low && value <= high ? value : otherwise;
  };
  state.steps = whole("n", 1, MOST_STEPS, landscape().steps);
  state.step = whole("k", 0, state.steps, state.steps);
  state.axis = whole("axis", 0, 1, 0);
  state.common = +parts.get("lr") > 0 && Number.isFinite(+parts.get("lr")) ? +parts.get("lr") : null;
  if (["en", "ja"].includes(parts.get("lang"))) state.lang = parts.get("lang");
  const raw = /(?:^|&)o=([^&]*)/.exec(hash.replace(/^#/, ""));
  const runners = (raw ? raw[1].split(";") : []).map((words) => readSpec(decodeURIComponent(words))).filter(Boolean);
  state.runners = runners.length ? runners : FIRST.map(newRunner);
  state.chosen = whole("c", 0, state.runners.length - 1, 0);
}

// ---- settings -------------------------------------------------------------------------------------------------------

const RANGE = {
  "positive and finite": (x) => x > 0 && Number.isFinite(x),
  "at least 0 and finite": (x) => x >= 0 && Number.isFinite(x),
  "in [0, 1)": (x) => x >= 0 && x < 1,
  "in (0, 1)": (x) => x > 0 && x < 1,
  "greater than 1 and finite": (x) => x > 1 && Number.isFinite(x),
};
const allowed = (kind, name, value) => (RANGE[OPTIMIZERS[kind].settings[name].range] || Number.isFinite)(value);

const steps20 = (low, high) => Array.from({ length: 20 * (high - low) + 1 }, (_, k) => +(10 ** (low + k / 20)).toPrecision(2));
const hundredths = (low, high, every = 1) => Array.from({ length: Math.round((high - low) / every) + 1 }, (_, k) => +((low + k * every) / 100).toFixed(4));
// The values of a slider.
function choices(name, range) {
  if (name === "lr") return steps20(-4, 2);
  if (range === "in [0, 1)") return [...hundredths(0, 85, 5), ...hundredths(90, 98), 0.985, 0.99, 0.993, 0.995, 0.997, 0.999, 0.9995, 0.9999];
  if (range === "in (0, 1)") return hundredths(5, 95, 5);
  if (range === "greater than 1 and finite") return hundredths(105, 300, 5);
  if (range === "at least 0 and finite") return [0, ...steps20(name === "eps" ? -16 : -4, 1)];
  return steps20(-6, 3);
}
const nearest = (values, value) => values.reduce((best, each, k) => (Math.abs(each - value) < Math.abs(values[best] - value) ? k : best), 0);

// ---- computing ------------------------------------------------------------------------------------------------------

const settingsOf = (runner) => (state.common === null ? runner.settings : { ...runner.settings, lr: state.common });

function compute() {
  const used = {};
  paths = state.runners.map((runner) => {
    const looks = OPTIMIZERS[runner.kind].looks, count = used[runner.kind] = (used[runner.kind] ?? -1) + 1;
    const points = [...walk(landscape(), OPTIMIZERS[runner.kind], settingsOf(runner), state.start, state.steps)];
    return { runner, look: looks[count % looks.length], points };
  });
}

const heightOf = (point) => (landscape().lowest === null ? point.f : point.f - landscape().lowest);

function arrival(points) {
  let first = null;
  for (const point of points) {
    if (heightOf(point) >= ARRIVED) first = null;
    else first ??= point.step;
  }
  return points.length > state.steps ? first : null;
}

// ---- drawing --------------------------------------------------------------------------------------------------------

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

function showRest() {
  const lr = state.common === null ? "" : ` --lr ${state.common}`;
  const specs = state.runners.map((runner) => {
    const words = state.common === null ? spec(runner) : spec(runner).replace(/lr=[^,]*,?/, "").replace(/[:,]$/, "");
    return /[^\w:=.,+-]/.test(words) ? `'${words}'` : words;
  });
  get("command").textContent = `zeronet train --problem ${state.landscape} --optimizer ${specs.join(" ")}${lr} --start=${state.start.join(",")} --steps ${state.steps}`;
  clearTimeout(linking);
  linking = setTimeout(keepLink, 250);  // browsers refuse to change the address too often
}

let linking = null;

function keepLink() {
  try { history.replaceState(null, "", link()); } catch { /* a page inside another has no address of its own */ }
}

function say() {
  const parts = paths.map(({ runner, points }) => `${runner.label}: ${general(heightOf(points[Math.min(state.step, points.length - 1)]), 3)}`);
  get("status").textContent = `${text("update {step} of {steps}", { step: state.step, steps: state.steps })}; ${parts.join(", ")}`;
}

// Compute and show everything. settings: whether the sliders are made anew; not while one of them is dragged.
function update({ settings = true } = {}) {
  state.step = Math.min(state.step, state.steps);
  state.chosen = Math.min(state.chosen, state.runners.length - 1);
  compute();
  showChoices();
  if (settings) showSettings();
  showStep();
  showRest();
  say();
}

// ---- what is done on the page ---------------------------------------------------------------------------------------

function goTo(step) {
  state.step = Math.min(Math.max(step, 0), state.steps);
  showStep();
  showRest();
  if (!playing) say();
}

function stop() {
  clearInterval(playing);
  playing = null;
  get("play").textContent = "▶";
  get("play").setAttribute("aria-label", text("Play"));
}

function play() {
  if (playing) { stop(); say(); return; }
  if (state.step >= state.steps) state.step = 0;
  get("play").textContent = "❚❚";
  get("play").setAttribute("aria-label", text("Pause"));
  const every = Math.max(40, Math.min(400, 8000 / state.steps)), stride = Math.max(1, Math.round(state.steps * every / 20000));
  playing = setInterval(() => {
    goTo(state.step + stride);
    if (state.step >= state.steps) { stop(); say(); }
  }, every);
}

function moveStart(x, y) {
  const { domain: [[left, right], [low, high]] } = landscape(), round = (value, size) => +value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(size))));
  state.start = [round(Math.min(Math.max(x, left), right), right - left), round(Math.min(Math.max(y, low), high), high - low)];
  update({ settings: false });
}

function useLandscape(name) {
  state.landscape = name;
  Object.assign(state, { start: [...landscape().start], steps: landscape().steps });
  state.step = state.steps;
  for (const runner of state.runners) runner.settings.lr = OPTIMIZERS[runner.kind].rates[name];
  update();
}

function listen() {
  for (const name of Object.keys(LANDSCAPES)) get("landscape").add(new Option(name, name));
  get("landscape").onchange = (event) => useLandscape(event.target.value);
  get("reset").onclick = () => { state.common = null; useLandscape(state.landscape); };
  get("steps").onchange = (event) => {
    const value = Math.round(+event.target.value);
    if (value >= 1 && value <= MOST_STEPS) { const atEnd = state.step === state.steps; state.steps = value; if (atEnd) state.step = value; }
    update();
  };
  for (const [axis, id] of ["start-x", "start-y"].entries()) get(id).oninput = (event) => {
    if (event.target.value !== "" && Number.isFinite(+event.target.value)) { state.start[axis] = +event.target.value; update({ settings: false }); }
  };
  const position = (event) => { const box = get("plane").getBoundingClientRect(); return [plane.x(event.clientX - box.left), plane.y(event.clientY - box.top)]; };
  let dragging = false;
  get("plane").onpointerdown = (event) => { dragging = true; get("plane").setPointerCapture(event.pointerId); moveStart(...position(event)); };
  get("plane").onpointermove = (event) => { if (dragging) moveStart(...position(event)); };
  get("plane").onpointerup = get("plane").onpointercancel = () => { dragging = false; };
  get("plane").onkeydown = (event) => {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!direction) return;
    const size = (event.shiftKey ? 10 : 1) / 100;
    const [[left, right], [low, high]] = landscape().domain;
    moveStart(state.start[0] + direction[0] * size * (right - left), state.start[1] + direction[1] * size * (high - low));
    event.preventDefault();
  };
  get("first").onclick = () => { stop(); goTo(0); };
  get("back").onclick = () => { stop(); goTo(state.step - 1); };
  get("forward").onclick = () => { stop(); goTo(state.step + 1); };
  get("play").onclick = play;
  get("step").oninput = (event) => { stop(); goTo(+event.target.value); };
  for (const id of ["heights", "effective"]) get(id).onclick = (event) => { stop(); goTo(updateOf[id](event.clientX - get(id).getBoundingClientRect().left)); };
  get("list").onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const k = +button.dataset.k;
    if (button.className === "remove") { state.runners.splice(k, 1); if (state.chosen > k) state.chosen--; update(); return; }
    state.chosen = k;
    update();
    get("list").querySelectorAll("button.name")[k].focus();
  };
  get("add").onchange = (event) => {
    if (!event.target.value) return;
    const runner = newRunner(event.target.value), same = state.runners.filter(({ kind }) => kind === runner.kind).length;
    if (same) runner.label = `${runner.kind} ${same + 1}`;
    state.runners.push(runner);
    state.chosen = state.runners.length - 1;
    event.target.value = "";
    update();
  };
  get("common").onchange = (event) => { state.common = event.target.checked ? state.runners[state.chosen].settings.lr : null; update(); };
  get("settings").oninput = (event) => {
    const { setting: name } = event.target.dataset, runner = state.runners[state.chosen], { range } = OPTIMIZERS[runner.kind].settings[name];
    const slider = event.target.type === "range", value = slider ? choices(name, range)[+event.target.value] : +event.target.value;
    const valid = event.target.value !== "" && allowed(runner.kind, name, value);
    event.target.setAttribute("aria-invalid", !valid);
    event.target.setCustomValidity(valid ? "" : `${name}: ${range}`);
    if (!valid) return;
    if (name === "lr" && state.common !== null) state.common = value;
    else runner.settings[name] = value;
    const [range_, number] = event.target.closest("label").querySelectorAll("input");
    if (slider) number.value = value; else range_.value = nearest(choices(name, range), value);
    range_.setAttribute("aria-valuetext", value);
    update({ settings: false });
  };
  for (const radio of document.querySelectorAll('[name="axis"]')) radio.onchange = () => { state.axis = +radio.value; update({ settings: false }); };
  get("language").onclick = () => { state.lang = state.lang === "ja" ? "en" : "ja"; showLanguage(); };
  get("share").onclick = async () => {
    keepLink();
    try { await navigator.clipboard.writeText(location.href); get("share").textContent = text("Copied"); } catch { prompt(text("Copy link"), location.href); }
    setTimeout(() => { get("share").textContent = text("Copy link"); }, 1500);
  };
  addEventListener("hashchange", () => { readLink(location.hash); showLanguage(); });
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => { if (contentRect.width !== width) { width = contentRect.width; showStep(); } }).observe(get("explorer"));
}

function showLanguage() {
  speak(state.lang);
  document.title = `${text("Optimizers on a landscape")} – zeronet`;
  const kinds = Object.keys(OPTIMIZERS).map((kind) => `<option>${escaped(kind)}</option>`).join("");
  get("missing").textContent = text("Not here, since their rules need whole arrays: {names}.", { names: MISSING.join(", ") });
  get("add").innerHTML = `<option value="">${escaped(text("Add an optimizer"))}</option>${kinds}`;
  update();
}

firstState();
readLink(location.hash);
listen();
showLanguage();
