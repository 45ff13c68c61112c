/** A message that shows an old state, with what its place in the order of its channel depends on. */
export interface Outdated {
  id: string;
  channelId: string;
  ts: string | null;
  outdatedSince: number | null;
  requesterKey: string;
}

/** A message that shows an old state for longer than this is updated before others. */
const OVERDUE_MS = 30 * 60_000;

/**
 * Returns the outdated messages of one channel in the order in which they are updated: the newest ones come first, because
 * people see them. Everyone who starts executions counts once before anybody counts twice. Overdue messages come before all
 * others, so that no message stays outdated forever.
 */
export function newestFirst(outdated: readonly Outdated[], now: number): Outdated[] {
  const overdueSince = ({ outdatedSince }: Outdated) =>
    (outdatedSince ?? 0) <= now - OVERDUE_MS ? (outdatedSince ?? 0) : Number.POSITIVE_INFINITY;
  const turns = new Map<string, number>();
  return outdated
    .toSorted(byTime)
    .map((message) => {
      const turn = (turns.get(message.requesterKey) ?? 0) + 1;
      turns.set(message.requesterKey, turn);
      return { message, turn, overdue: overdueSince(message) };
    })
    .toSorted((a, b) => compare(a.overdue, b.overdue) || a.turn - b.turn || byTime(a.message, b.message))
    .map(({ message }) => message);
}

const byTime = (a: Outdated, b: Outdated) => compare(b.ts ?? "", a.ts ?? "") || compare(a.id, b.id);

const compare = <T extends string | number>(a: T, b: T) => (a === b ? 0 : a < b ? -1 : 1);
