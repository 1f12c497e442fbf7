"use strict";
/* Numbers as people read them; numbers.py says the same. */
const DASH = "–";
const SCALES = { zh: [[1e8, "亿"], [1e4, "万"]], en: [[1e9, " billion"], [1e6, " million"]] };
const UNITS = { zh: ["分钟", "小时", "天"], en: [" min", " h", " days"] };

function rounded(value, places) {
  const factor = 10 ** Math.abs(places);
  return places >= 0 ? Math.floor(value * factor + 0.5) / factor
    : Math.floor(value / factor + 0.5) * factor;
}
function plain(value, places) {
  const text = rounded(value, places).toFixed(places);
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}
function grouped(value, lang) {
  const text = value.toFixed(0);
  return lang === "zh" ? text : text.replace(/\B(?=(\d{3})+$)/g, ",");
}
function threeFigures(value, lang) {
  if (value >= 999.5) return grouped(rounded(value, 0), lang);
  return plain(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}
function formatCount(value, lang) {
  if (value === null || !Number.isFinite(value)) return DASH;
  if (value < 0) return value <= -0.5 ? "−" + formatCount(-value, lang) : "0";
  if (value > 0 && value < 0.5) return "<1";
  let whole = rounded(value, 0);
  for (const [scale, word] of SCALES[lang]) {
    if (whole >= scale) return threeFigures(value / scale, lang) + word;
  }
  if (whole >= 10000) whole = rounded(value, 2 - Math.floor(Math.log10(whole)));
  return grouped(whole, lang);
}
function formatShare(value) {
  if (value === null || !Number.isFinite(value)) return DASH;
  const percent = Math.min(Math.max(value, 0), 1) * 100;
  if (percent > 0 && percent < 0.1) return "<0.1%";
  if (percent >= 99.5 && percent < 100) return ">99%";
  return plain(percent, percent < 9.95 ? 1 : 0) + "%";
}
function formatHours(value, lang) {
  if (value === null || !Number.isFinite(value)) return DASH;
  const [minute, hour, day] = UNITS[lang];
  if (value > 0 && value < 1 - 1 / 120) return plain(Math.max(value * 60, 1), 0) + minute;
  if (value < 48) return plain(value, value < 9.95 ? 1 : 0) + hour;
  return plain(value / 24, 1) + day;
}
