// Runs a part of a package: gives it the run-time of its standard, keeps what it reports, and tells the page around it.
// This frame, like the part, is of another origin than the application: it has no cookie of it and cannot reach into it.
const run = JSON.parse(document.getElementById("run").textContent);
const part = document.getElementById("part");
const AGAIN = 3000;
const SILENT = 10000;
const REFUSED = /^4(?!09)\d\d$/; // all but a collision, which is gone the next time

const tell = (what, more = {}) => parent.postMessage({ tomomanabi: "package", what, ...more }, run.shown_by);

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
const again = () => {
  const text = unkept;
  unkept = "";
  if (text) send(text);
};
addEventListener("online", again);

const keep = (report, ended = false) => send(JSON.stringify({ ...report, ended }));
const send = (text) => {
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
  httpService: { processHttpRequest: (_address, report, ending) => keep(report, ending && !byUs), updateSettings() {} },
};

const RunTime =
  run.standard === "1.2"
    ? (await import("../vendor/scorm12.js")).Scorm12API
    : (await import("../vendor/scorm2004.js")).Scorm2004API;
let api = new RunTime(settings);

// What the last session left goes in again; where the run-time does not take all of it, the place and the data do.
const begin = () => {
  const { interactions, objectives, ...most } = run.start.cmi;
  for (const left of [run.start.cmi, most]) {
    try {
      api.loadFromJSON(left, "cmi");
      return;
    } catch {
      api = new RunTime(settings);
    }
  }
  tell("unread");
};

if (run.reports) {
  begin();
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
  if (run.reports && api.isInitialized() && !unset) api.commit("Commit", false);
};
for (const sign of ["beforeunload", "pagehide"]) addEventListener(sign, keepNow);
document.addEventListener("visibilitychange", () => document.hidden && keepNow());

addEventListener("message", (message) => {
  if (message.origin !== run.shown_by || message.source !== parent || message.data?.tomomanabi !== "leave") return;
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
      if (!closing && (await fetch(run.page, { method: "HEAD" })).ok) keep({});
    } else
      setTimeout(() => {
        if (api.isNotInitialized()) tell("silent");
      }, SILENT);
  },
  { once: true },
);
part.src = run.page;
