/** JSON from `/_control/` of a stand-in or from the bot's health endpoints. `getJson` and `postJson` throw on an error status. */
// biome-ignore lint/suspicious/noExplicitAny: each route has its own response shape; tests assert on them.
export type Json = any;

export async function getJson(url: string): Promise<Json> {
  return readJson(await fetch(url), url);
}

export async function postJson(url: string, body: unknown): Promise<Json> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return readJson(await fetch(url, init), url);
}

async function readJson(response: Response, url: string): Promise<Json> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} returned ${response.status}: ${text}`);
  return JSON.parse(text);
}
