// Keeps where somebody is in a lesson, and what was answered or written, every few seconds. Pages work without it.
(() => {
  const EVERY = 3000;
  const SIGNED_OUT = "サインインが切れたため、保存できていません。サインインし直してから、このページを読み込み直してください。";
  const WHY = { 0: SIGNED_OUT, 400: SIGNED_OUT, 422: "入力に直すところがあるため、まだ保存していません。" };
  const status = document.querySelector(".saving");
  const token = document.querySelector("input[name=csrf_token]")?.value ?? "";

  const say = (text) => {
    status.textContent = text;
    status.hidden = !text;
  };

  const send = async (address, fields) => {
    fields.set("csrf_token", token);
    const answer = await fetch(address, {
      method: "POST", body: fields, keepalive: true, redirect: "manual", headers: { "X-Requested-With": "fetch" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
  };

  // Sends what is new when it is new; what could not be sent is tried again until it can.
  const keeper = (address, read, done, { copy, choose = (fields) => fields } = {}) => {
    let kept = read();
    let busy = false;
    const keep = async () => {
      const fields = read();
      const now = fields.toString();
      if (busy || now === kept.toString()) return;
      busy = true;
      try {
        await send(address, choose(new URLSearchParams(fields), kept));
        kept = fields;
        if (copy) localStorage.removeItem(copy);
        say(done);
      } catch (problem) {
        if (copy) localStorage.setItem(copy, now);
        say(WHY[problem.message] ?? "つながらないため、まだ保存できていません。つながると自動で保存します。このページを開いたままにしてください。");
      } finally {
        busy = false;
      }
    };
    setInterval(keep, EVERY);
    addEventListener("online", keep);
    document.addEventListener("visibilitychange", () => document.hidden && keep());
  };

  // Of a quiz only the questions are sent that were answered in this window: another one may have answered the rest.
  const question = (name) => name.split("-").slice(0, 2).join("-");
  const changed = (fields, kept) => {
    const names = new Set([...fields.keys(), ...kept.keys()]);
    const differs = [...names].filter((name) => fields.getAll(name).join("\n") !== kept.getAll(name).join("\n"));
    const questions = new Set(differs.map(question));
    return new URLSearchParams([...fields].filter(([name]) => questions.has(question(name))));
  };

  const lesson = document.querySelector("article.lesson[data-keep]");
  const video = lesson?.querySelector("video");
  if (video) {
    video.addEventListener("loadedmetadata", () => { video.currentTime = Number(lesson.dataset.position); }, { once: true });
    keeper(lesson.dataset.keep, () => new URLSearchParams({ position: Math.floor(video.currentTime) }), "");
  } else if (lesson) {
    const parts = [...lesson.children];
    const here = () => Math.max(0, parts.findLastIndex((part) => part.getBoundingClientRect().top < innerHeight / 3));
    const from = Math.min(Number(lesson.dataset.position), parts.length - 1);
    if (from > 0) parts[from].scrollIntoView({ block: "start" });
    keeper(lesson.dataset.keep, () => new URLSearchParams({ position: here() }), "");
  }

  const quiz = document.querySelector("form[data-autosave]");
  if (quiz) {
    // What could not be sent, because the connection or the sign-in ended, waits in this browser and is put back.
    const copy = quiz.dataset.copy && `tomomanabi-${quiz.dataset.copy}`;
    const left = copy && localStorage.getItem(copy);
    const read = () => {
      const fields = new URLSearchParams(new FormData(quiz));
      fields.delete("csrf_token");
      return fields;
    };
    keeper(quiz.dataset.autosave, read, copy ? "書いたところまで保存しました。" : "ここまでの答えを保存しました。", copy ? { copy } : { choose: changed });
    for (const [name, value] of left ? new URLSearchParams(left) : []) {
      const part = quiz.elements[name];
      if (part && part.type !== "checkbox") part.value = value;
    }
    if (left) say("前に保存できなかった内容をもどしました。");
  }

  // A figure or a document is put where the author is writing.
  const body = document.querySelector("#body");
  for (const picked of document.querySelectorAll("[data-insert]")) {
    picked.hidden = !body;
    picked.addEventListener("click", () => {
      body.setRangeText(picked.dataset.insert, body.selectionStart, body.selectionEnd, "end");
      body.focus();
    });
  }

  const draft = document.querySelector("form[data-draft]");
  if (draft) {
    let saved = new FormData(draft).get("note");
    draft.addEventListener("submit", () => { saved = new FormData(draft).get("note"); });
    addEventListener("beforeunload", (leaving) => {
      if (new FormData(draft).get("note") !== saved) leaving.preventDefault();
    });
  }
})();
