import type { NameRenderer } from "./name-renderer.ts";

/** The placeholders of `consoleUrl` in the configuration. */
export const CONSOLE_PLACEHOLDERS = ["account", "region", "execution", "url"] as const;

/**
 * Returns the page of an execution in the AWS console: that of the configured template or, without one, of the partition's
 * console. Null without a page: the ID or Region has a form that AWS does not use, or the address is needed and not public.
 */
export function consoleUrl(
  { account, region, executionId }: { account: string; region: string; executionId: string },
  template?: string,
): string | null {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(executionId) || !/^[a-z0-9-]{1,40}$/.test(region)) return null;
  const url = publicUrl(region, executionId);
  if (template === undefined) return url;
  if (url === null && template.includes("{url}")) return null;
  const values = { account, region, execution: executionId, url: url ?? "" };
  return CONSOLE_PLACEHOLDERS.reduce(
    (text, name) => text.replaceAll(`{${name}}`, encodeURIComponent(values[name])),
    template,
  );
}

/** Returns the page of an execution as its request stores it, else the one of the partition's console. */
export function executionPage({
  facts,
  ...execution
}: {
  account: string;
  region: string;
  executionId: string;
  facts?: { consoleUrl?: string | null };
}): string | null {
  return facts?.consoleUrl === undefined ? consoleUrl(execution) : facts.consoleUrl;
}

/** Says where people decide a step that Slack cannot decide, with a link to the page if there is one. */
export function inConsole(page: string | null, show: Pick<NameRenderer, "link">): string {
  return page === null ? IN_CONSOLE : show.link(page, IN_CONSOLE);
}

const IN_CONSOLE = "in the AWS console";

function publicUrl(region: string, executionId: string): string | null {
  const domain = consoleDomain(region);
  if (domain === null) return null;
  return `https://${region}.${domain}/systems-manager/automation/execution/${executionId}?region=${region}`;
}

/**
 * China and GovCloud have consoles of their own. Source: AWS documentation, "Getting started with the AWS Management
 * Console".
 */
function consoleDomain(region: string): string | null {
  if (/^cn-[a-z]+-\d{1,2}$/.test(region)) return "console.amazonaws.cn";
  if (/^us-gov-[a-z]+-\d{1,2}$/.test(region)) return "console.amazonaws-us-gov.com";
  // The other partitions have another first part (eusc-de-east-1) or four parts (us-iso-east-1).
  return /^[a-z]{2}-[a-z]+-\d{1,2}$/.test(region) ? "console.aws.amazon.com" : null;
}
