import type { Migration } from "kysely/migration";
import { indexClicksOfPerson } from "./index-clicks-of-person.ts";

/** Finds the other waiting clicks of one person on one request: each look for due clicks searches them. */
export const clicksOfPerson: Migration = { up: indexClicksOfPerson };
