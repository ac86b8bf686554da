// What is asked of a page in every width and theme; the value is a list of what is wrong.
(() => {
  const wrong = [];
  for (const part of document.querySelectorAll("details")) part.open = true;
  if (document.documentElement.scrollWidth > innerWidth) {
    const wide = [...document.querySelectorAll("main *, header *")].find(
      (e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .definitions"));
    wrong.push(`page is ${document.documentElement.scrollWidth} wide, expected ${innerWidth}: ` +
      (wide ? wide.outerHTML.slice(0, 200) : "?"));
  }

  // Contrast of every text with what is behind it (WCAG 2.1, 1.4.3).
  const channel = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) =>
    0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, style, title, desc, [hidden], .skip")) continue;
    const style = getComputedStyle(element);
    const front = element instanceof SVGElement ? style.fill : style.color;
    const key = [front, behind(element).join(), style.fontSize, style.fontWeight].join("|");
    if (seen.has(key)) continue;
    seen.add(key);
    const [a, b] = [luminance(parse(front)), luminance(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < needed) wrong.push(`contrast ${ratio.toFixed(2)} of "${node.data.slice(0, 40)}"`);
  }

  // Contrast of bars, hexagons and dots (1.4.11): their fill, or the stroke around it.
  for (const mark of document.querySelectorAll("svg .bar:not(.band), svg .hex, svg .dot")) {
    const style = getComputedStyle(mark);
    const paints = [style.fill, style.stroke].filter((paint) => paint.startsWith("rgb"));
    const key = paints.join() + behind(mark).join();
    if (seen.has(key)) continue;
    seen.add(key);
    const b = luminance(behind(mark));
    const best = Math.max(...paints.map((paint) => {
      const a = luminance(parse(paint));
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }));
    if (!(best >= 3)) wrong.push(`contrast ${best.toFixed(2)} of ${mark.outerHTML.slice(0, 60)}`);
  }

  // No two texts of a drawing lie on each other, and none outside of it.
  for (const svg of document.querySelectorAll("svg.plot")) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    const texts = [...svg.querySelectorAll("text")].map((t) => [t.textContent, t.getBoundingClientRect()]);
    texts.forEach(([text, box], index) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1 ||
          box.top < frame.top - 1) {
        wrong.push(`"${text}" reaches out of ${svg.getAttribute("aria-labelledby")}`);
      }
      for (const [other, next] of texts.slice(index + 1)) {
        const x = Math.min(box.right, next.right) - Math.max(box.left, next.left);
        const y = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
        if (x > 1 && y > 2.5) wrong.push(`"${text}" lies on "${other}" in ${svg.getAttribute("aria-labelledby")}`);
      }
    });
  }
  return wrong;
})()
