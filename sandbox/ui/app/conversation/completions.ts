export interface Completion {
  /** What the line becomes. */
  line: string;
  says: string;
}

/** What the app's manifest and its help say of its command. */
const KNOWN: Completion[] = [
  { line: "/approvals pending", says: "what waits, since when, and for whom" },
  { line: "/approvals show ", says: "one request or execution, by its id" },
  { line: "/approvals health", says: "how Countersign itself is, for admins" },
  { line: "/approvals help", says: "what can be asked" },
];

/** The commands that a line may become; none once it has become one. */
export function completionsOf(line: string, commands: string[]): Completion[] {
  if (!line.startsWith("/")) return [];
  const known = KNOWN.filter((each) => commands.some((command) => each.line.startsWith(`${command} `)));
  const others = commands.filter((command) => !known.some((each) => each.line.startsWith(`${command} `)));
  return [...known, ...others.map((command) => ({ line: `${command} `, says: "" }))].filter(
    (each) => each.line.startsWith(line) && each.line !== line,
  );
}
