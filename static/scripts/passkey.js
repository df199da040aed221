// Lets the browser make a passkey, or show one, before a form is sent.

const WAYS = {
  create: async (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: async (options) =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};
const NOT_HERE = "この端末やブラウザーでは、パスキーを使えません。認証アプリのコードを使ってください。";
const CANCELLED = "パスキーの確認が終わりませんでした。もう一度押すか、ほかの方法を使ってください。";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const line = form.querySelector("[role=status]");
  const say = (text) => {
    line.textContent = text;
    line.hidden = !text;
  };
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
      say(NOT_HERE);
      return;
    }
    try {
      const made = await WAYS[form.dataset.passkey](JSON.parse(form.dataset.options));
      form.elements.credential.value = JSON.stringify(made.toJSON());
    } catch {
      say(CANCELLED);
      return;
    }
    form.requestSubmit();
  });
}
