// The certified provider of npm, with one client: node tests/oidc_provider.mjs PORT REDIRECT_URI
import Provider from "oidc-provider";

const [port, back] = process.argv.slice(2);
const claims = (id) => ({ sub: id, name: "認証 花子", email: `${id}@example.lg.jp`, email_verified: true });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "tomomanabi", client_secret: "secret", redirect_uris: [back] }],
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => claims(id) }),
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1");
