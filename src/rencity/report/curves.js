/* Recovery curves: stairs as they were played through, never smoothed. */
const curves = (() => {
  const W = 380, H = 190, LEFT = 40, RIGHT = 20, TOP = 8, BOTTOM = 24;
  const S = Object.fromEntries(DATA.curves.stats.map((name, i) => [name, i]));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let region = 0, span = DATA.horizon_h;

  function svg(tag, set, text) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const name in set) node.setAttribute(name, set[name]);
    if (text !== undefined) node.textContent = text;
    return node;
  }
  const X = (hour) => LEFT + Math.min(hour / span, 1) * (W - LEFT - RIGHT);
  const Y = (share) => TOP + (1 - share) * (H - TOP - BOTTOM);
  const until = (i) => i + 1 < STEPS.length ? STEPS[i + 1] : DATA.horizon_h;

  function stairs(k, stat, back) {
    const parts = [];
    for (let n = 0; n < STEPS.length; n++) {
      const i = back ? STEPS.length - 1 - n : n;
      if (STEPS[i] >= span) continue;
      const y = Y(curveShare(k, region, stat, i)).toFixed(1), a = X(STEPS[i]).toFixed(1), b = X(until(i)).toFixed(1);
      parts.push(back ? `${b},${y} ${a},${y}` : `${a},${y} ${b},${y}`);
    }
    return parts.join(" ");
  }
  function shade(colour) {
    if (!dark.matches) return colour;
    const mix = (at) => Math.round(parseInt(colour.slice(at, at + 2), 16) * 0.6 + 255 * 0.4);
    return `rgb(${mix(1)},${mix(3)},${mix(5)})`;
  }
  function ticks() {
    const days = span > 72, unit = days ? 24 : 1, most = span / unit;
    const step = [1, 2, 3, 4, 6, 7, 10, 12, 14, 24, 30, 60, 90].find((n) => most / n <= 5) || Math.ceil(most / 5);
    const made = [];
    for (let n = 0; n * unit <= span + 1e-9 && n / step <= 8; n += step) made.push([n * unit, n === 0 ? "0" : formatUnit(n, days)]);
    return made;
  }
  function formatUnit(n, days) { return n === 1 && days && LANG === "en" ? "1 day" : n + UNITS[LANG][days ? 2 : 1]; }

  function figure(k) {
    const line = DATA.lifelines[k], colour = shade(line.colour), node = make("figure");
    const lowest = Math.min(...STEPS.map((_, i) => curveShare(k, region, MEAN, i)));
    const label = say("curve_label", {
      lifeline: line.name, region: DATA.curves.regions[region], low: formatShare(lowest),
      end: formatHours(DATA.horizon_h, LANG), last: formatShare(curveShare(k, region, MEAN, STEPS.length - 1)),
    });
    const picture = svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": label });
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      picture.append(svg("line", { class: "axis", x1: LEFT, x2: W - RIGHT, y1: Y(share), y2: Y(share) }));
      if (share * 100 % 50 === 0) picture.append(svg("text", { x: LEFT - 5, y: Y(share) + 4, "text-anchor": "end" }, share * 100 + "%"));
    }
    for (const [hour, text] of ticks()) {
      picture.append(svg("line", { class: "axis", x1: X(hour), x2: X(hour), y1: H - BOTTOM, y2: H - BOTTOM + 4 }));
      picture.append(svg("text", { x: X(hour), y: H - 6, "text-anchor": "middle" }, text));
    }
    picture.append(svg("polygon", { class: "outer", fill: colour, points: `${stairs(k, S.p95)} ${stairs(k, S.p5, true)}` }));
    picture.append(svg("polygon", { class: "inner", fill: colour, points: `${stairs(k, S.p75)} ${stairs(k, S.p25, true)}` }));
    picture.append(svg("polyline", { class: "mean", stroke: colour, points: stairs(k, MEAN) }));
    const now = svg("line", { class: "now", y1: TOP, y2: H - BOTTOM });
    picture.append(now);
    const swatch = make("i"), caption = make("figcaption"), read = make("p");
    swatch.className = "swatch"; swatch.style.background = colour;
    caption.append(swatch, line.name);
    node.append(caption, picture, read);
    const tell = (step) => {
      now.setAttribute("x1", X(STEPS[step])); now.setAttribute("x2", X(STEPS[step]));
      now.style.display = STEPS[step] > span ? "none" : "";
      const show = (stat) => formatShare(curveShare(k, region, stat, step));
      read.textContent = say("curve_read", { when: moment(step), mean: show(MEAN), median: show(S.p50), low: show(S.p5), high: show(S.p95) });
    };
    const under = (event) => {
      const rect = picture.getBoundingClientRect(), hour = ((event.clientX - rect.left) / rect.width * W - LEFT) / (W - LEFT - RIGHT) * span;
      let step = 0;
      while (step + 1 < STEPS.length && STEPS[step + 1] <= hour) step++;
      return step;
    };
    picture.addEventListener("pointermove", (event) => tell(under(event)));
    picture.addEventListener("pointerleave", () => tell(state.step));
    picture.addEventListener("click", (event) => setStep(under(event)));
    node.tell = tell;
    tell(state.step);
    return node;
  }
  function draw() {
    const grid = $("curves-grid");
    grid.replaceChildren(...DATA.lifelines.map((_, k) => figure(k)));
  }
  /* Open on the shortest span that holds nine tenths of the recovery to be seen. */
  function usual(spans) {
    let last = 0;
    DATA.lifelines.forEach((_, k) => STEPS.forEach((_, i) => { if (curveShare(k, 0, MEAN, i) < 0.99) last = Math.max(last, until(i)); }));
    return spans.find((hour) => last > 0 && last * 1.1 <= hour) || DATA.horizon_h;
  }
  function start() {
    /* The only zone of a run is the whole city again. */
    DATA.curves.regions.slice(0, map.M.whole ? 1 : undefined).forEach((name, i) => { const o = make("option", name); o.value = i; $("curves-region").append(o); });
    const spans = [24, 72, 168, 336].filter((h) => h < DATA.horizon_h);
    for (const hour of [DATA.horizon_h, ...spans]) {
      const o = make("option", hour === DATA.horizon_h ? say("span_all") + " (" + formatHours(hour, LANG) + ")" : formatHours(hour, LANG));
      o.value = hour; $("curves-span").append(o);
    }
    span = usual(spans);
    $("curves-span").value = span;
    $("curves-region").addEventListener("change", (e) => { region = Number(e.target.value); draw(); });
    $("curves-span").addEventListener("change", (e) => { span = Number(e.target.value); draw(); });
    dark.addEventListener("change", draw);
    state.listeners.push(() => { for (const node of $("curves-grid").children) node.tell(state.step); });
    draw();
  }
  return { start };
})();
