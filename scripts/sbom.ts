/** A CycloneDX document of `npm sbom`, with the members that matter here. */
export interface Sbom {
  metadata: { component: { "bom-ref": string; name: string } };
  components: { "bom-ref": string; name: string }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/**
 * Reduces the SBOM of everything that is installed to the packages that run in production, and names the package: npm uses the
 * name of the folder. `npm sbom --omit dev` is not used, because it also omits a production dependency that a development
 * dependency needs too.
 */
export function toProductionSbom(sbom: Sbom, manifest: { name: string; dependencies: Record<string, string> }): Sbom {
  const root = sbom.metadata.component;
  const graph = new Map(sbom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const own = Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`);
  graph.set(root["bom-ref"], own);
  const reached = new Set([root["bom-ref"]]);
  // The loop also visits each reference that it adds.
  for (const ref of reached) for (const next of graph.get(ref) ?? []) reached.add(next);
  const components = sbom.components.filter((each) => reached.has(each["bom-ref"]));
  const missing = own.filter((ref) => !components.some((each) => each["bom-ref"] === ref));
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(", ")}. Run npm ci.`);
  return {
    ...sbom,
    metadata: { ...sbom.metadata, component: { ...root, name: manifest.name } },
    components,
    dependencies: [...graph].filter(([ref]) => reached.has(ref)).map(([ref, dependsOn]) => ({ ref, dependsOn })),
  };
}
