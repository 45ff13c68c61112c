import { interpolate, type Lookup } from "./interpolate.ts";
import type { StepDefinition } from "./runbook.ts";

/** Actions that wait for people have a default timeout of 7 days and a maximum of 30. Source: their reference pages. */
const DEFAULT_TIMEOUT_SECONDS: Record<string, number> = { "aws:approve": 604_800, "aws:pause": 604_800 };
export const MAX_TIMEOUT_SECONDS: Record<string, number> = { "aws:approve": 2_592_000, "aws:pause": 2_592_000 };

/** Ends a step that fails without taking time. AWS's own limit is not documented. */
export const MAX_ATTEMPTS = 1000;

/** The timeout and the number of attempts of a step. Without `timeoutMs`, the step has no timeout. */
export type TimingResult = { ok: true; timeoutMs?: number; maxAttempts: number } | { ok: false; problem: string };

/** Resolves the references in `timeoutSeconds` and `maxAttempts`. Limits the timeout to the action's maximum. */
export function resolveTiming(definition: StepDefinition, lookup: Lookup): TimingResult {
  const { action, maxAttempts = 1 } = definition;
  const timeoutSeconds = definition.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS[action];
  const attempts = parseWholeNumber(interpolate(maxAttempts, lookup).value);
  if (attempts === undefined || attempts > MAX_ATTEMPTS) {
    return { ok: false, problem: `maxAttempts must be a whole number from 1 to ${MAX_ATTEMPTS}; got ${maxAttempts}.` };
  }
  if (timeoutSeconds === undefined) return { ok: true, maxAttempts: attempts };
  const seconds = parseWholeNumber(interpolate(timeoutSeconds, lookup).value);
  if (seconds === undefined) {
    return { ok: false, problem: `timeoutSeconds must be a whole number of at least 1; got ${timeoutSeconds}.` };
  }
  const timeoutMs = Math.min(seconds, MAX_TIMEOUT_SECONDS[action] ?? seconds) * 1000;
  return { ok: true, timeoutMs, maxAttempts: attempts };
}

/** Parses a whole number of at least 1 from a number or a string. Returns undefined for any other value. */
export function parseWholeNumber(value: unknown): number | undefined {
  if (typeof value === "string" && /^\d{1,15}$/.test(value)) return parseWholeNumber(Number(value));
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}
