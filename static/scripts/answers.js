// Keeps the answers of a quiz while they are given.
// Only the questions are sent that were answered in this window: another one may have answered the rest.
// What could not be sent waits in this browser, and is put back.
import { fieldsOf, putBack } from "./fields.js";
import { copyAs, keep } from "./keeper.js";
import { say } from "./status.js";

const quiz = document.querySelector("form[data-autosave]");

const question = (name) => name.split("-").slice(0, 2).join("-");
const changed = (fields, kept) => {
  const names = new Set([...fields.keys(), ...kept.keys()]);
  const differs = [...names].filter((name) => fields.getAll(name).join("\n") !== kept.getAll(name).join("\n"));
  const questions = new Set(differs.map(question));
  return new URLSearchParams([...fields].filter(([name]) => questions.has(question(name))));
};

const copy = copyAs(`tomomanabi-${quiz.dataset.copy}`);
const left = copy.left();

keep(quiz.dataset.autosave, () => fieldsOf(quiz), { done: "ここまでの答えを保存しました。", choose: changed, copy });

if (left) {
  putBack(quiz, new URLSearchParams(left));
  say("前に保存できなかった答えをもどしました。");
}
