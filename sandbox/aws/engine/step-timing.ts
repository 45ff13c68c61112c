import { interpolate, type Lookup } from "./interpolate.ts";
import type { StepDefinition } from "./runbook.ts";

/** Seven days for the actions that wait for people, as their reference pages say, and thirty at most. */
const DEFAULT_TIMEOUT_SECONDS: Record<string, number> = { "aws:approve": 604_800, "aws:pause": 604_800 };
export const MAX_TIMEOUT_SECONDS: Record<string, number> = { "aws:approve": 2_592_000, "aws:pause": 2_592_000 };

/** AWS's own limit is not documented; it keeps a step that fails without taking time from being tried for ever. */
export const MAX_ATTEMPTS = 1000;

/** How long and how often a step is tried. Without `timeoutMs` it may run for ever. */
export type TimingResult = { ok: true; timeoutMs?: number; maxAttempts: number } | { ok: false; problem: string };

/** `timeoutSeconds` and `maxAttempts` with their references resolved. A longer timeout than the action takes is cut. */
export function resolveTiming(definition: StepDefinition, lookup: Lookup): TimingResult {
  const { action, maxAttempts = 1 } = definition;
  const timeoutSeconds = definition.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS[action];
  const attempts = parseWholeNumber(interpolate(maxAttempts, lookup).value);
  if (attempts === undefined || attempts > MAX_ATTEMPTS) {
    return { ok: false, problem: `maxAttempts must be a whole number from 1 to ${MAX_ATTEMPTS}: ${maxAttempts}.` };
  }
  if (timeoutSeconds === undefined) return { ok: true, maxAttempts: attempts };
  const seconds = parseWholeNumber(interpolate(timeoutSeconds, lookup).value);
  if (seconds === undefined) {
    return { ok: false, problem: `timeoutSeconds must be a whole number of at least 1: ${timeoutSeconds}.` };
  }
  const timeoutMs = Math.min(seconds, MAX_TIMEOUT_SECONDS[action] ?? seconds) * 1000;
  return { ok: true, timeoutMs, maxAttempts: attempts };
}

/** A whole number of at least 1, also as text; undefined for anything else. */
export function parseWholeNumber(value: unknown): number | undefined {
  if (typeof value === "string" && /^\d{1,15}$/.test(value)) return parseWholeNumber(Number(value));
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}
