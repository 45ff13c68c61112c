export interface Completion {
  /** What the line becomes. */
  line: string;
  description: string;
}

/** What the app's manifest and its help say of its command. */
const COUNTERSIGN_COMMANDS: Completion[] = [
  { line: "/approvals pending", description: "what waits, since when, and for whom" },
  { line: "/approvals show ", description: "one request or execution, by its id" },
  { line: "/approvals health", description: "how Countersign itself is, for admins" },
  { line: "/approvals help", description: "what can be asked" },
];

/** The commands that a line may become; none once it has become one. */
export function findCompletions(line: string, commands: string[]): Completion[] {
  if (!line.startsWith("/")) return [];
  const known = COUNTERSIGN_COMMANDS.filter((each) => commands.some((command) => each.line.startsWith(`${command} `)));
  const others = commands.filter((command) => !known.some((each) => each.line.startsWith(`${command} `)));
  return [...known, ...others.map((command) => ({ line: `${command} `, description: "" }))].filter(
    (each) => each.line.startsWith(line) && each.line !== line,
  );
}
