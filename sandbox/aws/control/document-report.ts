import type { Resources } from "../resources.ts";
import { findVersion } from "../ssm/documents.ts";

/** Describes the version of each runbook that a start without a version runs, with the parameters for a start form. */
export function describeDocuments({ location, documents }: Resources): object[] {
  return [...documents.values()].flatMap((document) => {
    const found = findVersion(document);
    if (found === undefined) return [];
    const { runbook, version, format, content } = found;
    const { description, parameters, mainSteps } = runbook;
    const steps = mainSteps.map(({ name, action }) => ({ name, action }));
    return [{ name: document.name, location, version, format, content, description, parameters, steps }];
  });
}
