// Listens to the frame in which a package runs: only to that frame, and only to what its origin says.
import { say } from "./status.js";

const frame = document.querySelector("[data-package] iframe");
const origin = new URL(frame.src).origin;
const WAIT = 1500;

const REFUSED =
  "この教材の記録を受け付けられませんでした。ページを読み込み直しても続くときは、研修担当にお知らせください。";
const WHY = {
  413: "教材の記録が大きすぎて、保存できません。研修担当にお知らせください。",
  404: "開いてから時間がたったため、続きを保存できません。このページを読み込み直してください。続きから始められます。",
};
const heard = {
  kept: ({ state, finished }) => {
    if (typeof state === "string" && state)
      document.querySelectorAll("[data-state]").forEach((place) => {
        place.textContent = state.slice(0, 20);
      });
    say("ここまでを保存しました。");
    if (finished === true) {
      document.querySelector("[data-finished]").hidden = false;
      document.querySelector("[data-next]")?.classList.remove("secondary");
    }
  },
  older: () => say("この教材は、別の画面で先に進んでいます。このページを読み込み直すと、その続きから始められます。"),
  unread: () => say("前回の続きを読み取れなかったため、この教材ははじめから始まります。"),
  unkept: ({ why }) =>
    say(
      why
        ? (WHY[why] ?? REFUSED)
        : "つながらないため、まだ保存できていません。つながるまで、このページを開いたままにしてください。",
    ),
  silent: () => say(frame.parentElement.dataset.silent),
  refused: () =>
    say(
      "この教材が送った記録の一部は、規格の決まりに合わないため保存できませんでした。続きが正しく始まらないときは、研修担当にお知らせください。",
    ),
  left: () => leave?.(),
  ended: ({ part, over }) => {
    if (typeof part === "string" && part) {
      location.assign(`?${new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(location.search)), part })}`);
      return;
    }
    const ended = document.querySelector("[data-ended]");
    if (!ended) return;
    ended.hidden = false;
    if (over === true) {
      frame.hidden = true;
      ended.querySelector("a").focus();
    }
  },
};
let leave;
addEventListener("message", (message) => {
  if (message.origin !== origin || message.source !== frame.contentWindow || message.data?.tomomanabi !== "package")
    return;
  if (Object.hasOwn(heard, message.data.what)) heard[message.data.what](message.data);
});

// A package says its last words when it is closed: they are waited for, but not for long.
document.addEventListener("click", (press) => {
  const link = press.target.closest("a[href]");
  if (!link || link.target || press.ctrlKey || press.metaKey || press.shiftKey || new URL(link.href).hash) return;
  press.preventDefault();
  leave = () => {
    leave = undefined;
    location.assign(link.href);
  };
  frame.contentWindow.postMessage({ tomomanabi: "leave" }, origin);
  setTimeout(() => leave?.(), WAIT);
});

const large = document.querySelector("[data-large]");
if (frame.requestFullscreen) {
  large.hidden = false;
  large.addEventListener("click", () => frame.requestFullscreen());
}
