/** A rule over several keys that does not hold. */
export interface Disagreement {
  path: PropertyKey[];
  what: string;
  fix: string;
}
