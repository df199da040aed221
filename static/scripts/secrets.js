// A tick that shows what is typed into the field of a password; without scripts the field stays as it is.
for (const label of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(label.dataset.shows);
  const tick = label.querySelector("input");
  label.hidden = false;
  tick.addEventListener("change", () => {
    field.type = tick.checked ? "text" : "password";
  });
  field.form.addEventListener("submit", () => {
    field.type = "password"; // so that the browser offers to keep it
  });
}
