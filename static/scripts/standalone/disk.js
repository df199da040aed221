/* Keeps how far one is in the browser that opened the file, and makes the return code (修了コード) when all is done. */
(() => {
  const course = JSON.parse(document.getElementById("course").textContent);
  const place = `tomomanabi ${course.returns.about}`;
  const room = document.getElementById("return-code");

  /* base 31 without signs that are taken for one another, as kernel/secret.py has it */
  function written(bytes, length) {
    const signs = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let whole = bytes.reduce((sum, one) => sum * 256n + BigInt(one), 0n);
    let code = "";
    for (let sign = 0; sign < length; sign += 1) {
      code = signs[Number(whole % 31n)] + code;
      whole /= 31n;
    }
    return code.replace(/(.{4})(?=.)/g, "$1-");
  }

  async function codeOf(scores) {
    const counts = Uint8Array.from(scores.map(([right]) => right));
    const about = new TextEncoder().encode(course.returns.about);
    const signed = new Uint8Array([...about, 0, ...counts]);
    const raw = Uint8Array.from(course.returns.key.match(/../g), (two) => Number.parseInt(two, 16));
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, signed)).slice(0, course.returns.bytes);
    return written([...counts, ...mac], course.returns.signs);
  }

  window.keeper = {
    load() {
      try {
        return JSON.parse(localStorage.getItem(place) || "{}");
      } catch {
        return {};
      }
    },
    keep(state) {
      try {
        localStorage.setItem(place, JSON.stringify(state));
      } catch {
        /* where nothing may be kept, the page is gone through in one go */
      }
    },
    done(scores) {
      room.hidden = false;
      codeOf(scores).then(
        (code) => {
          room.querySelector("output").textContent = code;
        },
        () => {
          room.querySelector("output").textContent = "この画面では作れません。Microsoft EdgeかChromeで開いてください。";
        },
      );
    },
  };
})();
