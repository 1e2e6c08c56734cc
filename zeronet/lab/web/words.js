// The language of the page, and numbers as Python writes them.
let language = "en";
const text = (english, values = {}) =>
  (language === "ja" && JAPANESE[english] || english).replace(/\{(\w+)\}/g, (_, name) => values[name]);
function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
  }
}
const escaped = (words) => String(words).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
// Python's f"{value:.7g}"
function general(value, digits = 7) {
  if (!Number.isFinite(value) || value === 0) return String(value).replace("Infinity", "inf");
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const trimmed = (number) => (number.includes(".") ? number.replace(/\.?0+$/, "") : number);
  if (exponent < -4 || exponent >= digits) {
    return `${trimmed(mantissa)}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }
  return trimmed(value.toFixed(digits - 1 - exponent));
}
