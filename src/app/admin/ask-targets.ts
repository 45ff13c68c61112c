import type { Automation, AwsFailure, Clock } from "../ports/aws.ts";

/** A target of the configuration; `automation` is undefined while its account is not known. */
export interface AskedTarget {
  key: string;
  automation: Automation | undefined;
}

export interface TargetAnswers<T> {
  answers: { automation: Automation; value: T }[];
  /** Targets without an answer: the result is partial. */
  failed: { target: string; error: string }[];
}

/** How long one target may take: a target that hangs delays no answer for longer. */
export const TARGET_TIMEOUT_MS = 15_000;

/** Asks all targets at the same time. Each one has the same time limit. */
export async function askTargets<T extends { kind: string }>(
  { targets, clock }: { targets: readonly AskedTarget[]; clock: Clock },
  ask: (automation: Automation, abort: AbortSignal) => Promise<T | AwsFailure>,
): Promise<TargetAnswers<T>> {
  const found: TargetAnswers<T> = { answers: [], failed: [] };
  await Promise.all(
    targets.map(async ({ key, automation }) => {
      if (automation === undefined) return found.failed.push({ target: key, error: "its account is not known yet" });
      const value = await withinLimit(clock, (abort) => ask(automation, abort));
      if (value === "late")
        return found.failed.push({ target: key, error: `no answer within ${TARGET_TIMEOUT_MS / 1000} s` });
      if (isFailure(value)) return found.failed.push({ target: key, error: `${value.code}: ${value.message}` });
      return found.answers.push({ automation, value });
    }),
  );
  found.failed.sort((a, b) => a.target.localeCompare(b.target));
  return found;
}

const isFailure = (value: { kind: string }): value is AwsFailure => value.kind === "failed";

async function withinLimit<T>(clock: Clock, ask: (abort: AbortSignal) => Promise<T>): Promise<T | "late"> {
  const late = new AbortController();
  const done = new AbortController();
  const limit = clock.sleep(TARGET_TIMEOUT_MS, done.signal).then(() => {
    if (!done.signal.aborted) late.abort();
    return "late" as const;
  });
  try {
    return await Promise.race([ask(late.signal), limit]);
  } finally {
    done.abort();
  }
}
