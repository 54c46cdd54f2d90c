"use strict";
(() => {
  const contents = document.querySelector(".contents");
  if (contents && matchMedia("(max-width: 900px)").matches) contents.open = false;

  const toggle = document.querySelector(".codes");
  const folds = [...document.querySelectorAll(".clv-code")];
  if (toggle && !folds.length) toggle.hidden = true;
  if (toggle) toggle.addEventListener("click", () => {
    const show = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", String(show));
    toggle.textContent = show ? toggle.dataset.hide : toggle.dataset.show;
    for (const fold of folds) fold.open = show;
  });

  const key = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
    return cell.classList.contains("clv-number") ? null : cell.textContent;
  };
  const compare = (a, b) =>
    typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true });
  const sort = (head) => {
    const column = head.cellIndex;
    const body = head.closest("table").tBodies[0];
    const sorted = head.getAttribute("aria-sort");
    const first = head.classList.contains("clv-number") ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const next = sorted === first ? other : first;
    for (const each of head.parentNode.cells) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", next);
    const rows = [...body.rows].map((row) => [key(row, column), row]);
    const known = rows.filter(([value]) => value !== null && !Number.isNaN(value));
    const unknown = rows.filter(([value]) => value === null || Number.isNaN(value));
    known.sort((a, b) => compare(a[0], b[0]) * (next === "ascending" ? 1 : -1));
    body.append(...[...known, ...unknown].map(([, row]) => row));
  };
  for (const head of document.querySelectorAll(".clv-table thead th")) {
    const button = head.querySelector("button");
    if (button) button.addEventListener("click", () => sort(head));
  }

  for (const wide of document.querySelectorAll(".clv-wide")) {
    const hint = () =>
      wide.classList.toggle("more", wide.scrollWidth - wide.clientWidth - wide.scrollLeft > 4);
    wide.addEventListener("scroll", hint, { passive: true });
    addEventListener("resize", hint);
    hint();
  }

  for (const log of document.querySelectorAll("pre.end")) log.scrollTop = log.scrollHeight;

  const made = document.getElementById("made");
  const open = () => { if (made && location.hash === "#made") made.open = true; };
  addEventListener("hashchange", open);
  open();

  const links = [...document.querySelectorAll(".contents a")];
  const targets = links.map((link) => document.getElementById(link.hash.slice(1)));
  const mark = () => {
    let current = 0;
    targets.forEach((target, index) => {
      if (target && target.getBoundingClientRect().top < innerHeight * 0.35) current = index;
    });
    if (innerHeight + scrollY >= document.body.scrollHeight - 4 && scrollY > 0) {
      current = links.length - 1;
    }
    if (scrollY < 8) current = 0;
    links.forEach((link, index) => {
      if (index === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };
  if (links.length) {
    addEventListener("scroll", mark, { passive: true });
    mark();
  }
})();
