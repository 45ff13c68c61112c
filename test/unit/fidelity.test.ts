import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fidelityPage } from "../../scripts/fidelity-page.ts";

test("docs/fidelity.md is what the stand-ins' own lists say (npm run fidelity writes it)", () => {
  const written = readFileSync(new URL("../../docs/fidelity.md", import.meta.url), "utf8");
  assert.equal(written, fidelityPage());
});
