// Shows a text beside the field in which it is written as its readers will see it. Without this script one saves it and looks.
const field = document.querySelector("#body");
const beside = document.querySelector("[data-preview]");
const token = document.querySelector("input[name=csrf_token]");
const PAUSE = 500;
let waiting = 0;
let shown;

const show = async () => {
  const typed = field.value;
  if (typed === shown) return;
  const body = new FormData(); // not quoted byte by byte: the server reads long texts so only
  body.append("csrf_token", token.value);
  body.append("body", typed);
  const answer = await fetch(beside.dataset.preview, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer?.ok || typed !== field.value) return; // what was typed meanwhile is shown next
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  beside.querySelector(".lesson").replaceChildren(...page.body.childNodes);
  shown = typed;
};

const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE);
};

for (const part of document.querySelectorAll(".writing-tools")) part.hidden = false;
beside.hidden = false;
beside.closest(".writing").classList.add("beside");
field.addEventListener("input", soon);
document.addEventListener("click", (event) => event.target.closest?.("[data-insert]") && soon());
show();
