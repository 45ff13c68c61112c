/** A problem of the configuration, described so that a reader can fix it without the source code. */
export interface Problem {
  /** The environment variable, or the file, the line and the path of the key. */
  where: string;
  what: string;
  fix: string;
}

/** The result of loading; no problem shows a secret. */
export type LoadResult<T> = T | { kind: "problems"; problems: Problem[] };

/** Formats problems for a terminal, one block each. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(({ where, what, fix }) => `${where}\n  ${what}\n  Fix: ${fix}`).join("\n\n");
}

/** Quotes a value. A long value is replaced by its length: hideSecrets would not find a secret that is cut off. */
export function quote(value: string): string {
  return value.length <= MAX_QUOTE_LENGTH ? JSON.stringify(value) : `a text of ${value.length} characters`;
}

const MAX_QUOTE_LENGTH = 120;

/** Does not match bare prefixes, which our own messages contain. */
const TOKEN = /x(?:ox[a-z]|app|oxe\.xox[a-z])-[\w-][^\s"']{3,}/gi;

/** The replacement for a secret. */
const HIDDEN = "(hidden)";

/** Shorter secrets are not replaced, because they would hide common words. No real secret is as short. */
const MIN_SECRET_LENGTH = 8;

/** Returns the problems without the given secrets and without any text that looks like a Slack token. */
export function hideSecrets(problems: readonly Problem[], secrets: readonly string[]): Problem[] {
  const hide = (text: string) => hideIn(text, secrets);
  return problems.map(({ where, what, fix }) => ({ where: hide(where), what: hide(what), fix: hide(fix) }));
}

/** Returns a text without the given secrets and without any text that looks like a Slack token. */
export function hideIn(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .sort((a, b) => b.length - a.length)
    .reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text)
    .replace(TOKEN, HIDDEN);
}
