// The SAML provider of npm, with keys of its own: node tests/saml_provider.mjs PORT FOLDER
// FOLDER holds key.pem and cert.pem, read anew at each answer: its key may change. Who signs in is said by ?as=.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { inflateRawSync } from "node:zlib";
import samlp from "samlp";

const [port, folder] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}/idp`;
const PEOPLE = {
  "u-1": { id: "u-1", displayName: "認証 花子", name: { familyName: "認証", givenName: "花子" }, emails: [{ value: "ninsho@example.lg.jp" }], employee_number: "N-100" },
  "u-2": { id: "u-2", displayName: "未知 太郎", name: { familyName: "未知", givenName: "太郎" }, emails: [{ value: "michi@example.lg.jp" }] },
};
for (const account of ["sachiko.takahashi", "hanako.midori"])
  PEOPLE[account] = { ...PEOPLE["u-2"], id: account, emails: [{ value: `${account}@example.lg.jp` }] };
const choices = (query) => Object.keys(PEOPLE)
  .map((who) => `<p><a href="/sso?${query}&as=${encodeURIComponent(who)}">${who}</a></p>`).join("");

createServer((request, response) => {
  const address = new URL(request.url, issuer);
  const cert = readFileSync(`${folder}/cert.pem`), key = readFileSync(`${folder}/key.pem`);
  request.query = Object.fromEntries(address.searchParams);
  request.originalUrl = request.url;
  request.body = {};
  response.set = (headers) => { for (const [name, value] of Object.entries(headers)) response.setHeader(name, value); };
  response.send = (text) => response.end(text);
  const failed = (error) => { response.statusCode = 400; response.end(String(error?.message)); };
  if (address.pathname.endsWith(".xml")) {
    request.protocol = "http";
    return samlp.metadata({ issuer, cert, redirectEndpointPath: "/sso", postEndpointPath: "/sso" })(request, response);
  }
  if (address.pathname !== "/sso") return response.end("ready");
  if (!request.query.as) {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    return response.end(`<!doctype html><title>Provider</title>${choices(address.searchParams)}`);
  }
  const asked = inflateRawSync(Buffer.from(request.query.SAMLRequest, "base64")).toString();
  const back = asked.match(/AssertionConsumerServiceURL="([^"]+)"/)[1];
  samlp.auth({
    issuer, cert, key, lifetimeInSeconds: 300, signResponse: request.query.sign === "response", signAssertion: request.query.sign !== "response",
    nameIdentifierFormat: `urn:oasis:names:tc:SAML:2.0:nameid-format:${request.query.format ?? "persistent"}`,
    ...(request.query.sha1 && { signatureAlgorithm: "rsa-sha1", digestAlgorithm: "sha1" }),
    recipient: request.query.recipient ?? back,
    getPostURL: (_audience, _asked, _request, done) => done(null, back),
    getUserFromRequest: () => PEOPLE[request.query.as],
  })(request, response, failed);
}).listen(Number(port), "127.0.0.1");
