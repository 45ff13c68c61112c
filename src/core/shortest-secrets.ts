import type { Secret } from "./learn-secrets.ts";

/** The hidden values that become patterns, in characters, the shortest first. */
export const MAX_SECRETS_LENGTH = 100_000;
/** What each value costs besides its characters. */
const COST_OF_ONE = 8;
/** How many times the room the kept values may need before the longest are dropped. */
const SLACK = 1.25;
export const LINE_BREAK = /[\r\n]/;

/** The shortest hidden values of one execution. */
export interface LearnedSecrets {
  secrets: Secret[];
  /** A text that is at least as long may contain a value that is not among them. */
  shortestLeftOut: number;
  /** Whether a value of several lines is not among them: each of its lines may be in a shorter text. */
  isLineLeftOut: boolean;
}

/**
 * Makes the collection of hidden values. It keeps the shortest ones that fit, at a cost that grows with the number of
 * all values: the longest are dropped in bulk.
 */
export function makeShortestSecrets(room = MAX_SECRETS_LENGTH) {
  const byLength = new Map<number, Secret[]>();
  const valuesByName = new Map<string, Set<string>>();
  let used = 0;
  let shortestLeftOut = Infinity;
  let isLineLeftOut = false;

  const leaveOut = (length: number, value: string) => {
    shortestLeftOut = Math.min(shortestLeftOut, length);
    isLineLeftOut ||= LINE_BREAK.test(value);
  };
  const drop = () => {
    for (const [length, secrets] of [...byLength].sort(([a], [b]) => b - a)) {
      if (used <= room) return;
      used -= (length + COST_OF_ONE) * secrets.length;
      byLength.delete(length);
      for (const { value } of secrets) leaveOut(length, value);
    }
  };
  return {
    /** Tells whether a value may be among the shortest. */
    wants: ({ length }: string): boolean => length < shortestLeftOut,
    add(name: string, value: string): void {
      const { length } = value;
      if (length >= shortestLeftOut || length + COST_OF_ONE > room) {
        leaveOut(length, value);
        return;
      }
      const values = valuesByName.get(name) ?? new Set();
      if (values.has(value)) return;
      valuesByName.set(name, values.add(value));
      const secrets = byLength.get(length);
      if (secrets === undefined) byLength.set(length, [{ name, value }]);
      else secrets.push({ name, value });
      used += length + COST_OF_ONE;
      if (used > SLACK * room) drop();
    },
    /** Returns the values that fit, the shortest first. */
    take(): LearnedSecrets {
      drop();
      const secrets = [...byLength].sort(([a], [b]) => a - b).flatMap(([, each]) => each);
      return { secrets, shortestLeftOut, isLineLeftOut };
    },
  };
}
