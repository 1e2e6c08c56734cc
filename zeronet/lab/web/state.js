// What is chosen (state), the link that holds it, and the paths that follow from it.
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
