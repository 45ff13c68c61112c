/**
 * Measures `countersign audit verify`, and fails beyond its limit of 10 seconds for 100,000 records:
 *
 *     npm run bench:audit -- 100000
 */
import { measureAudit } from "./audit.ts";

for (const { figure, goal, measured, met } of await measureAudit(Number(process.argv[2] ?? 100_000))) {
  process.stdout.write(`${met ? "met   " : "MISSED"}  ${figure}: ${measured} (limit: ${goal})\n`);
  if (!met) process.exitCode = 1;
}
