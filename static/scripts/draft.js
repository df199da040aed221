// Keeps what an author writes while it is written.
// What could not be sent, because the connection or the sign-in ended, waits in this browser and is put back.
import { fieldsOf, keep } from "./keeper.js";
import { say } from "./status.js";

const form = document.querySelector("form[data-autosave]");
const name = `tomomanabi-${form.dataset.copy}`;
const copy = {
  put: (text) => localStorage.setItem(name, text),
  drop: () => localStorage.removeItem(name),
};
const left = localStorage.getItem(name);

keep(form.dataset.autosave, () => fieldsOf(form), { done: "書いたところまで保存しました。", copy });

if (left) {
  for (const [field, value] of new URLSearchParams(left)) {
    const part = form.elements[field];
    if (part && part.type !== "checkbox") part.value = value;
  }
  say("前に保存できなかった内容をもどしました。");
}
