import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { type AwsSandbox, startAwsSandbox } from "../../sandbox/aws/start-aws-sandbox.ts";
import { type SlackSandbox, startSlackSandbox } from "../../sandbox/slack/server.ts";

let aws: AwsSandbox;
let slack: SlackSandbox;
suite("origins", () => {
  before(async () => {
    aws = await startAwsSandbox({ port: 0 });
    slack = await startSlackSandbox();
  });
  after(async () => {
    await aws?.close();
    await slack?.close();
  });

  const CASES: { who: string; headers: Record<string, string>; status: number }[] = [
    { who: "a program", headers: {}, status: 200 },
    { who: "the page", headers: { "sec-fetch-site": "same-origin", origin: "http://localhost:3000" }, status: 200 },
    { who: "a person's address bar", headers: { "sec-fetch-site": "none" }, status: 200 },
    { who: "another page on this machine", headers: { origin: "http://127.0.0.1:5173" }, status: 200 },
    { who: "a website", headers: { "sec-fetch-site": "cross-site", origin: "https://example.com" }, status: 403 },
    { who: "a website in an old browser", headers: { origin: "https://example.com" }, status: 403 },
    {
      who: "a host name that only starts with localhost",
      headers: { origin: "http://localhost.example.com" },
      status: 403,
    },
    { who: "a frame without an origin", headers: { origin: "null" }, status: 403 },
  ];

  for (const { who, headers, status } of CASES) {
    test(`${who} gets ${status} from /_control/ of both stand-ins`, async () => {
      for (const { url, clock } of [aws, slack]) {
        const began = clock.now();
        // Plain text: a website can send it without a CORS preflight.
        const body = JSON.stringify({ advanceMs: 3_600_000 });
        const response = await fetch(`${url}/_control/clock`, { method: "POST", headers, body });
        assert.equal(response.status, status, url);
        assert.equal(clock.now() - began >= 3_600_000, status === 200, url);
        assert.equal((await fetch(`${url}/_control/requests`, { headers })).status, status, url);
      }
    });
  }
});
