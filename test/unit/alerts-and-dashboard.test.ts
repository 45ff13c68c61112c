import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { SyntaxNodeRef } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";
import { makeMetrics } from "../../src/ops/metrics.ts";
import { makeQueueHealth } from "../../src/ops/queue-health.ts";
import { fakeAutomation } from "../support/fakes.ts";
import { NOW } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

const RULES: Rule[] = parse(readFileSync("deploy/alerts.yml", "utf8")).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);
const DASHBOARD = JSON.parse(readFileSync("deploy/grafana-dashboard.json", "utf8"));
const PANEL_EXPRESSIONS: string[] = DASHBOARD.panels.flatMap((panel: { targets?: { expr: string }[] }) =>
  (panel.targets ?? []).map(({ expr }) => expr.replaceAll("$__rate_interval", "5m")),
);

/** Labels that Prometheus adds to each series that it scrapes. */
const SCRAPED = ["instance", "job"];

type Labels = Record<string, string>;

/** Every series that a bot with one target shows, by name, and the types of the metrics. */
async function shownSeries(t: TestContext) {
  const store = await aStore(t, { now: () => NOW });
  await store.owned.polls.record("default/us-east-1", NOW, null, "me", 15_000);
  const metrics = makeMetrics({ routes: ["databases"], now: () => NOW });
  metrics.queue.watch(makeQueueHealth({ now: () => NOW }));
  metrics.watchLeases(() => [["publisher", true]]);
  await metrics.automation(fakeAutomation()).listWaiting(new AbortController().signal);
  const text = await metrics.text(store, NOW, { isSlackConnected: () => true, heartbeatAge: () => 0 });
  const series = new Map<string, Labels[]>();
  for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]);
    series.set(name, [...(series.get(name) ?? []), Object.fromEntries(pairs)]);
  }
  const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = "", type = ""]) => [name, type]));
  return { series, types };
}

type Shown = Awaited<ReturnType<typeof shownSeries>>;

/** Returns what is wrong with an expression: its grammar, or a metric, label or label value that the bot does not have. */
function findFaults(expr: string, { series, types }: Shown): string[] {
  const faults: string[] = [];
  const textOf = (node: SyntaxNodeRef | null) => (node === null ? "" : expr.slice(node.from, node.to));
  const labels = new Set(SCRAPED);
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) faults.push(`grammar at ${node.from}`);
      if (node.name !== "VectorSelector") return;
      const name = textOf(node.node.getChild("Identifier"));
      const found = series.get(name);
      if (found === undefined) return void faults.push(`no metric ${name}`);
      for (const label of found.flatMap(Object.keys)) labels.add(label);
      for (const matcher of node.node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? []) {
        const label = textOf(matcher.getChild("LabelName"));
        const value = JSON.parse(textOf(matcher.getChild("StringLiteral")));
        if (!found.some((each) => each[label] === value)) faults.push(`no series ${name}{${label}="${value}"}`);
      }
      const isRated = /(?:rate|increase)\($/.test(expr.slice(0, node.from));
      const isCounter = /_(?:total|bucket|sum|count)$/.test(name) && types.get(name) !== "gauge";
      if (isRated !== isCounter) faults.push(`${name} ${isRated ? "is no counter" : "needs rate or increase"}`);
    },
  });
  parser.parse(expr).iterate({
    enter(node) {
      if (node.name !== "GroupingLabels") return;
      for (const label of node.node.getChildren("LabelName"))
        if (!labels.has(textOf(label))) faults.push(`no label ${textOf(label)}`);
    },
  });
  return faults;
}

