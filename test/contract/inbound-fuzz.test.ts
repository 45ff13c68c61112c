import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { alterations, applyAlterations } from "../support/alterations.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import type { Json } from "../support/http-json.ts";
import { inbound, validPayloads } from "./inbound-bot.ts";

const PAYLOADS = FULL_MATRIX ? 12_000 : 700;
const AT_ONCE = 200;

const DECISIVE = ["approve", "reject", "form", "break-glass", "break-glass without a message"];

/**
 * What a payload says, as far as anything is decided by it. Slack itself vouches for who pressed and for what was typed;
 * a payload that still says the same in all of this is the same click, and counts.
 */
function saying(payload: Json): string {
  const { type, api_app_id, team, user, container, actions, view } = payload ?? {};
  const action = Array.isArray(actions) ? [actions.length, actions[0]?.action_id, actions[0]?.value] : null;
  const place = type === "block_actions" && !isInReply(payload) ? [container?.channel_id, container?.message_ts] : null;
  const form = type === "view_submission" ? [view?.callback_id, view?.private_metadata, typedOf(view)] : null;
  return JSON.stringify([type, api_app_id, team?.id, user?.id, user?.team_id ?? team?.id, place, action, form]);
}

/** The buttons in the reply to a command decide too, for people who may read the request. Only Slack says where a button is. */
const isInReply = (payload: Json) => payload?.container?.is_ephemeral === true;

const inReply = (payload: Json): Json => ({ ...payload, container: { ...payload.container, is_ephemeral: true } });

/** A form needs a reason and the runbook's name; which reason it is decides nothing. */
function typedOf(view: Json): unknown {
  const values = view?.state?.values;
  const text = (value: unknown) => (typeof value === "string" ? value.trim() : value);
  return [Boolean(text(values?.reason?.reason?.value)), text(values?.typed?.typed?.value)];
}

for (const name of DECISIVE) {
  test(`unaltered, ${name} decides: what follows is about payloads that would count`, async (t) => {
    const bot = await inbound(t);
    await bot.deliver(validPayloads(bot)[name]);
    await bot.work();
    assert.equal(bot.automation.calls.signal.length, 1);
  });
}

test(`no signal leaves for any of ${PAYLOADS.toLocaleString("en-US")} altered payloads, none counts, and nothing is left unhandled`, async (t) => {
  const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`seed ${seed}; FC_SEED repeats it`);
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on("unhandledRejection", note);
  t.after(() => process.off("unhandledRejection", note));

  const bot = await inbound(t);
  const valid = validPayloads(bot);
  // Most of all what decides.
  const names = [...DECISIVE, ...DECISIVE, ...DECISIVE, ...DECISIVE, ...Object.keys(valid)];
  const choice = fc.record({ name: fc.constantFrom(...names), changes: alterations });
  // More than are needed: an alteration of what decides nothing leaves the same click, and is passed over.
  const candidates = fc.sample(choice, { numRuns: PAYLOADS * 6, seed });
  const delivered = new Map<string, number>();
  let batch: { name: string; body: Json; changes: unknown }[] = [];
  let total = 0;
  for (const { name, changes } of candidates) {
    if (total >= PAYLOADS) break;
    const body = applyAlterations(valid[name], changes) as Json;
    const original = isInReply(body) ? inReply(valid[name]) : valid[name];
    if (DECISIVE.includes(name) && saying(body) === saying(original)) continue;
    delivered.set(name, (delivered.get(name) ?? 0) + 1);
    total += 1;
    batch.push({ name, body, changes });
    if (batch.length < AT_ONCE) continue;
    await Promise.all(batch.map((each) => bot.deliver(each.body)));
    await bot.work();
    const votes = await bot.votes();
    assert.deepEqual(
      votes,
      [],
      `one of these counted: ${JSON.stringify(batch.map(({ name, changes }) => [name, changes]))}`,
    );
    assert.deepEqual(bot.automation.calls.signal, []);
    batch = [];
  }
  assert.equal(total, PAYLOADS);
  assert.deepEqual(unhandled, []);
  t.diagnostic(`delivered ${JSON.stringify(Object.fromEntries(delivered))}`);
  // The bot is as well as before: what counts still counts.
  await bot.deliver(valid.approve);
  await bot.work();
  assert.equal(bot.automation.calls.signal.length, 1);
});
