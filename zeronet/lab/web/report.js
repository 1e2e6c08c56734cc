// The curves of a comparison: which are shown, on which axis, and their values at one update.
const get = (id) => document.getElementById(id);
const DATA = JSON.parse(get("data").textContent);
const hidden = new Set();
let cursor = DATA.last;
const charts = DATA.charts.map((chart) => {
  const section = document.createElement("div"), element = document.createElement("div");
  section.innerHTML = `<h2>${escaped(chart.name)}</h2>`;
  element.className = "paper chart";
  section.append(element);
  get("charts").append(section);
  return { ...chart, element };
});

// The last point of a curve at or before an update.
function valueAt({ x, y }, update) {
  let low = 0, high = x.length;
  while (low < high) { const middle = (low + high) >> 1; if (x[middle] <= update) low = middle + 1; else high = middle; }
  return low ? y[low - 1] : null;
}

function draw() {
  for (const chart of charts) {
    const shown = chart.series.filter(({ label }) => !hidden.has(label)).map((series) => ({
      ...series, look: DATA.looks[series.label], ...(get("bands").checked ? {} : { low: undefined }),
    }));
    const log = chart.loss && get("log").checked;
    chart.update = lineChart(chart.element, {
      series: shown, last: DATA.last, log, yLabel: chart.name, xLabel: text("update"), label: chart.name, height: 320, cursor,
      limits: log || !chart.limits ? undefined : chart.limits, level: chart.level, markers: 12,
    });
  }
  get("cursor").value = cursor;
  get("where").textContent = cursor.toLocaleString("en");
  const head = charts.map(({ name }) => `<th class="number">${escaped(name)}</th>`).join("");
  const rows = Object.keys(DATA.looks).filter((label) => !hidden.has(label)).map((label) => {
    const cells = charts.map(({ series }) => {
      const own = series.find((each) => each.label === label), value = own ? valueAt(own, cursor) : null;
      return `<td class="number">${value === null ? "–" : general(value, 4)}</td>`;
    });
    return `<tr><th scope="row">${escaped(label)}</th>${cells.join("")}</tr>`;
  });
  get("values").innerHTML = `<thead><tr><th>${escaped(text("update {step}", { step: cursor.toLocaleString("en") }))}</th>${head}</tr></thead><tbody>${rows.join("")}</tbody>`;
}

speak(DATA.lang);
get("cursor").max = DATA.last;
get("cursor").setAttribute("aria-label", text("update"));
get("legend").innerHTML = Object.entries(DATA.looks).map(([label, look], k) => `<label>
  <input type="checkbox" checked data-k="${k}"> ${swatch(look)} ${escaped(look.entry)}</label>`).join("");
get("legend").onchange = (event) => {
  const label = Object.keys(DATA.looks)[event.target.dataset.k];
  if (event.target.checked) hidden.delete(label); else hidden.add(label);
  draw();
};
get("log").onchange = get("bands").onchange = draw;
get("cursor").oninput = (event) => { cursor = +event.target.value; draw(); };
for (const { element } of charts) {
  const point = (event) => { const chart = charts.find((each) => each.element === element); cursor = chart.update(event.clientX - element.getBoundingClientRect().left); draw(); };
  element.onclick = point;
  element.onpointermove = (event) => { if (event.pointerType === "mouse") point(event); };
}
let width = 0;
new ResizeObserver(([{ contentRect }]) => { if (contentRect.width !== width) { width = contentRect.width; draw(); } }).observe(get("charts"));
