/** One thing that is wrong with the configuration, told so that it can be mended without reading the code. */
export interface Problem {
  /** The environment variable, or the file with its line and the path within it. */
  where: string;
  what: string;
  fix: string;
}

/** The problems for a terminal, a block each. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(({ where, what, fix }) => `${where}\n  ${what}\n  Fix: ${fix}`).join("\n\n");
}

/** A value in quotes. A long one is only measured: half a secret must not escape the search for whole ones. */
export function quote(value: string): string {
  return value.length <= MAX_QUOTE_LENGTH ? JSON.stringify(value) : `a text of ${value.length} characters`;
}

const MAX_QUOTE_LENGTH = 120;

/** Not the bare prefixes, which our own sentences use. */
const TOKEN = /x(?:ox[a-z]|app|oxe\.xox[a-z])-[\w-][^\s"']{3,}/gi;

/** What stands in place of a secret. */
const HIDDEN = "(hidden)";

/** Shorter secrets are not searched for: they would blot out common words. No real one is as short. */
const MIN_SECRET_LENGTH = 8;

/** The same problems without the given secrets and without anything that has the form of a Slack token. */
export function hideSecrets(problems: readonly Problem[], secrets: readonly string[]): Problem[] {
  const forms = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .sort((a, b) => b.length - a.length);
  const hide = (text: string) =>
    forms.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text).replace(TOKEN, HIDDEN);
  return problems.map(({ where, what, fix }) => ({ where: hide(where), what: hide(what), fix: hide(fix) }));
}
