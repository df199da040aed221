// Shows how much of a file has been sent. Without it the form works as forms do.
(() => {
  for (const form of document.querySelectorAll("form[data-progress]")) {
    form.addEventListener("submit", (submitting) => {
      submitting.preventDefault();
      const place = form.querySelector(".sending");
      const [bar, words] = [place.querySelector("progress"), place.querySelector("span")];
      const request = new XMLHttpRequest();
      place.hidden = false;
      words.textContent = "送っています。このページを閉じないでください。";
      request.upload.onprogress = (sent) => {
        bar.value = Math.floor((100 * sent.loaded) / sent.total);
        if (sent.loaded === sent.total) words.textContent = "届きました。保存しています。";
      };
      request.onload = () => {
        history.replaceState(null, "", request.responseURL);
        document.open();
        document.write(request.responseText);
        document.close();
      };
      request.onerror = () => { words.textContent = "送れませんでした。つながりを確かめて、もう一度お試しください。"; };
      request.open("POST", form.action);
      request.send(new FormData(form));
    });
  }
})();
