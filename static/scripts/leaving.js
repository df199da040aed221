// Warns before a page is left on which something was written and not saved, and keeps it in this window until it is.
import { fieldsOf, putBack } from "./fields.js";
import { say } from "./status.js";

const form = document.querySelector("form[data-draft]");
const name = `tomomanabi-${form.dataset.draft}`;
const written = () => fieldsOf(form).toString();

let saved = written();
const left = sessionStorage.getItem(name);
if (left && left !== saved) {
  putBack(form, new URLSearchParams(left));
  say("まだ保存していない内容をもどしました。");
}
form.addEventListener("input", () => {
  if (written() === saved) sessionStorage.removeItem(name);
  else sessionStorage.setItem(name, written());
});
form.addEventListener("submit", () => {
  saved = written();
});
addEventListener("beforeunload", (leaving) => {
  if (written() !== saved) leaving.preventDefault();
});
if (left === saved) sessionStorage.removeItem(name);
