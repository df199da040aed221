// Warns before a page is left on which something was written and not saved.
const form = document.querySelector("form[data-draft]");
const written = () => new FormData(form).get("note");

let saved = written();
form.addEventListener("submit", () => {
  saved = written();
});
addEventListener("beforeunload", (leaving) => {
  if (written() !== saved) leaving.preventDefault();
});
