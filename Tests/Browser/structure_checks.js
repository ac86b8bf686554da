// What is asked of a page once, whatever its width: the value is a list of what is wrong.
(() => {
  const wrong = [];
  const all = [...document.querySelectorAll("*")];
  const ids = all.map((e) => e.id).filter(Boolean);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length) wrong.push(`ids that stand twice: ${twice.slice(0, 5)}`);
  if (document.scripts.length !== 1) wrong.push(`${document.scripts.length} scripts`);
  if (document.querySelectorAll("style").length !== 1) wrong.push("not one style");
  for (const name of ["iframe", "object", "embed", "form", "base", "link", "img", "foreignObject"]) {
    if (document.querySelector(name)) wrong.push(`found an element ${name}`);
  }
  for (const element of all) {
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on") || name === "style" || name === "srcdoc") wrong.push(`found ${name}="${value}"`);
      if (["href", "src", "xlink:href", "action"].includes(name) &&
          !/^(#|\.{1,2}\/|data:image\/png;base64,)/.test(value)) wrong.push(`found ${name}="${value}"`);
    }
  }
  for (const link of document.querySelectorAll('a[href^="#"], use')) {
    if (!document.getElementById(link.getAttribute("href").slice(1))) wrong.push(`no ${link.getAttribute("href")}`);
  }
  for (const svg of document.querySelectorAll("svg.plot")) {
    const [title, text] = svg.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id));
    if (!title?.textContent.trim() || !text?.textContent.trim()) wrong.push(`a drawing without words: ${svg.outerHTML.slice(0, 120)}`);
    if (/NaN|inf/i.test(svg.outerHTML.replace(/<(title|desc|text)[^]*?<\/\1>/g, ""))) wrong.push(`NaN in ${title?.id}`);
  }
  // Pictures have their numbers in tables; those of runs side by side have them in one table above all.
  for (const figure of document.querySelectorAll("[id$='-verdict'] ~ * figure, [id$='-verdict'] ~ figure")) {
    const title = figure.querySelector("h4")?.textContent;
    if (!figure.querySelector("table tbody tr")) wrong.push(`a picture without numbers: ${title}`);
  }
  for (const row of document.querySelectorAll("tbody tr")) {
    if (row.cells[0].textContent !== "untrained directions") continue;
    if (![7, 8].every((cell) => /\d/.test(row.cells[cell].textContent))) wrong.push(`a control without numbers: ${row.textContent}`);
  }
  for (const cell of document.querySelectorAll("th")) if (!cell.scope) wrong.push("a heading of no scope");
  for (const table of document.querySelectorAll("table")) if (!table.caption) wrong.push("a table without caption");
  const levels = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((h) => Number(h.tagName[1]));
  if (levels[0] !== 1 || levels.filter((l) => l === 1).length !== 1) wrong.push("not one h1 at the top");

  // Sorting: numbers rise, then fall. Filtering: only rows with the words stay.
  const table = [...document.querySelectorAll("table.sortable")].find((t) => t.tBodies[0].rows.length > 3);
  const column = [...table.tHead.rows[0].cells].findIndex((c) => c.className === "n");
  const keys = () => [...table.tBodies[0].rows].map((r) => r.cells[column].dataset.key).filter(Boolean).map(Number);
  for (const direction of [1, -1]) {
    table.tHead.rows[0].cells[column].querySelector("button").click();
    const found = keys();
    if (found.some((k, i) => i && direction * (k - found[i - 1]) < 0)) wrong.push("a table that is not sorted");
  }
  const boxes = [...document.querySelectorAll(".filterable")];
  if (!boxes.length) wrong.push("no filter");
  for (const box of boxes) {
    const input = box.querySelector("input");
    const cards = [...box.querySelectorAll(".card")];
    const items = cards.length ? cards : [...box.querySelectorAll("tbody tr")];
    if (!items.length) continue;
    const text = items[items.length - 1].textContent.trim().split(/\s+/).slice(0, 2).join(" ").toLowerCase();
    const words = text.split(" ");
    input.value = text;
    input.dispatchEvent(new Event("input"));
    if (items.some((i) => i.hidden === words.every((w) => i.textContent.toLowerCase().includes(w)))) wrong.push("a filter that does not filter");
    if (cards.some((c) => [...c.querySelectorAll("*")].some((e) => e.hidden))) wrong.push("a filter that hides parts of a card");
    input.value = "";
    input.dispatchEvent(new Event("input"));
    if (items.some((i) => i.hidden)) wrong.push("a filter that does not end");
  }

  const before = getComputedStyle(document.body).backgroundColor;
  const button = document.getElementById("theme");
  button.click();
  if (getComputedStyle(document.body).backgroundColor === before) wrong.push("the theme does not change");
  button.click();
  if (getComputedStyle(document.body).backgroundColor !== before) wrong.push("the theme does not change back");
  return wrong;
})()
