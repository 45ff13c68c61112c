/**
 * Makes a release of the version in package.json, which CHANGELOG.md must date: runs the checks and every test, locks the
 * migrations, and writes the npm package and its SBOM (CycloneDX) to dist-release/. Tags and publishes nothing. With --lock, it only
 * locks the migrations.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hashSchemas, LOCK_PATH } from "./migrations-lock.ts";
import { findReleaseFaults } from "./release-faults.ts";
import { toProductionSbom } from "./sbom.ts";

const FOLDER = "dist-release";

const lock = `${JSON.stringify(await hashSchemas(), null, 2)}\n`;
if (process.argv.includes("--lock")) writeFileSync(LOCK_PATH, lock);
else {
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  const faults = findReleaseFaults(manifest.version, readFileSync("CHANGELOG.md", "utf8"));
  if (faults.length > 0) {
    console.error(faults.join("\n"));
    process.exit(1);
  }
  run("npm", ["run", "check"]);
  run("npm", ["run", "test:all"]);
  writeFileSync(LOCK_PATH, lock);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  run("npm", ["pack", "--pack-destination", FOLDER]);
  const sbom = toProductionSbom(JSON.parse(run("npm", ["sbom", "--sbom-format", "cyclonedx"], "pipe")), manifest);
  writeFileSync(`${FOLDER}/countersign-${manifest.version}.cdx.json`, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(`The package and its SBOM are in ${FOLDER}/.`);
}

function run(command: string, args: readonly string[], stdout: "inherit" | "pipe" = "inherit"): string {
  const ended = spawnSync(command, args, {
    stdio: ["ignore", stdout, "inherit"],
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (ended.status === 0) return ended.stdout ?? "";
  console.error(`${command} ${args.join(" ")} failed. Nothing was released.`);
  process.exit(1);
}
