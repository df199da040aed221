// Puts a figure or a document where the author is writing.
const text = document.querySelector("#body");

for (const picked of document.querySelectorAll("[data-insert]")) {
  picked.hidden = !text;
  picked.addEventListener("click", () => {
    text.setRangeText(picked.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    text.focus();
  });
}
