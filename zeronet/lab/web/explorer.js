// What is done on the page, and what follows.

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
