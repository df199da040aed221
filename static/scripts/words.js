// What somebody may go on to type is offered below the field while they type. Without this script the field works as it is.
const field = document.querySelector("[data-words]");
const offered = document.createElement("datalist");
const PAUSE = 150;
let waiting = 0;

offered.id = "offered-words";
field.after(offered);
field.setAttribute("list", offered.id);
field.autocomplete = "off";

const offer = async () => {
  const typed = field.value.trim();
  if (!typed) return offered.replaceChildren();
  const answer = await fetch(`${field.dataset.words}?q=${encodeURIComponent(typed)}`).catch(() => null);
  if (!answer?.ok || typed !== field.value.trim()) return;
  const words = await answer.json();
  offered.replaceChildren(...words.map((word) => Object.assign(document.createElement("option"), { value: word })));
};

field.addEventListener("input", (event) => {
  if (event.isComposing) return;
  clearTimeout(waiting);
  waiting = setTimeout(offer, PAUSE);
});
field.addEventListener("compositionend", offer);
