import type { ApprovalRequest } from "../../core/request.ts";
import type { Automation, AwsFailure, Clock } from "../ports/aws.ts";

/** A target of the configuration; `automation` is undefined while its account is not known, and `failure` says why. */
export interface AskedTarget {
  key: string;
  automation: Automation | undefined;
  failure?: AwsFailure | null;
}

/**
 * Why people see no execution as AWS has it now. `not-found`: AWS no longer has it. `no-target`: its target is not in the
 * configuration, or its account is not known yet.
 */
export type UnreadExecution = { kind: "not-found" } | { kind: "no-target"; target: string } | AwsFailure;

export interface FailedTarget {
  target: string;
  error: string;
}

export interface TargetAnswers<T> {
  answers: { automation: Automation; value: T }[];
  /** Targets without an answer: the result is partial. */
  failed: FailedTarget[];
}

/** How long one target may take: a target that hangs delays no answer for longer. */
export const TARGET_TIMEOUT_MS = 15_000;
const LATE = `no answer within ${TARGET_TIMEOUT_MS / 1000} s`;

/** Asks all targets at the same time. Each one has the same time limit. */
export async function askTargets<T extends { kind: string }>(
  { targets, clock }: { targets: readonly AskedTarget[]; clock: Clock },
  ask: (automation: Automation, abort: AbortSignal) => Promise<T | AwsFailure>,
): Promise<TargetAnswers<T>> {
  const isKnown = (each: AskedTarget): each is { key: string; automation: Automation } => each.automation !== undefined;
  const sources = targets.filter(isKnown);
  const unknown = targets
    .filter((each) => !isKnown(each))
    .map(({ key, failure = null }) => ({
      target: key,
      error: failure === null ? "its account is not known yet" : describeFailure(failure),
    }));
  const { answers, failed } = await askAll({ sources, clock }, ({ automation }, abort) => ask(automation, abort));
  return {
    answers: answers.map(({ source: { automation }, value }) => ({ automation, value })),
    failed: [...failed, ...unknown].sort(byTarget),
  };
}

/** The same for anything that has the key of a target. */
export async function askAll<Source extends { key: string }, T extends { kind: string }>(
  { sources, clock }: { sources: readonly Source[]; clock: Clock },
  ask: (source: Source, abort: AbortSignal) => Promise<T | AwsFailure>,
): Promise<{ answers: { source: Source; value: T }[]; failed: FailedTarget[] }> {
  const answers: { source: Source; value: T }[] = [];
  const failed: FailedTarget[] = [];
  await Promise.all(
    sources.map(async (source) => {
      const { key: target } = source;
      const value = await withinLimit(clock, (abort) => ask(source, abort));
      if (value === "late") failed.push({ target, error: LATE });
      else if (isFailure(value)) failed.push({ target, error: describeFailure(value) });
      else answers.push({ source, value });
    }),
  );
  return { answers, failed: failed.sort(byTarget) };
}

/** Asks the target of a request, within the same time limit. */
export async function askRequestTarget<T extends { kind: string }>(
  request: Pick<ApprovalRequest, "target">,
  { automation, clock }: { automation: Automation | undefined; clock: Clock },
  ask: (automation: Automation, abort: AbortSignal) => Promise<T | UnreadExecution>,
): Promise<T | UnreadExecution> {
  if (automation === undefined) return { kind: "no-target", target: request.target };
  const value = await withinLimit(clock, (abort) => ask(automation, abort));
  return value === "late" ? { kind: "failed", code: "Timeout", message: LATE, retry: true } : value;
}

const byTarget = (a: FailedTarget, b: FailedTarget) => a.target.localeCompare(b.target);

const describeFailure = ({ code, message }: AwsFailure) => `${code}: ${message}`;

const isFailure = (value: { kind: string }): value is AwsFailure => value.kind === "failed";

/** At its limit, a target can still return the part that it has: an aborted call ends at once, or it is late. */
async function withinLimit<T extends { kind: string }>(
  clock: Clock,
  ask: (abort: AbortSignal) => Promise<T>,
): Promise<T | "late"> {
  const late = new AbortController();
  const done = new AbortController();
  const limit = clock.sleep(TARGET_TIMEOUT_MS, done.signal).then(async () => {
    if (done.signal.aborted) return "late" as const;
    late.abort();
    await new Promise<void>((resolve) => setImmediate(resolve));
    return "late" as const;
  });
  const answer = ask(late.signal).then(
    (value) => (late.signal.aborted && isFailure(value) ? ("late" as const) : value),
    (error: unknown) => {
      if (late.signal.aborted) return "late" as const;
      throw error;
    },
  );
  try {
    return await Promise.race([answer, limit]);
  } finally {
    done.abort();
  }
}
