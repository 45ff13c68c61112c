/** Error codes of Node.js for a connection that was not established. */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
/** System calls before a connection is established. A host can also become unreachable after the request was written. */
const CONNECTING: ReadonlySet<unknown> = new Set(["connect", "getaddrinfo"]);

/**
 * Tells whether a network error proves that the request never left this machine, so that it is safe to repeat. An
 * AggregateError has one error for each address of the host, and all of them must prove it.
 */
export function neverLeft(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(neverLeft);
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return NOT_CONNECTED.has(code) && CONNECTING.has(syscall);
}
