export interface Completion {
  /** The completed line. */
  line: string;
  description: string;
}

/** The command of Countersign, as its manifest and its help describe it. */
const COUNTERSIGN_COMMANDS: Completion[] = [
  { line: "/approvals pending", description: "pending requests, and who can decide them" },
  { line: "/approvals show ", description: "one request or execution, by ID" },
  { line: "/approvals health", description: "the health of Countersign, for admins" },
  { line: "/approvals help", description: "all commands" },
];

/** Finds the commands that start with `line`; none once the line is complete. */
export function findCompletions(line: string, commands: string[]): Completion[] {
  if (!line.startsWith("/")) return [];
  const known = COUNTERSIGN_COMMANDS.filter((each) => commands.some((command) => each.line.startsWith(`${command} `)));
  const others = commands.filter((command) => !known.some((each) => each.line.startsWith(`${command} `)));
  return [...known, ...others.map((command) => ({ line: `${command} `, description: "" }))].filter(
    (each) => each.line.startsWith(line) && each.line !== line,
  );
}
