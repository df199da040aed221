// Keeps where somebody is in a lesson, in its text or its video, and goes back there.
import { keep } from "./keeper.js";

const lesson = document.querySelector("article.lesson[data-keep]");
const video = lesson.querySelector("video");

const goOnWatching = () => {
  video.currentTime = Number(lesson.dataset.position);
};

const parts = [...lesson.children];
const partBeingRead = () =>
  Math.max(
    0,
    parts.findLastIndex((part) => part.getBoundingClientRect().top < innerHeight / 3),
  );

if (video) {
  if (video.readyState) goOnWatching();
  else video.addEventListener("loadedmetadata", goOnWatching, { once: true });
} else {
  const from = Math.min(Number(lesson.dataset.position), parts.length - 1);
  const resumed = document.querySelector("[data-resumed]");
  if (from > 0 && resumed) {
    parts[from].before(resumed); // it is said where the eye arrives
    resumed.hidden = false;
    resumed.scrollIntoView({ block: "start" });
  }
}

const position = video ? () => Math.floor(video.currentTime) : partBeingRead;
keep(lesson.dataset.keep, () => new URLSearchParams({ position: position() }));
