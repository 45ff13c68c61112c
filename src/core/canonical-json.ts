/**
 * Writes a JSON value as canonical JSON of RFC 8785 (JSON Canonicalization Scheme, JCS): no white space, the members of
 * every object sorted by the UTF-16 code units of their names, numbers and strings as ECMAScript writes them.
 *
 * RFC 8785 stops at text that is not Unicode (a lone surrogate). A record must not fail because of a text that a person
 * typed, so such a code unit becomes U+FFFD, which is what UTF-8 encoders and databases make of it. As in JSON.stringify,
 * members without a value are left out, and a number that JSON does not have becomes null.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name.toWellFormed(), member] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}
