import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { LOOP_PROBE } from "../support/loop-probe.ts";
import { BOT_ROLE, world } from "../support/world.ts";

const ROUNDS = 4;
/** Before slices and a budget, the longest turn of the large request was hundreds of times as long as that of the small one. */
const MOST = 8;

/** `count`: parameters, half of them hidden. AWS's API model allows 200 names with 50 values of 512 characters. */
const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index % 2 === 0 ? "Secret" : "Shown"}${index}`);

const runbook = (count: number) => ({
  schemaVersion: "0.3",
  parameters: Object.fromEntries(names(count).map((name) => [name, { type: "StringList" }])),
  mainSteps: [
    { name: "approve", action: "aws:approve", isEnd: true, inputs: { Message: "Really?", Approvers: [BOT_ROLE] } },
  ],
});

const values = (seed: string) => Array.from({ length: 50 }, (_, index) => `${seed}-${index}-`.repeat(64).slice(0, 512));

// unit/details-cost and unit/core-slices compare the costs in `npm test`.
fullMatrixTest(
  "a request at the limits of the API blocks the event loop little longer than a small one: its opening, Details and its decision",
  async (t) => {
    const w = await world(t, { start: false });
    const bot = await w.startBot({ NODE_OPTIONS: LOOP_PROBE });
    await w.ready();
    const probed = () => bot.lines.filter(({ event }) => event === "loop");
    /** Returns the longest turn since the last call. */
    const probe = async (): Promise<number> => {
      const before = probed().length;
      bot.signal("SIGUSR2");
      return eventually("the bot prints its longest turn", () => probed()[before]?.max);
    };
    const longestTurns = async (count: number, seed: string) => {
      await probe();
      const parameters = Object.fromEntries(names(count).map((name) => [name, values(seed + name)]));
      const id = await w.run(runbook(count), { parameters });
      const message = await w.message(id);
      const opening = await probe();
      for (let press = 0; press < 3; press++) {
        await w.click("U0JANE", message, "details");
        await w.modal("U0JANE", "Shown1");
      }
      const details = await probe();
      await w.click("U0JANE", message, "approve");
      await w.message(id, /Success|succeeded/i);
      return { opening, details, decision: await probe() };
    };
    // Other processes of the machine and the compiler make some turns longer, but not the shortest one of several rounds.
    const best = { small: {} as Record<string, number>, large: {} as Record<string, number> };
    for (let index = 0; index < ROUNDS; index++)
      for (const [size, count] of [
        ["small", 2],
        ["large", 200],
      ] as const)
        for (const [part, ms] of Object.entries(await longestTurns(count, `${size}${index}`)))
          best[size][part] = Math.min(ms, best[size][part] ?? ms);
    const ratios = Object.entries(best.large).map(([part, ms]) => [part, ms / (best.small[part] ?? 0)] as const);
    assert.equal(ratios.length, 3);
    for (const [part, ratio] of ratios)
      assert.ok(ratio < MOST, `${part}: ${ratio.toFixed(1)} times as long, ${JSON.stringify(best)}`);
    t.diagnostic(JSON.stringify(best));
  },
);
