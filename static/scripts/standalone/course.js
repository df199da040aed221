/* A course as one page: shows a lesson at a time, marks its quizzes, and tells a keeper how far one is. */
(() => {
  const course = JSON.parse(document.getElementById("course").textContent);
  const lessons = course.lessons;
  const keeper = window.keeper;
  const state = { at: 0, finished: [], scores: {}, asked: {}, ...keeper.load() };

  const make = (tag, said = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), said);
    made.append(...inside);
    return made;
  };
  const button = (words, act, kind = "secondary") => {
    const made = make("button", { type: "button", className: kind, textContent: words });
    made.addEventListener("click", act);
    return made;
  };
  const shuffled = (things) => {
    const left = [...things];
    for (let place = left.length - 1; place > 0; place -= 1) {
      const other = Math.floor(Math.random() * (place + 1));
      [left[place], left[other]] = [left[other], left[place]];
    }
    return left;
  };

  /* --- how far one is */

  const isFinished = (place) => state.finished.includes(place);
  const left = () => lessons.flatMap((one, place) => (one.required && !isFinished(place) ? [place] : []));
  const scores = () => lessons.flatMap((one, place) => (one.required && one.quiz ? [state.scores[place]] : []));

  function keep() {
    const passes = lessons.some((one) => one.required && one.quiz?.pass_percent);
    const done = left().length === 0;
    const reached = scores().filter(Boolean);
    const share = reached.map(([right, asked]) => Math.floor((right * 100) / asked));
    const score = share.length ? Math.round(share.reduce((sum, one) => sum + one, 0) / share.length) : null;
    keeper.keep(state, done ? (passes ? "passed" : "completed") : "incomplete", score);
    if (done) keeper.done(scores());
  }

  /* what somebody knows already need not be read again */
  function spare(title) {
    lessons.forEach((one, place) => {
      if (one.title === title && one.finishedBy === "reading" && !isFinished(place)) state.finished.push(place);
    });
  }

  function finish(place) {
    if (!isFinished(place)) state.finished.push(place);
    keep();
    draw();
  }

  /* --- what is shown */

  const sections = lessons.map((one) => document.getElementById(one.anchor));
  const entries = lessons.map((one) => document.querySelector(`.contents a[href="#${one.anchor}"]`));
  const standing = make("p", { className: "standing" });
  standing.setAttribute("role", "status");
  document.querySelector(".contents").prepend(standing);
  if (matchMedia("(width <= 48rem)").matches) document.querySelector(".contents details").open = false;
  const feet = sections.map((section) => section.appendChild(make("div", { className: "steps acts" })));

  function draw() {
    sections.forEach((section, place) => {
      section.hidden = place !== state.at;
    });
    entries.forEach((entry, place) => {
      entry.parentElement.classList.toggle("here", place === state.at);
      entry.parentElement.classList.toggle("done", isFinished(place));
      if (place === state.at) entry.setAttribute("aria-current", "page");
      else entry.removeAttribute("aria-current");
    });
    const count = left().length;
    standing.textContent = count
      ? `修了に必要なレッスンは、あと${count}つです。`
      : "必要なレッスンをすべて終えました。";
    foot(state.at);
  }

  function foot(place) {
    const [one, next] = [lessons[place], lessons[place + 1]];
    const acts = [];
    if (place) acts.push(button("前へ", () => go(place - 1)));
    const onward = next ? () => go(place + 1) : () => {};
    if (one.finishedBy === "reading" && !isFinished(place)) {
      const words = next ? "読み終えて次へ" : "読み終えた";
      acts.push(button(words, () => [finish(place), onward()], "primary"));
    } else if (next) {
      acts.push(button("次へ", onward, isFinished(place) ? "primary" : "secondary"));
    }
    if (isFinished(place)) acts.push(make("span", { className: "state completed", textContent: "✓ 終わりました" }));
    feet[place].replaceChildren(...acts);
  }

  function go(place) {
    state.at = place;
    keep();
    draw();
    sections[place].focus();
    sections[place].scrollIntoView();
  }

  entries.forEach((entry, place) => {
    entry.addEventListener("click", (event) => {
      event.preventDefault();
      go(place);
    });
  });

  /* --- practice: what is written stays on the page */

  lessons.forEach((one, place) => {
    if (one.finishedBy !== "writing") return;
    const words = make("textarea", { rows: 8, id: `note-${place}` });
    const told = make("p", { className: "error" });
    told.setAttribute("role", "alert");
    const write = button("書いたので、終わりにする", () => {
      told.textContent = words.value.trim() ? "" : "ためしたことを書いてから、押してください。";
      if (words.value.trim()) finish(place);
    });
    const label = make("label", { htmlFor: words.id, textContent: "ためしたこと" });
    const hint = make("p", {
      className: "quiet",
      textContent: "ここに書いたことは保存されません。残すときは、印刷するか、文書に写してください。",
    });
    feet[place].before(
      make("div", { className: "field" }, label, hint, words, told, make("p", { className: "acts" }, write)),
    );
  });

  /* --- quizzes */

  const dashes = /[\u02d7\u2010-\u2015\u2043\u2212\u2500\u2501\u30fc\ufe58\ufe63\uff0d\uff70]/g;
  const folded = (text) =>
    text
      .normalize("NFKC")
      .trim()
      .replace(/[。.]+$/, "")
      .replace(/([ァ-ヶー]{2})ー(?![ァ-ヶー])/g, "$1")
      .replace(/[ァ-ヶ]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0x60))
      .replace(dashes, "-")
      .replace(/\s+/g, "")
      .toLowerCase();
  const number = (text, unit) => {
    let plain = text.normalize("NFKC").replace(/\s+/g, "").replace(/。$/, "");
    if (unit && plain.endsWith(unit.normalize("NFKC"))) plain = plain.slice(0, -unit.length);
    plain = plain
      .replace(/^(約|およそ|ほぼ)/, "")
      .replace(dashes, "-")
      .replace(/、/g, ",");
    if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)) plain = plain.replace(/,/g, "");
    return /^-?(\d+(\.\d+)?|\.\d+)$/.test(plain) ? Number(plain) : Number.NaN;
  };
  const same = (one, other) => one.length === other.length && one.every((part, place) => part === other[place]);

  /* each kind: what is asked, what was answered, whether that is right, what is said to it */
  const choice = (type) => ({
    ask(question, name) {
      return shuffled(question.choices.keys()).map((place) => {
        const input = make("input", { type, name, value: String(place), id: `${name}-${place}` });
        const words = make("label", { htmlFor: input.id, textContent: question.choices[place].text });
        return make("div", { className: "choice" }, input, words);
      });
    },
    answer: (form, name) =>
      [...form.querySelectorAll(`[name="${name}"]:checked`)].map((input) => Number(input.value)).sort((a, b) => a - b),
    isRight: (question, given) =>
      same(
        given,
        question.choices.flatMap((one, place) => (one.right ? [place] : [])),
      ),
    told: (question, given) =>
      given.map((place) => `${question.choices[place].text} … ${question.choices[place].feedback}`),
  });
  const typed = (isRight) => ({
    ask(question, name) {
      const input = make("input", { type: "text", name, id: name, autocomplete: "off" });
      input.setAttribute("aria-label", "答え");
      return [make("div", { className: "written" }, input, question.unit ?? "")];
    },
    answer: (form, name) => [form.elements[name].value].filter((text) => text.trim()),
    isRight: (question, given) => given.length === 1 && isRight(question, given[0]),
    told: (question) => [question.feedback],
  });
  const kinds = {
    single: choice("radio"),
    multiple: choice("checkbox"),
    "true-false": {
      ask: (_question, name) =>
        [
          [true, "正しい"],
          [false, "正しくない"],
        ].map(([value, words]) => {
          const input = make("input", { type: "radio", name, value: String(value), id: `${name}-${value}` });
          return make("div", { className: "choice" }, input, make("label", { htmlFor: input.id, textContent: words }));
        }),
      answer: (form, name) => [...form.querySelectorAll(`[name="${name}"]:checked`)].map((input) => input.value),
      isRight: (question, given) => given[0] === String(question.right),
      told: (question) => [question.feedback],
    },
    ordering: {
      ask(question, name) {
        const places = question.items.map((_item, place) => place);
        return shuffled(places).map((place) => {
          const select = make(
            "select",
            { name, id: `${name}-${place}` },
            make("option", { value: "", textContent: "順番" }),
          );
          select.append(...places.map((at) => make("option", { value: String(at), textContent: `${at + 1}番目` })));
          select.dataset.item = String(place);
          const words = make("label", { htmlFor: select.id, textContent: question.items[place] });
          return make("div", { className: "ordered" }, select, words);
        });
      },
      answer: (form, name) => {
        const given = [...form.querySelectorAll(`[name="${name}"]`)].map((select) => [
          select.dataset.item,
          select.value,
        ]);
        return given.some(([, at]) => at === "") ? [] : given;
      },
      isRight: (_question, given) => given.length > 0 && given.every(([item, at]) => item === at),
      told: (question) => [question.feedback],
    },
    number: typed(
      (question, given) =>
        Math.abs(number(given, question.unit) - question.answer) <= Number(question.tolerance) + 1e-9,
    ),
    "short-text": typed((question, given) => question.answers.some((one) => folded(one) === folded(given))),
  };

  /* equally many of each area, in another order each time */
  function drawn(quiz) {
    const turns = {};
    const ranked = shuffled(quiz.questions.keys()).map((place) => {
      const area = quiz.questions[place].area ?? "";
      turns[area] = (turns[area] ?? 0) + 1;
      return [turns[area], place];
    });
    ranked.sort(([one], [other]) => one - other);
    const places = ranked.map(([, place]) => place).slice(0, quiz.draw || undefined);
    return quiz.shuffle ? shuffled(places) : places.sort((one, other) => one - other);
  }

  lessons.forEach((one, place) => {
    if (one.quiz) feet[place].before(quizOf(one.quiz, place));
  });

  function quizOf(quiz, place) {
    const room = make("div", { className: "quiz" });
    const begin = () => {
      const fits = (at) => quiz.questions[at];
      const asked = state.asked[place]?.every(fits) ? state.asked[place] : drawn(quiz);
      state.asked[place] = asked;
      keep();
      room.replaceChildren(form(asked));
      return room.querySelector("fieldset");
    };
    const form = (asked) => {
      const made = make("form", { noValidate: true });
      asked.forEach((at, order) => {
        const question = quiz.questions[at];
        const legend = make("legend", { textContent: `${order + 1}. ${question.text}` });
        const box = make("fieldset", { className: "question", tabIndex: -1 }, legend);
        box.append(...kinds[question.kind].ask(question, `q-${place}-${at}`));
        made.append(box);
      });
      const told = make("p", { className: "error" });
      told.setAttribute("role", "alert");
      made.append(
        told,
        make("p", { className: "acts" }, make("button", { className: "primary", textContent: "答え合わせをする" })),
      );
      made.addEventListener("submit", (event) => {
        event.preventDefault();
        const marks = asked.map((at) => mark(quiz.questions[at], made, `q-${place}-${at}`));
        const open = marks.findIndex((one) => !one.given.length);
        if (open >= 0 && !told.textContent) {
          told.textContent = `${open + 1}問目など、まだ答えていない問題があります。このまま答え合わせをするときは、もう一度押してください。`;
          return;
        }
        result(marks);
      });
      return made;
    };
    const result = (marks) => {
      const right = marks.filter((one) => one.isRight).length;
      const score = Math.floor((right * 100) / marks.length);
      const passed = score >= quiz.pass_percent;
      delete state.asked[place];
      if (!isFinished(place) && (passed || !state.scores[place])) state.scores[place] = [right, marks.length];
      const words = quiz.pass_percent
        ? passed
          ? "で合格です。"
          : `でした。合格は${quiz.pass_percent}%からです。`
        : "でした。";
      const summary = make(
        "p",
        { className: "summary", tabIndex: -1 },
        make("strong", { textContent: `${score}%` }),
        words,
      );
      const meant = (share, area) =>
        (quiz.recommendations ?? []).find((one) => (one.area ?? "") === area && share <= one.up_to)?.text ?? "";
      const overall = meant(score, "");
      const areas = [...new Set(marks.map((one) => one.area).filter(Boolean))].map((area) => {
        const its = marks.filter((one) => one.area === area);
        const known = its.filter((one) => one.isRight).length;
        if (quiz.spares && known === its.length) spare(area);
        const name = make("strong", { textContent: `${area}：${its.length}問のうち${known}問` });
        return make("li", {}, name, ` ${meant(Math.floor((known * 100) / its.length), area)}`);
      });
      const list = make("ol", { className: "marks" }, ...marks.map((one) => one.shown));
      const again = button(
        passed ? "もう一度ためす" : "もう一度受ける",
        () => begin().focus(),
        passed ? "secondary" : "primary",
      );
      room.replaceChildren(
        summary,
        ...(areas.length ? [make("ul", {}, ...areas)] : []),
        ...(overall ? [make("p", { textContent: overall })] : []),
        list,
        make("p", { className: "acts" }, again),
      );
      if (passed) finish(place);
      else keep();
      summary.focus();
    };
    const mark = (question, made, name) => {
      const kind = kinds[question.kind];
      const given = kind.answer(made, name);
      const isRight = kind.isRight(question, given);
      const verdict = make("strong", {
        className: "verdict",
        textContent: isRight ? "○ 正解" : given.length ? "× もう少し" : "― 答えていません",
      });
      const shown = make("li", { className: isRight ? "right" : "wrong" }, make("p", {}, verdict, ` ${question.text}`));
      if (given.length)
        shown.append(
          ...kind
            .told(question, given)
            .filter(Boolean)
            .map((text) => make("p", { textContent: text })),
        );
      return { given, isRight, shown, area: question.area ?? "" };
    };
    const start = isFinished(place) ? "もう一度ためす" : "確認テストを始める";
    if (state.asked[place]) begin();
    else
      room.append(
        make(
          "p",
          { className: "acts" },
          button(start, () => begin().focus(), isFinished(place) ? "secondary" : "primary"),
        ),
      );
    return room;
  }

  document.body.classList.add("alone-runs");
  if (!lessons[state.at]) state.at = 0;
  keep();
  draw();
})();
