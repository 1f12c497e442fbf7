() => {
  const parse = (c) => { const m = c.match(/[\d.]+/g).map(Number); return c.startsWith('color(srgb') ? m.slice(0, 3).map((v) => v * 255).concat(m[3] ?? 1) : [m[0], m[1], m[2], m[3] ?? 1]; };
  const lum = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const over = (a, b) => a.slice(0, 3).map((v, i) => v * a[3] + b[i] * (1 - a[3])).concat(1);
  const ground = (e) => { const own = parse(getComputedStyle(e).backgroundColor); if (own[3] === 1) return own; return over(own, e.parentElement ? ground(e.parentElement) : [255, 255, 255, 1]); };
  const bad = [];
  for (const e of document.querySelectorAll('main *, header *, footer *')) {
    if (e.closest('svg, [hidden], option, select') || !e.offsetParent) continue;
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const back = ground(e), front = over(parse(getComputedStyle(e).color), back);
    const [hi, lo] = [lum(front), lum(back)].sort((a, b) => b - a);
    if ((hi + .05) / (lo + .05) < 4.5) bad.push([e.tagName, e.className, e.textContent.slice(0, 20), (hi + .05) / (lo + .05)]);
  }
  return bad;
}
