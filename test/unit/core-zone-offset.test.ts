import assert from "node:assert/strict";
import { test } from "node:test";
import { isZone, zoneOffset } from "../../src/core/zone-offset.ts";

const MINUTE = 60_000;

test("the offset of a zone follows its clocks", () => {
  const cases: [zone: string, at: string, minutes: number][] = [
    ["Etc/UTC", "2026-01-15T12:00:00Z", 0],
    ["Asia/Tokyo", "2026-12-31T23:30:00Z", 540],
    ["Asia/Kolkata", "2026-06-15T18:30:00Z", 330],
    ["America/New_York", "2026-01-01T00:30:00Z", -300],
    ["America/New_York", "2026-07-01T00:30:00Z", -240],
    ["Europe/Berlin", "2026-03-29T00:59:59Z", 60],
    ["Europe/Berlin", "2026-03-29T01:00:00Z", 120],
    ["Europe/Berlin", "2026-10-25T00:59:59Z", 120],
    ["Europe/Berlin", "2026-10-25T01:00:00Z", 60],
    ["Pacific/Kiritimati", "2028-02-28T12:00:00Z", 840],
  ];
  for (const [zone, at, minutes] of cases) {
    assert.equal(zoneOffset(Date.parse(at), zone), minutes * MINUTE, `${zone} ${at}`);
    assert.equal(zoneOffset(Date.parse(at) + 999, zone), minutes * MINUTE, `${zone} ${at} and 999 ms`);
  }
  assert.equal(zoneOffset(-1, "Etc/UTC"), 0);
});

test("an unknown zone is recognized, and has no offset", () => {
  for (const zone of ["Europe/Berlin", "UTC"]) assert.equal(isZone(zone), true, zone);
  for (const zone of ["No/Zone", "", "Berlin"]) {
    assert.equal(isZone(zone), false, zone);
    assert.throws(() => zoneOffset(0, zone), RangeError);
  }
});
