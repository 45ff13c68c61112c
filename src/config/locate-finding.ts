import { formatPath } from "./yaml-text.ts";

/** Names the place of a finding about the configuration: `countersign.yml:12 route "databases" routes[0].channels C0123456789`. */
export function locateFinding(
  { path, id, route }: { path: readonly PropertyKey[]; id: string | null; route: string | null },
  locate: (path: readonly PropertyKey[]) => string,
): string {
  // The ID names the item of a list or the key of a map.
  const isNamed = id !== null && (typeof path.at(-1) === "number" || path.at(-1) === id);
  const key = formatPath(isNamed ? path.slice(0, -1) : path);
  const place = locate(path);
  // A variable is a place without a key.
  const where = [place, route === null ? null : `route ${JSON.stringify(route)}`, key === place ? null : key, id];
  return where.filter((part) => part !== null).join(" ");
}
