// Ticks every box of a list with one button. Without this script the boxes work one by one.

for (const form of document.querySelectorAll("[data-check-all]")) {
  const boxes = [...form.querySelectorAll('input[type="checkbox"]')];
  const button = form.querySelector("[data-check-button]");

  const show = () => {
    const isFull = boxes.every((box) => box.checked);
    button.textContent = isFull ? "Tick none" : "Tick all";
  };
  button.addEventListener("click", () => {
    const isFull = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !isFull;
    show();
  });
  form.addEventListener("change", show);
  show();
  button.hidden = false;
}
