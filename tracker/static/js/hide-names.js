// Hides names with one tap, because laptops are mirrored to projectors. A cookie remembers it on this device, so that
// the server draws the next page without names at once.

const YEAR_SECONDS = 365 * 24 * 3600;

const board = document.querySelector("[data-live]");
const button = document.querySelector("[data-hide-names]");

function remember(isHiding) {
  const lifetime = isHiding ? YEAR_SECONDS : 0;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `muster_names=hidden; Path=/; Max-Age=${lifetime}; SameSite=Strict${secure}`;
}

button.addEventListener("click", () => {
  const isHiding = board.classList.toggle("live--veiled");
  button.setAttribute("aria-pressed", String(isHiding));
  remember(isHiding);
});
button.hidden = false;
