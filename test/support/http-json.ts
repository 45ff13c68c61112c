/** A request to a stand-in's `/_control/`, or to the bot's health endpoints. Throws on anything but success. */
// biome-ignore lint/suspicious/noExplicitAny: the answers are as many shapes as there are routes; tests assert on them.
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
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
