import { coverage } from "../sandbox/aws/coverage.ts";
import { unknowns } from "../sandbox/aws/unknowns.ts";
import { type CoverageEntry, DELIVERIES, METHODS, TRANSPORTS } from "../sandbox/slack/coverage.ts";
import { UNKNOWNS, VARIANTS } from "../sandbox/slack/unknowns.ts";

const INTRODUCTION = [
  "# How close the stand-ins are to the real services\n",
  "`npm run fidelity` writes this page from the `coverage.ts` and `unknowns.ts` files in `sandbox/`. Tests compare these",
  "lists with the routes, and this page with the lists. A call that is not started gets the real service's reply to an",
  "unknown call.\n",
].join("\n");

/** Returns the text of docs/fidelity.md. */
export function fidelityPage(): string {
  const rows = (items: CoverageEntry[]) => items.map(({ name, state, note }) => [`\`${name}\``, state, note ?? ""]);
  return [
    INTRODUCTION,
    "## AWS: operations\n",
    table(
      ["service", "operation", "state", "note"],
      coverage.map(({ service, operation, state, note }) => [service, `\`${operation}\``, state, note]),
    ),
    "## AWS: unknown behavior of the real service\n",
    table(["question", "assumption", "reason", "setting in `/_control/assumptions`"], unknowns.map(toUnknownRow)),
    "## Slack: methods\n",
    table(["method", "state", "note"], rows(METHODS)),
    "## Slack: deliveries\n",
    table(["delivery", "state", "note"], rows(DELIVERIES)),
    "## Slack: transports\n",
    table(["transport", "state", "note"], rows(TRANSPORTS)),
    "## Slack: unknown behavior of the real service\n",
    table(["question", "assumption", "reason", "setting in `/_control/settings`"], UNKNOWNS.map(toUnknownRow)),
    "## Slack: kinds of workspaces\n",
    table(
      ["setting in `/_control/settings`", "default", "other values"],
      VARIANTS.map((each) => [`\`${each.switch}\``, each.normally, each.alternatives]),
    ),
  ].join("\n");
}

function toUnknownRow(each: { topic: string; assumption: string; reason: string; switch?: string }): string[] {
  return [each.topic, each.assumption, each.reason, each.switch === undefined ? "" : `\`${each.switch}\``];
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}
