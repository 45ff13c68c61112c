/** Runs one schedule after another on its own harness. The main process of the torture test sends the seeds. */
import { startHarness } from "./harness.ts";
import { openDatabase } from "./open-database.ts";
import type { Options } from "./options.ts";
import { runSchedule } from "./run-schedule.ts";
import { makeSchedule } from "./schedule.ts";

export type ToWorker = { kind: "run"; seed: number } | { kind: "end" };
export type FromWorker =
  | { kind: "ready" }
  | { kind: "result"; result: Awaited<ReturnType<typeof runSchedule>> }
  | { kind: "broken"; seed: number; reason: string };

const send = (message: FromWorker) => process.send?.(message);
const options = JSON.parse(process.argv[2] ?? "{}") as Options;
const harness = await startHarness(await openDatabase(options.engine));
process.on("disconnect", () => void harness.close().finally(() => process.exit(1)));
process.on("message", (message: ToWorker) => {
  if (message.kind === "end") {
    void harness.close().finally(() => process.exit(0));
    return;
  }
  const { seed } = message;
  runSchedule(harness, makeSchedule(seed, options.replicas), { mutant: options.mutant }).then(
    (result) => send({ kind: "result", result }),
    (error: unknown) =>
      send({ kind: "broken", seed, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
send({ kind: "ready" });
