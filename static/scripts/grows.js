// Adds a row to a question without a way to the server. Without this script the button asks the server for one.
const rows = document.querySelector("[data-grows]");
const more = document.querySelector("button[name=more]");
const MOST = 20;

// Names and labels count from the row before: choices-3-text, 選択肢4.
const next = (text, place) =>
  text?.replace(`choices-${place - 1}-`, `choices-${place}-`).replace(`選択肢${place}`, `選択肢${place + 1}`);

const grow = (event) => {
  event.preventDefault();
  const place = rows.children.length;
  if (place >= MOST) return;
  const row = rows.lastElementChild.cloneNode(true);
  for (const part of [row, ...row.querySelectorAll("*")]) {
    for (const name of ["id", "name", "for", "aria-label", "aria-describedby"]) {
      if (part.hasAttribute(name)) part.setAttribute(name, next(part.getAttribute(name), place));
    }
  }
  const words = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) words.currentNode.data = next(words.currentNode.data, place);
  for (const field of row.querySelectorAll("input, textarea")) {
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  rows.append(row);
  more.hidden = place + 1 >= MOST;
  row.querySelector("input").focus();
};

more.addEventListener("click", grow);