test("each alert and each panel uses only metrics, labels and label values that the bot shows", async (t) => {
  const shown = await shownSeries(t);
  for (const [expr, fault] of [
    ["countersign_nothing > 0", "no metric countersign_nothing"],
    ["max by (tarket) (countersign_target_up)", "no label tarket"],
    ['countersign_effects_due{kind="publsh"}', 'no series countersign_effects_due{kind="publsh"}'],
    ["countersign_signals_total > 1", "countersign_signals_total needs rate or increase"],
    ["rate(countersign_target_up[5m])", "countersign_target_up is no counter"],
  ] as const)
    assert.deepEqual(findFaults(expr, shown), [fault]);
  assert.notDeepEqual(findFaults("max(countersign_target_up", shown), []);
  assert.ok(PANEL_EXPRESSIONS.length > 20);
  for (const expr of [...RULES.map((rule) => rule.expr), ...PANEL_EXPRESSIONS])
    assert.deepEqual(findFaults(expr, shown), [], expr);
});

for (const [alert, expr, after] of [
  ["CountersignTargetUnreachable", "max by (target) (countersign_target_up) == 0", "5m"],
  [
    "CountersignTargetStale",
    "min by (target) (countersign_last_poll_age_seconds) > clamp_min(4 * max by (target) (countersign_poll_interval_seconds), 600)",
    "2m",
  ],
  ["CountersignOldestUnposted", "max(countersign_oldest_unposted_seconds) > 120", "1m"],
  [
    "CountersignAuditBacklog",
    'max(countersign_oldest_unpublished_audit_seconds) > 900 or max(countersign_effects_failing{kind="publish"}) > 0',
    "5m",
  ],
  ["CountersignSlackDisconnected", "max(countersign_slack_connected) == 0", "2m"],
  ["CountersignRequestDamaged", "max(countersign_damaged_requests) > 0", "1m"],
  ["CountersignAccountNearQuota", "max by (target) (countersign_executions_waiting) >= 80", "5m"],
])
  test(`${alert} fires exactly when ${expr} for ${after}`, () => {
    const found = RULES.filter((rule) => rule.alert === alert);
    assert.deepEqual(
      found.map((rule) => [rule.expr, rule.for]),
      [[expr, after]],
    );
  });

test("the dashboard shows the requests that Countersign leaves to people: without a route, without a record, damaged", () => {
  for (const metric of ["uncovered_requests", "unrecorded_decisions", "damaged_requests"])
    assert.ok(PANEL_EXPRESSIONS.includes(`max(countersign_${metric})`), metric);
});

const metricsIn = (expr: string) => expr.match(/countersign_\w+/g) ?? [];

test("each metric of an alert has a panel", () => {
  const shown = new Set(PANEL_EXPRESSIONS.flatMap(metricsIn));
  assert.deepEqual(
    RULES.flatMap(({ expr }) => metricsIn(expr)).filter((metric) => !shown.has(metric)),
    [],
  );
});

test("each alert has a severity, says what happens and what to do, and names only labels that its expression keeps", () => {
  for (const { alert, expr, labels, annotations } of RULES) {
    assert.match(labels.severity, /^(?:page|ticket)$/, alert);
    assert.ok(annotations.summary && annotations.description, alert);
    for (const [, label = ""] of JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g))
      assert.match(expr, new RegExp(`by \\([^)]*\\b${label}\\b`), alert);
  }
  assert.equal(new Set(RULES.map(({ alert }) => alert)).size, RULES.length);
});

test("the events that alerts point to are events of the log", () => {
  const source = globSync("src/**/*.ts")
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
  const named = [...JSON.stringify(RULES).matchAll(/log event ([\w.-]*\w)/g)].map(([, event = ""]) => event);
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.filter((event) => !source.includes(`event: "${event}"`) && !source.includes(`"${event}", `)),
    [],
  );
});

test("the operations page names every metric and every alert", async (t) => {
  const { types } = await shownSeries(t);
  const page = readFileSync("docs/operations.md", "utf8");
  const names = [...types.keys(), ...RULES.map(({ alert }) => alert)];
  assert.deepEqual(
    names.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
  const shown = [...page.matchAll(/`(countersign_\w+|Countersign[A-Z]\w+)`/g)].map(([, name = ""]) => name);
  assert.deepEqual(
    shown.filter((name) => !names.includes(name)),
    [],
  );
});
