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

for (const [tier, most] of Object.entries(TIERS) as [Tier, number][]) {
  it(`${tier}: ${most} calls a minute go through, the next one waits for the window to move`, () => {
    const { clock, take } = start();
    for (let call = 0; call < most; call += 1) assert.equal(take("a.method", tier), undefined);
    assert.equal(take("a.method", tier), 60);
    clock.advance(59_999);
    assert.equal(take("a.method", tier), 1);
    clock.advance(1);
    assert.equal(take("a.method", tier), undefined);
  });
}

it("a refused call is not counted: who waits as long as told goes through", () => {
  const { clock, take } = start();
  for (let call = 0; call < 20; call += 1) take("a.method", "tier2");
  for (let call = 0; call < 100; call += 1) assert.equal(take("a.method", "tier2"), 60);
  clock.advance(60_000);
  assert.equal(take("a.method", "tier2"), undefined);
});

it("the window slides: what was called later leaves it later", () => {
  const { clock, take } = start();
  for (let call = 0; call < 10; call += 1) take("a.method", "tier2");
  clock.advance(30_000);
  for (let call = 0; call < 10; call += 1) take("a.method", "tier2");
  assert.equal(take("a.method", "tier2"), 30);
  clock.advance(30_000);
  for (let call = 0; call < 10; call += 1) assert.equal(take("a.method", "tier2"), undefined);
  assert.equal(take("a.method", "tier2"), 30);
});

it("methods and apps do not use up each other's calls", () => {
  const { take } = start();
  for (let call = 0; call < 20; call += 1) take("a.method", "tier2");
  assert.equal(take("b.method", "tier2"), undefined);
  assert.equal(take("a.method", "tier2", { owner: "A2" }), undefined);
});

it("a channel takes a burst of three messages, then one a second; another channel is not held up", () => {
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

it("a message that its channel holds up does not use up the workspace's calls", () => {
  const { limiter, take } = start();
  limiter.settings.perMinute = { "chat.postMessage": 4 };
  for (let call = 0; call < 50; call += 1) take("chat.postMessage", "hundreds", { channel: "C1" });
  assert.equal(take("chat.postMessage", "hundreds", { channel: "C2" }), undefined);
  assert.equal(take("chat.postMessage", "hundreds", { channel: "C3" }), 60);
});

it("limits can be switched off", () => {
  const { limiter, take } = start();
  limiter.settings.enabled = false;
  for (let call = 0; call < 1000; call += 1) assert.equal(take("a.method", "tier1"), undefined);
});
