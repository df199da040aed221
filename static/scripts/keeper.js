// Sends what is new when it is new, every few seconds; what could not be sent is tried again until it can.
import { say } from "./status.js";

const EVERY = 3000;
const MOST_WHILE_LEAVING = 50_000; // a browser sends 64 KiB of a page that is being left, and refuses more (Fetch Standard)
const SIGNED_OUT =
  "サインインが切れたため、保存できていません。サインインし直してから、このページを読み込み直してください。";
const OVERTAKEN =
  "ページを開いたあとで、ほかの人かほかの画面で、この内容が変更されました。まだ保存していません。「保存する」を押すと、いまの内容と見比べられます。";
const WHY = {
  401: SIGNED_OUT,
  400: SIGNED_OUT,
  409: OVERTAKEN,
  422: "入力に直すところがあるため、まだ保存していません。",
};
const OFFLINE =
  "つながらないため、まだ保存できていません。つながると自動で保存します。このページを開いたままにしてください。";

const token = document.querySelector("input[name=csrf_token]")?.value ?? "";

// Sends fields as the form of this page would, even while the page is left.
const send = async (address, fields) => {
  fields.set("csrf_token", token);
  const body = new FormData(); // not quoted byte by byte: the server reads long texts so only
  for (const [name, value] of fields) body.append(name, value);
  const answer = await fetch(address, {
    method: "POST",
    body,
    keepalive: fields.toString().length < MOST_WHILE_LEAVING,
    redirect: "manual",
    headers: { "X-Requested-With": "fetch" },
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.headers.get("X-Seen");
};

// A copy of what waits, in this browser, under a name.
export const copyAs = (name) => ({
  put: (text) => localStorage.setItem(name, text),
  drop: () => localStorage.removeItem(name),
  left: () => localStorage.getItem(name),
});

// `read` gives the fields as they are, `choose` those to be sent; `copy` is told what waits, and when nothing does any more.
export const keep = (address, read, { done = "", choose = (fields) => fields, copy } = {}) => {
  let kept = read();
  let running = null;
  let isOver = false;
  const keepNow = () => {
    if (!running && !isOver) running = keepOnce().finally(() => (running = null));
    return running;
  };
  const keepOnce = async () => {
    const fields = read();
    const now = fields.toString();
    if (now === kept.toString()) return;
    try {
      const seen = await send(address, choose(new URLSearchParams(fields), kept));
      if (seen) {
        fields.set("seen", seen);
        for (const part of document.querySelectorAll("[data-autosave] [name=seen]")) part.value = seen;
      }
      kept = fields;
      copy?.drop();
      say(done);
    } catch (problem) {
      copy?.put(now);
      say(WHY[problem.message] ?? OFFLINE);
    }
  };
  setInterval(keepNow, EVERY);
  addEventListener("online", keepNow);
  document.addEventListener("visibilitychange", () => document.hidden && keepNow());
  // Keeps no more from now on, once what is on its way has arrived: the form itself is sent.
  return () => {
    isOver = true;
    return running;
  };
};
