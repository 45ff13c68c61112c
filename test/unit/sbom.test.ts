import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sbom, toProductionSbom } from "../../scripts/sbom.ts";

const component = (ref: string) => ({ "bom-ref": ref, name: ref.slice(0, ref.lastIndexOf("@")) });
const SBOM: Sbom = {
  metadata: { component: { "bom-ref": "countersign@1.0.0", name: "some-folder" } },
  components: ["pg@8.0.0", "pg-types@2.0.0", "test-server@1.0.0", "only-tests@1.0.0", "pg@7.0.0"].map(component),
  dependencies: [
    { ref: "countersign@1.0.0", dependsOn: ["pg@8.0.0", "test-server@1.0.0"] },
    { ref: "test-server@1.0.0", dependsOn: ["pg@8.0.0", "pg@7.0.0", "only-tests@1.0.0"] },
    { ref: "pg@8.0.0", dependsOn: ["pg-types@2.0.0"] },
    { ref: "pg-types@2.0.0", dependsOn: ["pg@8.0.0"] },
    { ref: "only-tests@1.0.0", dependsOn: [] },
    { ref: "pg@7.0.0", dependsOn: [] },
  ],
};
const manifest = (dependencies: Record<string, string>) => ({ name: "countersign", dependencies });

test("the SBOM has each production dependency, also one that a development dependency needs, and no other package", () => {
  const { metadata, components, dependencies } = toProductionSbom(SBOM, manifest({ pg: "8.0.0" }));
  assert.deepEqual(
    components.map((each) => each["bom-ref"]),
    ["pg@8.0.0", "pg-types@2.0.0"],
  );
  assert.deepEqual(dependencies, [
    { ref: "countersign@1.0.0", dependsOn: ["pg@8.0.0"] },
    { ref: "pg@8.0.0", dependsOn: ["pg-types@2.0.0"] },
    { ref: "pg-types@2.0.0", dependsOn: ["pg@8.0.0"] },
  ]);
  assert.equal(metadata.component.name, "countersign", "not the name of the folder");
});

test("a production dependency that is not installed in this version is an error", () => {
  assert.throws(() => toProductionSbom(SBOM, manifest({ pg: "9.0.0" })), /not installed: pg@9\.0\.0\. Run npm ci\./);
});
