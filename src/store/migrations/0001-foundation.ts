import type { Migration } from "kysely/migration";
import { createAudit } from "./foundation-audit.ts";
import { createClicks } from "./foundation-clicks.ts";
import { createCoordination } from "./foundation-coordination.ts";
import { createDeliveries, createRecipientLookups } from "./foundation-deliveries.ts";
import { createHomes } from "./foundation-homes.ts";
import {
  createExecutions,
  createRequesterLookups,
  createRequests,
  createStepsWithoutId,
  createVotesAndSignals,
} from "./foundation-requests.ts";
import type { Db } from "./foundation-table.ts";

/** Creates every table. Times are epoch milliseconds; JSON is stored as text. */
export const foundation: Migration = {
  async up(db: Db) {
    await createRequests(db);
    await createVotesAndSignals(db);
    await createClicks(db);
    await createDeliveries(db);
    await createStepsWithoutId(db);
    await createRecipientLookups(db);
    await createRequesterLookups(db);
    await createExecutions(db);
    await createCoordination(db);
    await createAudit(db);
    await createHomes(db);
  },
};
