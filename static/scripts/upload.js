// Shows how much of a file has been sent, then the page that answers. Without it the form works as forms do.
const WAIT = "送っています。このページを閉じないでください。";
const ARRIVED = "届きました。保存しています。";
const FAILED = "送れませんでした。つながりを確かめて、もう一度お試しください。";

// The answer is already here, with what it tells once: it is shown, not asked for again.
const show = (address, text) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  history.replaceState(null, "", address);
  document.title = page.title;
  document.body.replaceWith(page.body);
  scrollTo(0, 0);
  document.querySelector("main")?.focus({ preventScroll: true });
};

const send = (form) => {
  const place = form.querySelector(".sending");
  const bar = place.querySelector("progress");
  const words = place.querySelector("span");
  const request = new XMLHttpRequest();
  place.hidden = false;
  words.textContent = WAIT;
  request.upload.onprogress = (sent) => {
    bar.value = Math.floor((100 * sent.loaded) / sent.total);
    if (sent.loaded === sent.total) words.textContent = ARRIVED;
  };
  request.onload = () => show(request.responseURL, request.responseText);
  request.onerror = () => {
    words.textContent = FAILED;
  };
  request.open("POST", form.action);
  request.send(new FormData(form));
};

// The document listens, so that the form of the page that answers is heard as well.
document.addEventListener("submit", (submitting) => {
  if (!submitting.target.matches("form[data-progress]")) return;
  submitting.preventDefault();
  send(submitting.target);
});
