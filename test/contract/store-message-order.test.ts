import assert from "node:assert/strict";
import { test } from "node:test";
import { anEntry, aRequest, NOW } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

for (const engine of ENGINES) {
  /** Opens a request of this requester with its message in C0FAIR. */
  const openFor = (store: OpenStore, id: string, requester: string, openedAt: number, timeoutSeconds: number) =>
    store.requests.open({
      request: aRequest({
        id,
        stepExecutionId: id,
        openedAt,
        facts: { ...aRequest().facts, waitingSince: openedAt, timeoutSeconds, executedBy: requester },
      }),
      channels: ["C0FAIR"],
      audit: anEntry(),
    });
  const user = (name: string) => `arn:aws:iam::111122223333:user/${name}`;
  const session = (name: string) => `arn:aws:sts::111122223333:assumed-role/Ops/${name}`;
  test(`${engine.name}: one requester's flood of short deadlines counts once before another requester's request`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    for (let index = 0; index < 40; index++)
      await openFor(store, `flood-${index}`, session(`s${index}`), NOW + index, 600);
    await openFor(store, "week", user("rosa"), NOW + 100, 7 * 86_400);
    const { requests } = await store.digests.waiting("C0FAIR", 5);
    assert.ok(
      requests.some(({ id }) => id === "week"),
      "the digest lists it among the first",
    );
    const next = (await store.messages.due(NOW, 5)).map(({ requestId }) => requestId);
    assert.ok(next.slice(0, 3).includes("week"), next.join());
  });

  test(`${engine.name}: a requester's earlier posts count while their flood lasts, also if each look posts one message`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    for (let index = 0; index < 40; index++) await openFor(store, `flood-${index}`, user("flooder"), NOW + index, 600);
    for (const name of ["rosa", "omar"]) await openFor(store, name, user(name), NOW + 100, 7 * 86_400);
    const posted: string[] = [];
    const post = async (second: number) => {
      const [next] = await store.messages.due(NOW, 5);
      posted.push(next?.requestId ?? "");
      await store.messages.recordPosted(next?.id ?? "", `${NOW / 1000 + second}.000100`, 1);
    };
    for (let second = 10; second < 16; second++) await post(second);
    assert.ok(posted.includes("rosa") && posted.includes("omar"), posted.join());
    // Posts from before the backlog do not count.
    for (let second = 16; second < 52; second++) await post(second);
    assert.deepEqual(await store.messages.due(NOW, 5), []);
    await openFor(store, "later-flooder", user("flooder"), NOW + 60_000, 600);
    await openFor(store, "later-rosa", user("rosa"), NOW + 60_001, 7 * 86_400);
    await openFor(store, "later-omar", user("omar"), NOW + 60_002, 7 * 86_400);
    await post(70);
    assert.equal(posted.at(-1), "later-flooder", "its deadline is the earliest");
  });

  test(`${engine.name}: every second post goes to the oldest request, also while new short deadlines keep coming`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    for (let index = 0; index < 3; index++)
      await openFor(store, `old-${index}`, user(`patient-${index}`), NOW + index, 7 * 86_400);
    const posted: string[] = [];
    for (let round = 0; round < 6; round++) {
      for (const each of [0, 1, 2])
        await openFor(
          store,
          `new-${round}-${each}`,
          user(`hasty-${round}-${each}`),
          NOW + 100 + 10 * round + each,
          600,
        );
      const [next] = await store.messages.due(NOW, 1);
      posted.push(next?.requestId ?? "");
      await store.messages.recordPosted(next?.id ?? "", `1700000000.00000${round}`, 1);
    }
    assert.deepEqual(
      posted.map((id) => id.slice(0, 3)),
      ["new", "old", "new", "old", "new", "old"],
    );
    assert.deepEqual(
      posted.filter((id) => id.startsWith("old")),
      ["old-0", "old-1", "old-2"],
    );
  });

  test(`${engine.name}: requests that an approver opened come before other urgent ones, and not before the oldest request`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    for (let index = 0; index < 8; index++)
      await openFor(store, `r${index}`, user(`u${index}`), NOW + index, 7 * 86_400 - index * 60);
    await store.messages.recordOpened("r4");
    await store.messages.recordOpened("r3");
    // r5 was posted before it was opened: its second message, after a deletion, waits like others.
    const [r5] = await store.messages.ofRequest("r5");
    await store.messages.recordPosted(r5?.id ?? "", "1700000000.000005", 1);
    await store.messages.recordOpened("r5");
    await store.messages.recordDeleted("C0FAIR", "1700000000.000005");
    const next = (await store.messages.due(NOW, 5)).map(({ requestId }) => requestId);
    assert.deepEqual(next, ["r4", "r0", "r3", "r1", "r7"]);
    const { requests } = await store.digests.waiting("C0FAIR", 3);
    assert.deepEqual(
      requests.map(({ id }) => id),
      ["r4", "r0", "r3"],
    );
  });

  test(`${engine.name}: after a mass timeout the newest messages are updated first, and one requester's count once`, async (t) => {
    let now = NOW;
    const store = await aStore(t, { engine, now: () => now });
    const timeOut = (id: string, version = 1) =>
      store.requests.advance({ requestId: id, expectedVersion: version, patch: { state: "closed" }, audit: [] });
    const due = async (at: number) => (await store.messages.due(at, 4)).map(({ requestId }) => requestId);
    const postFor = async (id: string, requester: string, second: number) => {
      await openFor(store, id, requester, NOW, 600);
      const [row] = await store.messages.ofRequest(id);
      await store.messages.recordPosted(row?.id ?? "", `17000000${String(second).padStart(2, "0")}.000100`, 1);
    };
    await postFor("other", user("omar"), 5);
    for (let index = 10; index < 30; index++) await postFor(`flood-${index}`, user("rosa"), index);
    for (const id of ["other", ...Array.from({ length: 19 }, (_, index) => `flood-${index + 10}`)]) await timeOut(id);
    assert.deepEqual(await due(now), ["flood-28", "other", "flood-27", "flood-26"]);

    // A message that stays outdated for half an hour comes before newer ones, also if its request changes again.
    now += 30 * 60_000;
    await timeOut("flood-10", 2);
    await timeOut("flood-29");
    assert.deepEqual((await due(now - 1))[0], "flood-29");
    const overdueFirst = (await store.messages.due(now, 30)).map(({ requestId }) => requestId);
    assert.deepEqual([overdueFirst.length, overdueFirst.at(-1)], [21, "flood-29"]);
  });
}
