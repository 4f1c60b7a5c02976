// Choosing many rows: all at once, how many, a range with Shift. Without this file each box works alone.
"use strict";
(() => {
  const head = document.querySelector("[data-all]");
  if (!head) return;
  const all = head.querySelector("input");
  const count = head.querySelector("[data-count]");
  const boxes = [...document.querySelectorAll(`input[name=${head.dataset.all || "task"}]`)];
  let last = null;
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = chosen ? `Đã chọn ${chosen} trên ${boxes.length}` : "";
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  head.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
      }
      last = box;
      show();
    });
  }
  window.addEventListener("pageshow", show);
})();
