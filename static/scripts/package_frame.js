// Runs a part of a package: gives it the run-time of its standard, keeps what it reports, and tells the page around it.
// This frame, like the part, is of another origin than the application: it has no cookie of it and cannot reach into it.
const run = JSON.parse(document.getElementById("run").textContent);
const part = document.getElementById("part");
const AGAIN = 3000;
const SILENT = 10000;
const REFUSED = /^4(?!09)\d\d$/; // all but a collision, which is gone the next time

// The page around this frame is of another origin: a part that looks for its run-time further up would be stopped there.
const shell = parent;
window.parent = window;
const tell = (what, more = {}) => shell.postMessage({ tomomanabi: "package", what, ...more }, run.shown_by);

// While a page is left a browser sends only beacons: plain text, that nobody answers.
let leaving = false;
let closing = false; // the part alone is closed: what it says while it goes is kept right after
for (const sign of ["beforeunload", "pagehide"]) {
  addEventListener(sign, () => {
    leaving = true;
    setTimeout(() => {
      leaving = false;
    }, AGAIN);
  });
}

// What could not be kept is tried again until it is, or until something newer is.
let unkept = "";
let unset = true; // nothing was set since the last report
let byUs = false; // the session is ended by this frame, not by the part
let said = false; // what is kept now is the part's own word: it commits, or its session ends
let unsaid = false; // what was kept last was not
const again = () => {
  const text = unkept;
  unkept = "";
  if (text) send(text);
};
addEventListener("online", again);

const keep = (report, ended = false, ending = ended) => {
  unsaid = !(said || ending);
  return send(JSON.stringify({ ...report, ended, said: !unsaid }));
};
// A record that is too long is kept without the answers of its questions: place, status, score and data come first.
const TOO_LONG = "413";
const withoutAnswers = (text) => {
  const report = JSON.parse(text);
  delete report.runtimeData?.cmi?.interactions;
  return JSON.stringify(report);
};
const send = (text, shortened = false) => {
  try {
    const request = new XMLHttpRequest();
    request.open("POST", run.keep, false);
    request.setRequestHeader("Content-Type", "text/plain;charset=UTF-8");
    request.send(text);
    if (request.status !== 200) throw new Error(String(request.status));
    const answer = JSON.parse(request.responseText);
    unkept = "";
    unset = true;
    tell(answer.older ? "older" : "kept", { state: answer.state, finished: answer.finished });
    return answer;
  } catch (problem) {
    if (closing) {
      unkept = text;
      return { result: true, errorCode: 0 };
    }
    if (leaving && navigator.sendBeacon(run.keep, new Blob([text], { type: "text/plain;charset=UTF-8" })))
      return { result: true, errorCode: 0 };
    if (problem.message === TOO_LONG && !shortened) return send(withoutAnswers(text), true);
    const refused = REFUSED.test(problem.message);
    if (!refused) {
      if (!unkept) setTimeout(again, AGAIN);
      unkept = text;
    }
    tell("unkept", { why: refused ? problem.message : "" });
    return { result: false, errorCode: 391 };
  }
};

const settings = {
  lmsCommitUrl: run.keep,
  renderCommonCommitFields: true,
  alwaysSendTotalTime: true,
  autocommit: true,
  autocommitSeconds: 5,
  logLevel: 5,
  httpService: {
    processHttpRequest: (_address, report, ending) => keep(report, ending && !byUs, ending),
    updateSettings() {},
  },
};

const RunTime =
  run.standard === "1.2"
    ? (await import("../vendor/scorm12.js")).Scorm12API
    : (await import("../vendor/scorm2004.js")).Scorm2004API;
const made = () => {
  const one = new RunTime(settings);
  if (run.standard === "1.2") takesLongPlaces(one.cmi.core);
  else sharesData(one.adl);
  return one;
};

// Tools of authors write a place longer than the 255 characters of SCORM 1.2; others keep it, so do we.
const LONGEST_PLACE = 64000;
const takesLongPlaces = (core) => {
  const usual = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(core), "lesson_location");
  Object.defineProperty(core, "lesson_location", {
    get: usual.get,
    set(place) {
      if (String(place).length <= LONGEST_PLACE) this._lesson_location = String(place);
      else usual.set.call(this, place);
    },
  });
};

// The data that parts share (adl.data, 4th edition): what was written last, and who may read and write it.
const sharesData = (adl) => {
  adl.restoreSharedDataSnapshot(run.start.shared);
  adl.configureSharedDataMaps(run.stores);
};
let api = made();

// To write to a container (`cmi.objectives`) is an error of the part, and must not harm what stands in it.
const CONTAINERS = new Set(
  run.standard === "1.2"
    ? ["cmi", "core", "score", "student_data", "student_preference", "objectives", "interactions", "correct_responses"]
    : [
        "cmi",
        "adl",
        "nav",
        "data",
        "request_valid",
        "score",
        "learner_preference",
        "objectives",
        "interactions",
      ].concat(["correct_responses", "comments_from_learner", "comments_from_lms"]),
);
const isContainer = (element) => {
  const last = String(element).split(".").at(-1);
  return CONTAINERS.has(last) || /^\d+$/.test(last);
};
const NOT_IMPLEMENTED = 401;

