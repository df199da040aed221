// Keeps a copy of each form that is sent, in this window, until an answer shows that it arrived.
// Where the sign-in had ended, or the form was refused by a page of its own, it is put back on the page where it was.
import { fieldsOf, putBack } from "./fields.js";

const NAME = "tomomanabi-sent";
const here = location.pathname + location.search;
const who = document.body.dataset.who ?? "";
const isHeldUp = document.querySelector("[data-held-up]") !== null; // the page to sign in, or of a refusal
const forms = [...document.forms].filter((form) => form.method === "post");

const read = () => {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  } catch {
    return null;
  }
};
const write = (sent) => {
  try {
    if (sent) sessionStorage.setItem(NAME, JSON.stringify(sent));
    else sessionStorage.removeItem(NAME);
  } catch {
    // too long to be kept, or nothing may be kept: the form is sent all the same
  }
};

const tell = (form) => {
  const line = document.createElement("p");
  line.className = "told";
  line.setAttribute("role", "status");
  line.textContent = `送れなかった内容をもどしました。確かめてから、もう一度送ってください。${
    form.querySelector("input[type=file]") ? "ファイルは、もう一度選んでください。" : ""
  }`;
  form.prepend(line);
  form.closest("details")?.setAttribute("open", "");
  line.scrollIntoView({ block: "center" });
};

const sent = read();
if (sent && isHeldUp) write({ ...sent, heldUp: true });
else if (sent?.heldUp && sent.who === who && sent.page === here) {
  const form = forms.find((one) => one.getAttribute("action") === sent.action && one.elements.length === sent.parts);
  if (form) {
    putBack(form, new URLSearchParams(sent.fields));
    tell(form);
  }
  write(null);
} else if (sent && (!sent.heldUp || (who && sent.who !== who))) write(null);

const isTyped = (form) =>
  form.querySelector("textarea, select, input:not([type=hidden], [type=password])") !== null &&
  form.querySelector("input[type=password]") === null;

document.addEventListener("submit", ({ target }) => {
  if (isHeldUp || !forms.includes(target) || !isTyped(target)) return;
  const action = target.getAttribute("action");
  write({ who, page: here, action, parts: target.elements.length, fields: fieldsOf(target).toString() });
});
