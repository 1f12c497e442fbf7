/* Controls, tables, start. */
function setStep(step) {
  state.step = Math.min(Math.max(step, 0), STEPS.length - 1);
  $("map-time").value = state.step;
  refresh();
}
function refresh() {
  const k = state.lifeline, when = moment(state.step), gone = DATA.curves.gone[k][state.step], all = DATA.curves.people[k][0];
  $("map-when").textContent = when;
  $("map-time").setAttribute("aria-valuetext", when);
  $("map-status").textContent = say("status", {
    when, lifeline: DATA.lifelines[k].name, share: formatShare(gone / all), people: formatCount(gone, LANG),
  });
  map.draw(); details();
  for (const tell of state.listeners) tell();
}
function setLifeline(k) { state.lifeline = k; $("map-lifeline").value = k; map.load(); refresh(); }

function share(code) { return code === NOBODY ? null : code / 200; }
function zoneText(zone) {
  const M = map.M, code = map.codeAt(zone, state.step), lifeline = DATA.lifelines[state.lifeline].name;
  const people = map.peopleRow(state.lifeline)[zone], lines = [M.names[zone], say("tip_people", { people: formatCount(people, LANG) })];
  lines.push(code === NOBODY ? say("tip_nobody", { lifeline })
    : say("tip_without", { lifeline, share: formatShare(share(code)), people: formatCount(share(code) * people, LANG) }));
  if (M.region[zone]) lines[0] += " · " + DATA.curves.regions[M.region[zone]];
  return lines.join("\n");
}
/* The same people hang on every lifeline, while each facility is of one. */
function allOf(zone) {
  if (DATA.unit === "people") return map.peopleRow(0)[zone];
  return DATA.lifelines.reduce((sum, _, k) => sum + map.peopleRow(k)[zone], 0);
}
const unpacked = [];
function details() {
  const zone = state.chosen, M = map.M;
  if (zone < 0) return;
  const table = make("table"), head = make("tr"), body = make("tbody");
  head.append(make("th", ""), make("th", say("details_now")), make("th", say("details_outage")));
  DATA.lifelines.forEach((line, k) => {
    unpacked[k] ??= unpackRows(M.without[k], map.zones.length, STEPS.length);
    const code = unpacked[k][zone * STEPS.length + state.step], row = make("tr");
    const gone = M.whole ? DATA.curves.gone[k][state.step] / DATA.curves.people[k][0] : share(code);
    row.append(make("th", line.name), make("td", code === NOBODY ? say("nobody") : formatShare(gone)), make("td", formatHours(M.outage_h[k][zone], LANG)));
    body.append(row);
  });
  table.append(head, body);
  const title = make("p"); title.append(make("b", M.names[zone]));
  if (M.region[zone] && !M.whole) title.append(" · " + DATA.curves.regions[M.region[zone]]);
  title.append(make("br"), say("tip_people", { people: formatCount(allOf(zone), LANG) }));
  $("map-details").replaceChildren(title, table);
}
function tip(x, y) {
  const found = map.at(x, y), node = $("map-tip"), M = map.M;
  const lines = [];
  if (found.mark) {
    lines.push(say("tip_weak", { number: found.mark.number }) + " · " + found.mark.name);
    lines.push(say("tip_n1", { people: formatCount(found.mark.n1_people, LANG) }));
  } else if (found.dot) lines.push(say("tip_dot", { name: found.dot.name, time: formatHours(found.dot.outage, LANG) }));
  else if (found.zone >= 0 && !M.whole) lines.push(zoneText(found.zone));
  node.hidden = !lines.length;
  node.textContent = lines.join("\n");
  if (node.hidden) return;
  node.style.left = Math.max(0, Math.min(x + 14, map.box.clientWidth - node.offsetWidth - 6)) + "px";
  node.style.top = Math.max(0, Math.min(y + 14, map.box.clientHeight - node.offsetHeight - 6)) + "px";
}
function play(on) {
  clearInterval(state.playing);
  state.playing = 0;
  $("map-status").setAttribute("aria-live", on ? "off" : "polite");
  if (on) {
    if (state.step >= STEPS.length - 1) setStep(0);
    state.playing = setInterval(() => state.step >= STEPS.length - 1 ? play(false) : setStep(state.step + 1), 180);
  }
  $("map-play").textContent = say(on ? "pause" : "play");
  $("map-play").setAttribute("aria-pressed", String(on));
}
function mapControls() {
  const canvas = map.canvas, fingers = new Map();
  let moved = 0, hint = 0;
  DATA.lifelines.forEach((line, k) => { const o = make("option", line.name); o.value = k; $("map-lifeline").append(o); });
  $("map-lifeline").addEventListener("change", (e) => setLifeline(Number(e.target.value)));
  $("map-time").max = STEPS.length - 1;
  $("map-time").addEventListener("input", (e) => { play(false); setStep(Number(e.target.value)); });
  $("map-play").addEventListener("click", () => play(!state.playing));
  for (const id of ["map-lines", "map-marks", "map-own", "map-dots"]) if ($(id)) $(id).addEventListener("change", map.draw);
  $("map-in").addEventListener("click", () => map.zoom(1.6));
  $("map-out").addEventListener("click", () => map.zoom(1 / 1.6));
  $("map-reset").addEventListener("click", () => { map.fit(); map.draw(); });
  const place = (e) => { const r = canvas.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
  canvas.addEventListener("pointerdown", (e) => { fingers.set(e.pointerId, place(e)); moved = 0; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", (e) => {
    const [x, y] = place(e), last = fingers.get(e.pointerId);
    if (!last) return tip(x, y);
    const others = [...fingers].filter(([id]) => id !== e.pointerId).map(([, p]) => p);
    if (others.length) {
      const [ox, oy] = others[0], before = Math.hypot(last[0] - ox, last[1] - oy), after = Math.hypot(x - ox, y - oy);
      if (before > 0) map.zoom(after / before, ox, oy);
    } else map.pan(x - last[0], y - last[1]);
    moved += Math.abs(x - last[0]) + Math.abs(y - last[1]);
    fingers.set(e.pointerId, [x, y]);
    $("map-tip").hidden = true;
  });
  const up = (e) => {
    if (fingers.delete(e.pointerId) && moved < 5 && e.type === "pointerup") {
      if (!map.M.whole) state.chosen = map.at(...place(e)).zone;
      details(); map.draw(); tip(...place(e));
    }
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => { $("map-tip").hidden = true; });
  canvas.addEventListener("wheel", (e) => {
    if (document.activeElement !== canvas && !e.ctrlKey) {
      $("map-hint").textContent = say("wheel_hint"); $("map-hint").hidden = false;
      clearTimeout(hint); hint = setTimeout(() => { $("map-hint").hidden = true; }, 1500);
      return;
    }
    e.preventDefault();
    map.zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), ...place(e));
  }, { passive: false });
  const keys = { ArrowLeft: () => map.pan(60, 0), ArrowRight: () => map.pan(-60, 0), ArrowUp: () => map.pan(0, 60), ArrowDown: () => map.pan(0, -60),
    "+": () => map.zoom(1.4), "=": () => map.zoom(1.4), "-": () => map.zoom(1 / 1.4), 0: () => { map.fit(); map.draw(); }, " ": () => play(!state.playing) };
  canvas.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || !(e.key in keys)) return;
    e.preventDefault(); keys[e.key]();
  });
}
function legend() {
  const list = $("map-legend");
  if (map.M.dots) key($("map-dots-legend"), outageClasses(map.M.dots.edges_h));
  if (!list) return;
  key(list, CLASSES.map(([, text]) => text));
  const item = make("li"), box = make("i"); box.className = "nobody"; item.append(box, list.dataset.nobody); list.append(item);
}
function key(list, texts) {
  texts.forEach((text, c) => { const item = make("li"), box = make("i"); box.style.background = `var(--c${c})`; item.append(box, text); list.append(item); });
}
function outageClasses(edges) {
  const text = edges.map((hour) => formatHours(hour, LANG));
  return ["0", ...text.map((hour, i) => i ? text[i - 1] + "–" + hour : "≤" + hour), ">" + text[text.length - 1]];
}
function tabs() {
  const parts = [...document.querySelectorAll(".tab")], list = document.querySelector(".tabs");
  const choose = (chosen) => parts.forEach((part, i) => {
    part.hidden = i !== chosen;
    list.children[i].setAttribute("aria-selected", String(i === chosen));
    list.children[i].tabIndex = i === chosen ? 0 : -1;
  });
  parts.forEach((part, i) => {
    const tab = make("button", part.dataset.title);
    tab.type = "button"; tab.setAttribute("role", "tab"); tab.id = "tab-" + i;
    part.id = "panel-" + i; part.setAttribute("role", "tabpanel"); part.setAttribute("aria-labelledby", tab.id);
    tab.setAttribute("aria-controls", part.id);
    tab.addEventListener("click", () => choose(i));
    tab.addEventListener("keydown", (e) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1 }[e.key];
      if (to === undefined) return;
      const next = (to + parts.length) % parts.length;
      choose(next); list.children[next].focus();
    });
    list.append(tab);
  });
  if (parts.length) choose(0);
}
function weakRows() {
  for (const row of document.querySelectorAll("tr[data-weak]")) {
    const number = Number(row.dataset.weak);
    if (!map.M.weak.some((link) => link.number === number)) continue;
    const button = make("button", DATA.texts.weak_show);
    button.type = "button"; button.className = "link";
    button.addEventListener("click", () => { map.goTo(number); $("map").scrollIntoView(); map.canvas.focus({ preventScroll: true }); });
    row.cells[1].append(button);
  }
}
/* Open on the worst moment of the lifeline that loses most. */
function worstView() {
  let most = -1, at = [0, 0];
  DATA.lifelines.forEach((_, k) => {
    let total = 0, worst = 0, step = 0;
    STEPS.forEach((hour, i) => {
      const gone = DATA.curves.gone[k][i];
      total += gone * ((i + 1 < STEPS.length ? STEPS[i + 1] : DATA.horizon_h) - hour);
      if (gone > worst) { worst = gone; step = i; }
    });
    if (total > most) { most = total; at = [k, step]; }
  });
  return at;
}
tabs(); legend(); mapControls(); weakRows(); play(false);
map.readColours();
[state.lifeline, state.step] = worstView();
if (map.M.whole) state.chosen = 0;
map.load();
map.resize();
curves.start();
$("map-lifeline").value = state.lifeline;
setStep(state.step);
new ResizeObserver(map.resize).observe(map.box);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { map.readColours(); map.draw(); });
