// Dropping a file on a box, its name shown, and one press is enough. Without this file the forms work as they are.
"use strict";
(() => {
  for (const box of document.querySelectorAll("[data-drop]")) {
    const input = box.querySelector("input[type=file]");
    const chosen = box.querySelector("[data-chosen]");
    box.classList.add("is-live");
    const show = () => {
      const file = input.files[0];
      chosen.textContent = file ? `${file.name} · ${Math.max(1, Math.round(file.size / 1024)).toLocaleString("vi")} KB` : "";
    };
    input.addEventListener("change", show);
    for (const kind of ["dragenter", "dragover"]) box.addEventListener(kind, (event) => { event.preventDefault(); box.classList.add("is-over"); });
    for (const kind of ["dragleave", "drop"]) box.addEventListener(kind, () => box.classList.remove("is-over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); }
    });
  }
  for (const input of document.querySelectorAll("input[type=file]")) { // alone: a button of ours in the place of the browser's
    if (input.closest("[data-drop]")) continue;
    const pick = document.createElement("span");
    pick.className = "pick";
    const button = document.createElement("span");
    button.className = "button";
    button.textContent = "Chọn tệp";
    const chosen = document.createElement("span");
    chosen.textContent = "Chưa chọn tệp nào";
    input.before(pick);
    pick.append(input, button, chosen);
    input.addEventListener("change", () => { chosen.textContent = input.files[0]?.name ?? "Chưa chọn tệp nào"; });
  }
  for (const form of document.querySelectorAll("form[data-once]")) {
    const button = form.querySelector("button[type=submit]");
    form.addEventListener("submit", () => { window.setTimeout(() => { button.disabled = true; }, 0); });
    window.addEventListener("pageshow", () => { button.disabled = false; });
  }
})();
