/* Unpacking, and the map. Names come from imported files: they are drawn as text only. */
const DATA = JSON.parse(document.getElementById("data").textContent);
const LANG = DATA.lang;
const STEPS = DATA.steps;
const $ = (id) => document.getElementById(id);

function say(key, values) {
  return DATA.texts[key].replace(/\{(\w+)\}/g, (whole, name) => values && name in values ? values[name] : whole);
}
function moment(step) {
  const hour = STEPS[step];
  return hour <= 0 ? say("at_shock_label") : say("after_label", { time: formatHours(hour, LANG) });
}
function bytesOf(text) {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
function wordsOf(text) {
  const bytes = bytesOf(text), words = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < words.length; i++) words[i] = bytes[2 * i] | bytes[2 * i + 1] << 8;
  return words;
}
/* Rows of bytes from half-byte changes; the code is told in pack.py. */
function unpackRows(text, rows, columns) {
  const bytes = bytesOf(text), out = new Uint8Array(rows * columns);
  let at = 0;
  const next = () => { const b = bytes[at >> 1]; return at++ & 1 ? b & 15 : b >> 4; };
  for (let row = 0; row < rows; row++) {
    let value = 0, column = 0;
    const base = row * columns;
    while (column < columns) {
      const code = next();
      let still = 0;
      if (code < 13) value += code - 6;
      else if (code === 13) value = next() << 4 | next();
      else if (code === 14) still = next() + 2;
      else still = ((next() << 4 | next()) + 1) * 16;
      if (still) { out.fill(value, base + column, base + column + still); column += still; }
      else out[base + column++] = value;
    }
  }
  return out;
}

const CURVES = { shares: wordsOf(DATA.curves.shares), stats: DATA.curves.stats.length, regions: DATA.curves.regions.length };
function curveShare(lifeline, region, stat, step) {
  const at = ((lifeline * CURVES.regions + region) * CURVES.stats + stat) * STEPS.length + step;
  return CURVES.shares[at] / 65535;
}
const MEAN = DATA.curves.stats.indexOf("mean");

const CLASSES = [[0, "0"], [10, "0–5%"], [20, "5–10%"], [50, "10–25%"], [100, "25–50%"], [150, "50–75%"], [200, "75–100%"]];
const NOBODY = 255;
const state = { lifeline: 0, step: 0, chosen: -1, playing: 0, listeners: [] };

