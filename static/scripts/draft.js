// Keeps what an author writes while it is written.
// What could not be sent, because the connection or the sign-in ended, waits in this browser and is put back.
import { fieldsOf, putBack } from "./fields.js";
import { copyAs, keep } from "./keeper.js";
import { say } from "./status.js";

const form = document.querySelector("form[data-autosave]");
const copy = copyAs(`tomomanabi-${form.dataset.copy}`);
const left = copy.left();
const shown = fieldsOf(form).toString();

const end = keep(form.dataset.autosave, () => fieldsOf(form), { done: "書いたところまで保存しました。", copy });

const isAsItWas = left && (left.base === undefined || left.base === shown || form.elements.seen);
if (isAsItWas) {
  putBack(form, new URLSearchParams(left.text));
  say("前に保存できなかった内容をもどしました。");
} else if (left) {
  const lost = [...new URLSearchParams(left.text).values()].join(" ");
  say(`ほかの端末で書き直されています。この端末で保存できなかった内容：${lost}`);
}

// What is being kept and what is sent must not cross: the form would be told that somebody else was faster.
form.addEventListener("submit", async (event) => {
  const underWay = end();
  if (!underWay) return;
  event.preventDefault();
  await underWay;
  form.requestSubmit(event.submitter);
});
