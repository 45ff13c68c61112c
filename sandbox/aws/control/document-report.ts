import type { Resources } from "../resources.ts";

/** Describes the newest version of each runbook of one account and Region, with the parameters for a start form. */
export function describeDocuments({ location, documents }: Resources): object[] {
  return [...documents.values()].flatMap((document) => {
    const newest = document.versions.at(-1);
    if (newest === undefined) return [];
    const { runbook, version, format, content } = newest;
    const { description, parameters, mainSteps } = runbook;
    const steps = mainSteps.map(({ name, action }) => ({ name, action }));
    return [{ name: document.name, location, version, format, content, description, parameters, steps }];
  });
}
