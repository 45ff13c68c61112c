import type { makeNotify } from "../app/deliver.ts";
import type { makeErrand } from "../app/errands.ts";
import type { Clock, Log } from "../app/ports.ts";
import type { LaneStore } from "../app/ports-shared.ts";
import type { NoticeStore } from "../app/ports-store.ts";
import { type Loop, startLoop } from "../ops/loop.ts";
import { laneOf } from "./turns.ts";

const BATCH = 20;
/** Errands between two looks for notices: one may take many calls to Slack. */
const ERRANDS = 5;
const TICK_MS = 1_000;
/** After something unforeseen, the errand rests this long. */
const BROKEN_MS = 10_000;

/** Finds for whom something is meant, and says what is said beside the requests' own messages. */
export function startNoticeLoop(options: {
  notices: NoticeStore;
  lanes: LaneStore;
  errand: ReturnType<typeof makeErrand>;
  notify: ReturnType<typeof makeNotify>;
  clock: Clock;
  log: Log;
  /** New places for messages are on record. */
  onPlaces: () => void;
}): Loop {
  const { notices, lanes, errand, notify, clock, log, onPlaces } = options;
  return startLoop({
    name: "notices",
    everyMs: TICK_MS,
    clock,
    log,
    round: async (abort) => {
      const errands = await notices.errands(clock.now(), ERRANDS);
      for (const each of errands) {
        try {
          await errand(each);
          onPlaces();
        } catch (error) {
          log.error({ requestId: each.requestId, errand: each.kind, err: error }, "an errand failed");
          await notices.errandFailed(each, "unexpected failure, see the log", clock.now() + BROKEN_MS);
        }
      }
      const due = await notices.due(clock.now(), BATCH);
      const held = await lanes.held(clock.now());
      await Promise.all(
        due.map(async (row) => {
          const lane = laneOf("post", row.channelId);
          if (held.has(lane)) return;
          try {
            const hold = await notify(row, abort);
            if (hold > 0) await lanes.hold(lane, clock.now() + hold);
          } catch (error) {
            log.error({ requestId: row.requestId, notice: row.kind, err: error }, "posting a notice failed");
          }
        }),
      );
      return errands.length < ERRANDS ? undefined : 0;
    },
  });
}
