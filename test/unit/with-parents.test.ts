import assert from "node:assert/strict";
import { test } from "node:test";
import { makeWithParents } from "../../src/aws/parents.ts";
import { testClock } from "../support/fakes.ts";
import { anExecution } from "../support/samples.ts";

type Reading = Awaited<ReturnType<Parameters<typeof makeWithParents>[0]>>;

/** Executions by their ids: each names its parent, or is a failed read. */
function setUp(family: Record<string, string | null | Reading>) {
  const clock = testClock();
  const reads: string[] = [];
  const execution = (executionId: string, parentExecutionId: string | null) =>
    anExecution({ executionId, parentExecutionId });
  const withParents = makeWithParents(async (id) => {
    reads.push(id);
    const found = family[id];
    if (typeof found === "object" && found !== null) return found;
    return found === undefined ? { kind: "not-found" } : { kind: "read", execution: execution(id, found) };
  }, clock.now);
  const read = async (id: string, parentId: string | null) =>
    (await withParents(execution(id, parentId), new AbortController().signal)).parents;
  return { clock, reads, family, read };
}

const ids = (parents: Awaited<ReturnType<ReturnType<typeof setUp>["read"]>>) =>
  parents?.executions.map(({ executionId }) => executionId);

test("each parent up to the first execution is read once for each child", async () => {
  const { read, reads } = setUp({ parent: "first", first: null });
  for (let again = 0; again < 2; again++) {
    const parents = await read("child", "parent");
    assert.deepEqual([ids(parents), parents?.unread], [["parent", "first"], null]);
  }
  assert.deepEqual(reads, ["parent", "first"]);
  assert.deepEqual(ids(await read("later child", "parent")), ["parent", "first"]);
  assert.deepEqual(reads, ["parent", "first", "parent"], "the parent may have passed other values to it");
});

test("the parameter of rate control that a child does not name comes from its parent", async () => {
  const parent = anExecution({ executionId: "parent", targetParameter: "Host" });
  const withParents = makeWithParents(async () => ({ kind: "read", execution: parent }), testClock().now);
  const readChild = async (parameter: string | null) => {
    const child = anExecution({ parentExecutionId: "parent", rateControl: { target: "web-1", parameter } });
    return (await withParents(child, new AbortController().signal)).rateControl;
  };
  assert.deepEqual(await readChild(null), { target: "web-1", parameter: "Host" });
  assert.deepEqual(await readChild("Id"), { target: "web-1", parameter: "Id" });
});

test("an execution without a parent costs no read", async () => {
  const { read, reads } = setUp({});
  assert.deepEqual([await read("alone", null), reads], [undefined, []]);
});

test("more than five levels are not read, and a circle ends", async () => {
  const { read, reads } = setUp({ a: "b", b: "a" });
  const parents = await read("child", "a");
  assert.deepEqual([parents?.unread?.code, parents?.unread?.retry, reads.length], ["TooManyLevels", false, 3]);
  assert.equal(parents?.executions.length, 5);
});

test("a failed read is repeated after five seconds, names its first time, and ends with a successful one", async () => {
  const failure = { kind: "failed", code: "ThrottlingException", message: "Rate exceeded", retry: true } as const;
  const { clock, read, reads, family } = setUp({ parent: "first", first: failure });
  const since = clock.now();
  const first = await read("child", "parent");
  assert.deepEqual([ids(first), first?.unread], [["parent"], { ...failure, since }]);
  clock.advance(4_999);
  await read("child", "parent");
  assert.equal(reads.length, 2);
  clock.advance(1);
  assert.equal((await read("child", "parent"))?.unread?.since, since);
  family.first = null;
  clock.advance(5_000);
  assert.deepEqual(ids(await read("child", "parent")), ["parent", "first"]);
});

test("a parent that AWS does not know is read again for fifteen seconds, and a denied one only ten minutes later", async () => {
  const { clock, read, reads, family } = setUp({});
  assert.equal((await read("child", "elsewhere"))?.unread?.retry, true);
  clock.advance(15_000);
  assert.deepEqual((await read("child", "elsewhere"))?.unread?.retry, false);
  family.denied = { kind: "failed", code: "AccessDeniedException", message: "No", retry: false };
  const before = reads.length;
  await read("child", "denied");
  clock.advance(599_999);
  await read("child", "denied");
  assert.equal(reads.length, before + 1);
});
