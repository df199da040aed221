// Keeps what an author writes while it is written.
// What could not be sent, because the connection or the sign-in ended, waits in this browser and is put back.
import { fieldsOf, putBack } from "./fields.js";
import { copyAs, keep } from "./keeper.js";
import { say } from "./status.js";

const form = document.querySelector("form[data-autosave]");
const copy = copyAs(`tomomanabi-${form.dataset.copy}`);
const left = copy.left();

const end = keep(form.dataset.autosave, () => fieldsOf(form), { done: "書いたところまで保存しました。", copy });

if (left) {
  putBack(form, new URLSearchParams(left));
  say("前に保存できなかった内容をもどしました。");
}

// What is being kept and what is sent must not cross: the form would be told that somebody else was faster.
form.addEventListener("submit", async (event) => {
  const underWay = end();
  if (!underWay) {
    copy.drop(); // what is sent is kept by copies.js; put back later, it would belong to what was seen before
    return;
  }
  event.preventDefault();
  await underWay;
  form.requestSubmit(event.submitter);
});
