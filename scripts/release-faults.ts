/** Returns why this version cannot be released; empty if it can. */
export function findReleaseFaults(version: string, changelog: string): string[] {
  const [, unreleased = ""] = /^## \[Unreleased\]\n(.*?)^## \[/ms.exec(changelog) ?? [];
  const heading = new RegExp(`^## \\[${version.replaceAll(".", "\\.")}\\] - \\d{4}-\\d{2}-\\d{2}$`, "m");
  return [
    ...(heading.test(changelog) ? [] : [`CHANGELOG.md has no heading "## [${version}] - DATE": date the version.`]),
    ...(/\S/.test(unreleased) ? ["CHANGELOG.md has changes under Unreleased: move them to the version."] : []),
  ];
}
