import assert from "node:assert/strict";
import { it } from "node:test";
import { makeRateLimiter } from "../../sandbox/slack/limits/rate-limiter.ts";
import { TIERS, type Tier } from "../../sandbox/slack/limits/tiers.ts";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";

const start = () => {
  const clock = makeSandboxClock(() => 1_000_000);
  const limiter = makeRateLimiter(clock);
  const acquire = (method: string, tier: Tier, more: { owner?: string; channel?: string } = {}) =>
    limiter.acquire({ owner: "A1", method, tier, ...more });
  return { clock, limiter, take: acquire };
};

for (const [tier, max] of Object.entries(TIERS) as [Tier, number][]) {
  it(`${tier}: ${max} calls per minute are allowed, the next one must wait`, () => {
    const { clock, take } = start();
    for (let call = 0; call < max; call += 1) assert.equal(take("a.method", tier), undefined);
    assert.equal(take("a.method", tier), 60);
    clock.advance(59_999);
    assert.equal(take("a.method", tier), 1);
    clock.advance(1);
    assert.equal(take("a.method", tier), undefined);
  });
}

it("a rejected call does not count: a caller that waits as told is allowed", () => {
  const { clock, take } = start();
  for (let call = 0; call < 20; call += 1) take("a.method", "tier2");
  for (let call = 0; call < 100; call += 1) assert.equal(take("a.method", "tier2"), 60);
  clock.advance(60_000);
  assert.equal(take("a.method", "tier2"), undefined);
});

it("the window slides: later calls leave it later", () => {
  const { clock, take } = start();
  for (let call = 0; call < 10; call += 1) take("a.method", "tier2");
  clock.advance(30_000);
  for (let call = 0; call < 10; call += 1) take("a.method", "tier2");
  assert.equal(take("a.method", "tier2"), 30);
  clock.advance(30_000);
  for (let call = 0; call < 10; call += 1) assert.equal(take("a.method", "tier2"), undefined);
  assert.equal(take("a.method", "tier2"), 30);
});

it("each method and each app has its own limit", () => {
  const { take } = start();
  for (let call = 0; call < 20; call += 1) take("a.method", "tier2");
  assert.equal(take("b.method", "tier2"), undefined);
  assert.equal(take("a.method", "tier2", { owner: "A2" }), undefined);
});

it("a channel allows three messages at once, then one per second, independent of other channels", () => {
  const { clock, take } = start();
  const post = (channel: string) => take("chat.postMessage", "hundreds", { channel });
  assert.deepEqual(
    [1, 2, 3, 4].map(() => post("C1")),
    [undefined, undefined, undefined, 1],
  );
  assert.equal(post("C2"), undefined);
  clock.advance(1000);
  assert.deepEqual([post("C1"), post("C1")], [undefined, 1]);
});

it("a message that exceeds the limit of its channel does not count for the workspace", () => {
  const { limiter, take } = start();
  limiter.settings.perMinute = { "chat.postMessage": 4 };
  for (let call = 0; call < 50; call += 1) take("chat.postMessage", "hundreds", { channel: "C1" });
  assert.equal(take("chat.postMessage", "hundreds", { channel: "C2" }), undefined);
  assert.equal(take("chat.postMessage", "hundreds", { channel: "C3" }), 60);
});

it("limits can be disabled", () => {
  const { limiter, take } = start();
  limiter.settings.enabled = false;
  for (let call = 0; call < 1000; call += 1) assert.equal(take("a.method", "tier1"), undefined);
});
