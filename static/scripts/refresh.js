// Looks again how far something is that goes on in the background. Without this script one follows the link.
const EVERY = 3000;

if (document.querySelector("[data-refresh]")) setTimeout(() => location.reload(), EVERY);
