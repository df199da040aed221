// The line of the page that says whether what one does is kept.
const place = document.querySelector(".saving");

export const say = (text) => {
  place.textContent = text;
  place.hidden = !text;
};
