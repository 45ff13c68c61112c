import assert from "node:assert/strict";
import { test } from "node:test";
import { findObstacle, type Obstacle } from "../../src/core/obstacle.ts";
import type { Route } from "../../src/core/policy.ts";
import type { RequestFacts } from "../../src/core/request.ts";
import { aFacts, aRoute } from "../support/samples.ts";

const BOT = { kind: "bot", arn: "arn:aws:iam::111122223333:role/CountersignBot" } as const;
const listed = aFacts({ signer: BOT, awsApprovers: [BOT.arn] });
const unlisted = aFacts({ signer: BOT, awsApprovers: ["arn:aws:iam::111122223333:user/omar"] });
const elsewhere = aRoute({ decide: "elsewhere" });

const CASES: [claim: string, RequestFacts, Route | null, Obstacle | null][] = [
  ["a route covers it and the step lists the signer", listed, aRoute(), null],
  ["a route covers it and the signer is not known", aFacts(), aRoute(), null],
  ["the step lists only another principal", unlisted, aRoute(), "unlisted"],
  ["it is a pause, which lists nobody", { ...unlisted, action: "aws:pause" }, aRoute(), null],
  ["its route only informs", listed, elsewhere, "elsewhere"],
  ["its route only informs, and the step lists only another principal", unlisted, elsewhere, "elsewhere"],
  ["no route covers it", listed, null, "no-route"],
  ["no route covers it, and the step lists only another principal", unlisted, null, "no-route"],
];

for (const [claim, facts, route, expected] of CASES)
  test(`a click ${expected === null ? "can" : "cannot"} decide a request in Slack if ${claim}`, () => {
    assert.equal(findObstacle(facts, route), expected);
  });
