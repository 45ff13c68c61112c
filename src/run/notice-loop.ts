import type { makeNotify } from "../app/deliver.ts";
import type { makeErrand } from "../app/errands.ts";
import type { Clock, Log } from "../app/ports.ts";
import type { NoticeStore } from "../app/ports-store.ts";
import { type Loop, startLoop } from "../ops/loop.ts";

const BATCH = 20;
const TICK_MS = 1_000;
/** After something unforeseen, the errand rests this long. */
const BROKEN_MS = 10_000;

/** Finds for whom something is meant, and says what is said beside the requests' own messages. */
export function startNoticeLoop(options: {
  notices: NoticeStore;
  errand: ReturnType<typeof makeErrand>;
  notify: ReturnType<typeof makeNotify>;
  clock: Clock;
  log: Log;
  /** New places for messages are on record. */
  onPlaces: () => void;
}): Loop {
  const { notices, errand, notify, clock, log, onPlaces } = options;
  return startLoop({
    name: "notices",
    everyMs: TICK_MS,
    clock,
    log,
    round: async (abort) => {
      for (const each of await notices.errands(clock.now(), BATCH)) {
        try {
          await errand(each);
          onPlaces();
        } catch (error) {
          log.error({ requestId: each.requestId, errand: each.kind, err: error }, "an errand failed");
          await notices.errandFailed(each, "unexpected failure, see the log", clock.now() + BROKEN_MS);
        }
      }
      const due = await notices.due(clock.now(), BATCH);
      await Promise.all(
        due.map((row) =>
          notify(row, abort).catch((error: unknown) =>
            log.error({ requestId: row.requestId, notice: row.kind, err: error }, "posting a notice failed"),
          ),
        ),
      );
      return undefined;
    },
  });
}