// An identifier of SCORM 1.2 is of ASCII signs; tools write others too. They are kept in ASCII, and given back as written.
const IDENTIFIER = /\.(?:interactions|objectives)\.(?:\d+\.)*id$/;
const inAscii = (value) => String(value).replace(/[^\x20-\x7e]/gu, (sign) => `_u${sign.codePointAt(0).toString(16)}_`);
const asWritten = (value) =>
  String(value).replace(/_u([0-9a-f]{2,6})_/g, (_all, code) => String.fromCodePoint(Number.parseInt(code, 16)));

// To leave a place or a language empty is legal (SCORM 2004 RTE 4.2.13, 4.2.14).
const EMPTIED = { "cmi.location": "_location", "cmi.learner_preference.language": "_language" };
const empties = (element) => {
  const holder = element === "cmi.location" ? api.cmi.content : api.cmi.learner_preference;
  holder[EMPTIED[element]] = "";
  unset = false;
  return "true";
};

// Where a part may ask to go (adl.nav.request_valid): before it, after it, to any part of the table of contents.
const VALID = /^adl\.nav\.request_valid\.(continue|previous|(?:choice|jump)\.\{target=(.+)\})$/;
const isValid = (element) => {
  const [, way, target] = VALID.exec(element) ?? [];
  if (way === undefined) return undefined;
  return String(target === undefined ? run.ways[way] !== "" : run.ways.choice.includes(target));
};
// What a part asked for when it ended its session (adl.nav.request): another part, or nothing more.
const wanted = (request) => {
  const [, target] = /^\{target=(.+)\}(?:choice|jump)$/.exec(request) ?? [];
  if (target !== undefined) return run.ways.choice.includes(target) ? target : "";
  return run.ways[request] || "";
};
const OVER = new Set(["exit", "exitAll", "suspendAll", "abandon", "abandonAll"]);

// What a part asks for goes through here: which words are its own, which it may not say, which were not taken.
const listens = () => {
  const [set, commit, get, end] =
    run.standard === "1.2"
      ? ["LMSSetValue", "LMSCommit", "LMSGetValue", "LMSFinish"]
      : ["SetValue", "Commit", "GetValue", "Terminate"];
  const sets = api[set].bind(api);
  const commits = api[commit].bind(api);
  const gets = api[get].bind(api);
  const ends = api[end].bind(api);
  let request = "";
  api[get] = (element) => {
    const given = (api.isInitialized() && isValid(String(element))) || gets(element);
    return run.standard === "1.2" && IDENTIFIER.test(element) ? asWritten(given) : given;
  };
  api[end] = (parameter) => {
    const done = ends(parameter);
    if (String(done) === "true" && !closing && !leaving)
      tell("ended", { part: wanted(request), over: OVER.has(request) });
    return done;
  };
  api[set] = (element, value) => {
    if (api.isInitialized() && isContainer(element)) {
      api.throwSCORMError(element, NOT_IMPLEMENTED);
      return "false";
    }
    if (run.standard !== "1.2" && value === "" && element in EMPTIED && api.isInitialized()) return empties(element);
    const taken = sets(element, run.standard === "1.2" && IDENTIFIER.test(element) ? inAscii(value) : value);
    if (element === "adl.nav.request" && String(taken) === "true") request = String(value);
    if (String(taken) === "false" && api.isInitialized()) tell("refused", { element: String(element).slice(0, 100) });
    return taken;
  };
  api[commit] = (parameter) => {
    said = true;
    try {
      return commits(parameter);
    } finally {
      said = false;
    }
  };
};

// What the last session left goes in again; where the run-time does not take all of it, the place and the data do.
const begin = () => {
  const { interactions, objectives, ...most } = run.start.cmi;
  for (const left of [run.start.cmi, most]) {
    try {
      api.loadFromJSON(left, "cmi");
      return;
    } catch {
      api = made();
    }
  }
  tell("unread");
};

if (run.reports) {
  begin();
  listens();
  for (const set of ["LMSSetValue", "SetValue"])
    api.on(set, () => {
      unset = false;
    });
  window[run.standard === "1.2" ? "API" : "API_1484_11"] = api;
}

// A part that forgets to end its session is ended here, so that its time and its last words are kept.
const end = () => {
  if (!run.reports || !api.isInitialized()) return;
  byUs = true;
  api.lmsFinish("");
};

// A window that is closed may say nothing to the frames in it: what is not kept yet is kept when it is put aside.
const keepNow = () => {
  if (run.reports && api.isInitialized() && (!unset || (said && unsaid))) api.commit("Commit", false);
};
addEventListener("beforeunload", keepNow);
addEventListener("pagehide", () => {
  said = true; // the session ends with the window
  keepNow();
  said = false;
});
document.addEventListener("visibilitychange", () => document.hidden && keepNow());

addEventListener("message", (message) => {
  if (message.origin !== run.shown_by || message.source !== shell || message.data?.tomomanabi !== "leave") return;
  closing = true;
  part.addEventListener(
    "load",
    () => {
      closing = false;
      again();
      end();
      tell("left");
    },
    { once: true },
  );
  part.src = "about:blank";
});

part.addEventListener(
  "load",
  async () => {
    if (!run.reports) {
      if (!closing && (await fetch(run.page, { method: "HEAD" })).ok) keep({}, false, true);
    } else
      setTimeout(() => {
        if (api.isNotInitialized()) tell("silent");
      }, SILENT);
  },
  { once: true },
);
part.src = run.page;
