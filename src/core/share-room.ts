/**
 * Shares room among texts of these lengths, the shortest first, so that a long one takes no room from a short one. Returns the
 * length that each may have, in the same order.
 */
export function shareRoom(lengths: readonly number[], room: number, longest = Number.POSITIVE_INFINITY): number[] {
  const shares = [...lengths];
  let left = room;
  let count = lengths.length;
  for (const [index, length] of [...lengths.entries()].sort(([, a], [, b]) => a - b)) {
    const own = Math.min(length, longest, Math.floor(left / count--));
    shares[index] = own;
    left -= own;
  }
  return shares;
}
