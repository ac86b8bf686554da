/// The one script of a page.
enum PageScript {
  /// Sorts and filters tables, switches the theme, and shows at the pointer what a mark stands for.
  ///
  /// Everything on the page can be read without it. Text is only ever taken from the page, and only ever put in as text.
  static let source: StaticString = #"""
    (() => {
      "use strict";
      const root = document.documentElement;
      const button = document.getElementById("theme");
      const prefersDark = matchMedia("(prefers-color-scheme: dark)");
      const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches;
      const say = () => {
        button.textContent = isDark() ? "Light theme" : "Dark theme";
      };
      button.hidden = false;
      button.addEventListener("click", () => {
        root.dataset.theme = isDark() ? "light" : "dark";
        say();
      });
      prefersDark.addEventListener("change", say);
      say();

      const key = (row, column) => {
        const cell = row.cells[column];
        return "key" in cell.dataset ? Number(cell.dataset.key) : cell.textContent.trim();
      };
      const compare = (a, b) => {
        const numbers = [typeof a === "number", typeof b === "number"];
        if (numbers[0] && numbers[1]) return a - b;
        if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1;
        return a.localeCompare(b, undefined, { numeric: true });
      };
      for (const table of document.querySelectorAll("table.sortable")) {
        const heads = [...table.tHead.rows[0].cells];
        heads.forEach((head, column) => {
          head.firstElementChild.addEventListener("click", () => {
            const down = head.getAttribute("aria-sort") === "ascending";
            for (const other of heads) other.removeAttribute("aria-sort");
            head.setAttribute("aria-sort", down ? "descending" : "ascending");
            const body = table.tBodies[0];
            const rows = [...body.rows].map((row) => [key(row, column), row]);
            rows.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]));
            body.append(...rows.map((pair) => pair[1]));
          });
        });
      }

      const filter = (input, items) => {
        input.addEventListener("input", () => {
          const words = input.value.toLocaleLowerCase().split(/\s+/);
          for (const item of items) {
            const text = item.textContent.toLocaleLowerCase();
            item.hidden = !words.every((word) => text.includes(word));
          }
        });
      };
      for (const box of document.querySelectorAll(".filterable")) {
        const input = box.querySelector("input[type=search]");
        const cards = box.querySelectorAll(".card");
        filter(input, cards.length ? cards : box.querySelectorAll("tbody tr"));
      }

      const tip = document.createElement("div");
      tip.className = "tip";
      tip.hidden = true;
      tip.setAttribute("aria-hidden", "true");
      document.body.append(tip);
      let titled = null;
      const leave = () => {
        if (titled) titled[0].append(titled[1]);
        titled = null;
        tip.hidden = true;
      };
      document.addEventListener("pointerover", (event) => {
        const mark = event.target.closest("svg.plot rect, svg.plot circle, svg.plot path, data");
        if (titled && titled[0] === mark) return;
        leave();
        if (mark && mark.matches("data")) {
          tip.textContent = `${mark.value}\n${mark.dataset.of.replace(/^\d+:/, "")}`;
          tip.hidden = false;
          return;
        }
        const title = mark && mark.querySelector(":scope > title");
        if (!title) return;
        titled = [mark, title];
        tip.textContent = title.textContent;
        title.remove();
        tip.hidden = false;
      });
      document.addEventListener("pointermove", (event) => {
        if (tip.hidden) return;
        const room = tip.getBoundingClientRect();
        const x = Math.min(event.clientX + 12, innerWidth - room.width - 8);
        const y = event.clientY + 16 + room.height > innerHeight
          ? event.clientY - room.height - 8 : event.clientY + 16;
        tip.style.left = `${Math.max(8, x)}px`;
        tip.style.top = `${y}px`;
      });
      document.addEventListener("pointerleave", leave);

      const reveal = () => {
        const target = location.hash && document.getElementById(location.hash.slice(1));
        const part = target && target.closest("details");
        if (part) part.open = true;
      };
      addEventListener("hashchange", reveal);
      reveal();

      addEventListener("beforeprint", () => {
        for (const part of document.querySelectorAll("details.run")) part.open = true;
      });
    })();
    """#
}