const map = (() => {
  const M = DATA.map, canvas = $("map-canvas"), box = canvas.parentElement, ctx = canvas.getContext("2d");
  const probe = make("canvas").getContext("2d");
  const view = { scale: 1, x: 0, y: 0, fit: 1 };
  const peopleRow = (k) => M.people[Math.min(k, M.people.length - 1)];
  const most = Math.max(1, ...peopleRow(0).slice(0, 50000));
  const cell = M.placeless ? Math.max(M.width, 4096) / Math.max(12, Math.ceil(Math.sqrt(M.placeless * 4))) : Infinity;
  const largest = Math.min(0.014 * Math.max(M.width, M.height), 0.42 * cell);
  const zones = M.outlines.map((rings, i) => zoneOf(rings, Math.max(largest * Math.sqrt(peopleRow(0)[i] / most), largest * 0.3)));
  const regions = M.regions.map((r) => Object.assign(zoneOf(r.outline.filter((ring) => ring.length > 2), 0), { name: r.name, at: r.at }));
  const bottom = M.whole ? M.height : zones.reduce((low, z) => Math.max(low, z.box[3]), M.height);
  let without = null, dots = [], shown = [], lines = null, colours = {}, pattern = null, waiting = false, marks = [];

  function zoneOf(rings, radius) {
    const path = new Path2D(), box = [Infinity, Infinity, -Infinity, -Infinity];
    const grow = (x, y, r) => {
      box[0] = Math.min(box[0], x - r); box[1] = Math.min(box[1], y - r);
      box[2] = Math.max(box[2], x + r); box[3] = Math.max(box[3], y + r);
    };
    for (const ring of rings) {
      let x = ring[0], y = ring[1];
      if (ring.length === 2) { path.arc(x, y, radius, 0, 2 * Math.PI); grow(x, y, radius); continue; }
      path.moveTo(x, y); grow(x, y, 0);
      for (let i = 2; i < ring.length; i += 2) { x += ring[i]; y += ring[i + 1]; path.lineTo(x, y); grow(x, y, 0); }
      path.closePath();
    }
    return { path, box };
  }
  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "nobody", "line", "border", "network", "ink", "paper", "soft", "card"]) {
      colours[name] = style.getPropertyValue("--" + name).trim();
    }
    const tile = make("canvas"), t = tile.getContext("2d");
    tile.width = tile.height = 8;
    t.fillStyle = colours.nobody; t.fillRect(0, 0, 8, 8);
    t.strokeStyle = colours.line; t.beginPath(); t.moveTo(-2, 10); t.lineTo(10, -2); t.stroke();
    pattern = ctx.createPattern(tile, "repeat");
  }
  function load() {
    without = unpackRows(M.without[state.lifeline], zones.length, STEPS.length);
    const ends = wordsOf(M.links[state.lifeline]);
    lines = new Path2D();
    for (let i = 0; i < ends.length; i += 4) { lines.moveTo(ends[i], ends[i + 1]); lines.lineTo(ends[i + 2], ends[i + 3]); }
    if (M.dots) loadDots(state.lifeline);
  }
  function loadDots(k) {
    const at = wordsOf(M.dots.at[k]);
    dots = M.dots.class[k].map((c, i) => ({ x: at[2 * i], y: at[2 * i + 1], c, name: M.dots.names[k][i], outage: M.dots.outage_h[k][i] }));
  }
  function codeAt(zone, step) { return without[zone * STEPS.length + step]; }
  function classOf(code) {
    if (code === NOBODY) return 7;
    for (let c = 0; c < CLASSES.length; c++) if (code <= CLASSES[c][0]) return c;
    return 6;
  }
  function fit() {
    const w = box.clientWidth, h = box.clientHeight, pad = 14;
    view.fit = view.scale = Math.min((w - 2 * pad) / M.width, (h - 2 * pad - 24) / bottom);
    view.x = (w - M.width * view.scale) / 2;
    view.y = (h - 24 - bottom * view.scale) / 2;
  }
  function resize() {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.clientWidth * ratio);
    canvas.height = Math.round(box.clientHeight * ratio);
    fit(); draw();
  }
  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  }
  function paint() {
    const ratio = canvas.width / Math.max(box.clientWidth, 1), s = view.scale;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    ctx.setTransform(ratio * s, 0, 0, ratio * s, ratio * view.x, ratio * view.y);
    if (!M.whole) fill(s);
    if ($("map-lines").checked) { ctx.strokeStyle = colours.network; ctx.lineWidth = 0.9 / s; ctx.stroke(lines); }
    ctx.strokeStyle = colours.soft; ctx.lineWidth = 1.3 / s;
    if (M.whole) ctx.setLineDash([5 / s, 4 / s]);
    for (const region of regions) ctx.stroke(region.path);
    ctx.setLineDash([]);
    if (state.chosen >= 0 && !M.whole) { ctx.strokeStyle = colours.ink; ctx.lineWidth = 3 / s; ctx.stroke(zones[state.chosen].path); }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    points();
    if (!M.whole) names();
    weak(); rulers();
  }
  function fill(s) {
    const groups = Array.from({ length: 8 }, () => []);
    for (let z = 0; z < zones.length; z++) groups[classOf(codeAt(z, state.step))].push(z);
    ctx.lineWidth = 0.7 / s; ctx.strokeStyle = colours.border; ctx.lineJoin = "round";
    groups.forEach((group, c) => {
      ctx.fillStyle = c === 7 ? pattern : colours["c" + c];
      for (const z of group) { if (!dotted()) ctx.fill(zones[z].path, "evenodd"); ctx.stroke(zones[z].path); }
    });
  }
  /* Dots and zones share their colours, so they are never shown together. */
  function dotted() { return M.dots && $("map-dots").checked; }
  function points() {
    shown = [];
    if (!dotted()) return;
    const many = dots.length > 2000, size = many ? 1.8 : 3.2, w = box.clientWidth, h = box.clientHeight;
    ctx.lineWidth = 0.5; ctx.strokeStyle = colours.soft;
    for (const dot of dots) {
      const x = dot.x * view.scale + view.x, y = dot.y * view.scale + view.y, r = dot.c ? size + dot.c * 0.25 : size * 0.7;
      if (x < -9 || y < -9 || x > w + 9 || y > h + 9) continue;
      ctx.beginPath(); ctx.arc(x, y, r, 0, 2 * Math.PI);
      ctx.fillStyle = colours["c" + dot.c]; ctx.fill();
      if (!many || dot.c < 2) ctx.stroke();
      shown.push({ x, y, dot });
    }
  }
  function names() {
    ctx.font = "600 13px " + getComputedStyle(document.body).fontFamily;
    ctx.textAlign = "center"; ctx.textBaseline = "middle";
    const taken = [];
    for (const region of regions) {
      if (region.at) halo(region.name, region.at[0] * view.scale + view.x, region.at[1] * view.scale + view.y, taken);
    }
    if (M.placeless) {
      ctx.textAlign = "left";
      halo(say("placeless_title", { n: M.placeless }), view.x + 4, (M.height + cell * 0.45) * view.scale + view.y, taken, 80);
    }
  }
  function halo(text, x, y, taken, most = 24) {
    const short = text.length > most ? text.slice(0, most - 1) + "…" : text, half = ctx.measureText(short).width / 2;
    if (taken.some((b) => Math.abs(b[0] - x) < b[2] + half + 4 && Math.abs(b[1] - y) < 16)) return;
    taken.push([x, y, half]);
    ctx.lineWidth = 3.5; ctx.lineJoin = "round"; ctx.strokeStyle = colours.card; ctx.fillStyle = colours.ink;
    ctx.strokeText(short, x, y); ctx.fillText(short, x, y);
  }
  function weak() {
    marks = [];
    if (!$("map-marks").checked) return;
    const own = $("map-own").checked, line = DATA.lifelines[state.lifeline].id;
    ctx.font = "700 11px system-ui, sans-serif"; ctx.textAlign = "center"; ctx.textBaseline = "middle";
    for (let i = M.weak.length - 1; i >= 0; i--) {
      const link = M.weak[i];
      if (own && link.lifeline !== line) continue;
      const x = link.at[0] * view.scale + view.x, y = link.at[1] * view.scale + view.y;
      ctx.beginPath(); ctx.arc(x, y, 9.5, 0, 2 * Math.PI);
      ctx.fillStyle = colours.ink; ctx.fill();
      ctx.lineWidth = 1.5; ctx.strokeStyle = colours.card; ctx.stroke();
      ctx.fillStyle = colours.paper; ctx.fillText(String(link.number), x, y + 0.5);
      marks.push({ x, y, link });
    }
  }
  function rulers() {
    const metres = M.unit_m / view.scale * 120;
    const power = 10 ** Math.floor(Math.log10(metres));
    const nice = [5, 2, 1].find((n) => n * power <= metres) * power, px = nice / M.unit_m * view.scale;
    const x = 14, y = box.clientHeight - 14;
    ctx.lineWidth = 2; ctx.strokeStyle = colours.ink;
    ctx.beginPath(); ctx.moveTo(x, y - 5); ctx.lineTo(x, y); ctx.lineTo(x + px, y); ctx.lineTo(x + px, y - 5); ctx.stroke();
    ctx.font = "12px system-ui, sans-serif"; ctx.textAlign = "left"; ctx.textBaseline = "alphabetic"; 
    halo(nice >= 1000 ? say("kilometres", { n: nice / 1000 }) : say("metres", { n: nice }), x + px + 6, y, []);
    ctx.textAlign = "center";
    halo(say("north"), 22, 42, []);
    ctx.fillStyle = colours.ink; ctx.beginPath(); ctx.moveTo(22, 10); ctx.lineTo(28, 30); ctx.lineTo(22, 26); ctx.lineTo(16, 30); ctx.fill();
  }
  function at(x, y) {
    const mark = marks.findLast ? marks.findLast(near) : marks.slice().reverse().find(near);
    function near(m) { return (m.x - x) ** 2 + (m.y - y) ** 2 <= 130; }
    let dot = null, best = 64;
    for (const one of shown) {
      const far = (one.x - x) ** 2 + (one.y - y) ** 2;
      if (far <= best) { best = far; dot = one.dot; }
    }
    const wx = (x - view.x) / view.scale, wy = (y - view.y) / view.scale;
    const zone = zones.findIndex((z) => wx >= z.box[0] && wx <= z.box[2] && wy >= z.box[1] && wy <= z.box[3] && probe.isPointInPath(z.path, wx, wy, "evenodd"));
    return { mark: mark && mark.link, dot, zone };
  }
  function zoom(factor, x = box.clientWidth / 2, y = box.clientHeight / 2) {
    const scale = Math.min(Math.max(view.scale * factor, view.fit * 0.8), view.fit * 60), f = scale / view.scale;
    view.x = x - (x - view.x) * f; view.y = y - (y - view.y) * f; view.scale = scale;
    draw();
  }
  function pan(dx, dy) { view.x += dx; view.y += dy; draw(); }
  function goTo(number) {
    const link = M.weak.find((w) => w.number === number);
    if (!link) return false;
    $("map-marks").checked = true; $("map-own").checked = false;
    view.scale = view.fit * 4;
    view.x = box.clientWidth / 2 - link.at[0] * view.scale; view.y = box.clientHeight / 2 - link.at[1] * view.scale;
    draw();
    return true;
  }
  return { M, canvas, box, zones, view, load, draw, fit, resize, readColours, codeAt, peopleRow, at, zoom, pan, goTo };
})();
