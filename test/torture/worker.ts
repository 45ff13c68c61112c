/** Runs schedules one after another on a stage of its own, as the torture's main process hands out their seeds. */
import { openDatabase } from "./open-database.ts";
import type { Options } from "./options.ts";
import { runSchedule } from "./run-schedule.ts";
import { makeSchedule } from "./schedule.ts";
import { openStage } from "./harness.ts";

export type ToWorker = { kind: "run"; seed: number } | { kind: "end" };
export type FromWorker =
  | { kind: "ready" }
  | { kind: "result"; result: Awaited<ReturnType<typeof runSchedule>> }
  | { kind: "broken"; seed: number; words: string };

const tell = (message: FromWorker) => process.send?.(message);
const options = JSON.parse(process.argv[2] ?? "{}") as Options;
const stage = await openStage(await openDatabase(options.engine), process.argv[3]);
process.on("disconnect", () => void stage.close().finally(() => process.exit(1)));
process.on("message", (message: ToWorker) => {
  if (message.kind === "end") {
    void stage.close().finally(() => process.exit(0));
    return;
  }
  const { seed } = message;
  runSchedule(stage, makeSchedule(seed, options.replicas), { mutant: options.mutant }).then(
    (result) => tell({ kind: "result", result }),
    (error: unknown) =>
      tell({ kind: "broken", seed, words: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
tell({ kind: "ready" });
