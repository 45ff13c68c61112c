import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as apps from "kubernetes-models/apps/v1";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as core from "kubernetes-models/v1";
import { parse, parseAllDocuments } from "yaml";
import { makeRoutes } from "../../src/bot/routes.ts";
import { EXIT } from "../../src/cli/output.ts";
import { parseEnvironment, VARIABLES } from "../../src/config/environment.ts";
import { isExposed } from "../../src/store/postgres.ts";
import type { Json } from "../support/http-json.ts";

const DOCKERFILE = readFileSync("deploy/Dockerfile", "utf8");
const COMPOSE = parse(readFileSync("deploy/compose.yaml", "utf8"));
const UNIT = readFileSync("deploy/countersign.service", "utf8");
const KUBERNETES = readFileSync("deploy/kubernetes.yaml", "utf8");
const readManifests = (text: string): Json[] => parseAllDocuments(text).map((each) => each.toJS());
const MANIFESTS = readManifests(KUBERNETES);
/** With every optional line, as HTTP mode and a proxy need them. */
const HTTP_MANIFESTS = readManifests(
  KUBERNETES.replace(/^( +)# (- .+| {2}.+)$/gm, "$1$2").replace(/port: \w+ \} # With OPS_PORT: (port: \w+)$/gm, "$1 }"),
);

const { bin, engines } = JSON.parse(readFileSync("package.json", "utf8"));
const EXAMPLE = readFileSync(".env.example", "utf8");
const KNOWN: ReadonlySet<string> = new Set(VARIABLES);
const ROUTES = readFileSync("src/bot/routes.ts", "utf8");
const PORT = /^# ?PORT=(\d+)/m.exec(EXAMPLE)?.[1];

const OF_NODE: ReadonlySet<string> = new Set(["NODE_ENV", "NODE_OPTIONS", "NODE_COMPILE_CACHE"]);

/** Checks that these are variables of Node, or of the bot with valid values. */
function accepts(variables: Record<string, string>): void {
  for (const name of Object.keys(variables)) assert.ok(KNOWN.has(name) || OF_NODE.has(name), name);
  const base = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", AWS_REGION: "us-east-1" };
  assert.deepEqual(parseEnvironment({ ...base, ...variables }).problems, []);
}

test("the image has the files, the variables and the port of the bot, runs as another user, and needs no shell", () => {
  const copied = [...DOCKERFILE.matchAll(/^COPY (?:--chown=\S+ )?((?!--from).+) \S+$/gm)].flatMap(([, all = ""]) =>
    all.split(" "),
  );
  const ignored = readFileSync("deploy/Dockerfile.dockerignore", "utf8").split("\n");
  for (const path of copied) {
    assert.ok(existsSync(path), path);
    assert.ok(ignored.includes(`!${path}`), `${path} is in the build context`);
  }
  for (const needed of ["src", "package.json", "manifest.yml"]) assert.ok(copied.includes(needed), needed);
  const env = /^ENV ((?:.*\\\n)*.*)$/m.exec(DOCKERFILE)?.[1] ?? "";
  accepts(
    Object.fromEntries(
      env
        .replaceAll("\\\n", " ")
        .split(/\s+/)
        .map((pair) => pair.split(/=(.*)/).slice(0, 2)),
    ),
  );
  assert.match(DOCKERFILE, new RegExp(`^EXPOSE ${PORT}$`, "m"));
  assert.match(DOCKERFILE, new RegExp(`^ENTRYPOINT \\["node", "/app/${bin.countersign}"\\]$`, "m"));
  for (const [, image = ""] of DOCKERFILE.matchAll(/^FROM (\S+)/gm))
    assert.equal(image, `node:${/\d+/.exec(engines.node)?.[0]}-slim`);
  const [, compiled] = /NODE_COMPILE_CACHE=(\S+)/.exec(env) ?? [];
  assert.match(
    DOCKERFILE,
    new RegExp(`^COPY --chown=1000:1000 deploy/data ${compiled}$[^]*^USER 1000:1000$[^]*^RUN `, "m"),
  );
  assert.match(DOCKERFILE, /^USER (?!0\b|root\b)\d+/m);
  for (const [line] of DOCKERFILE.matchAll(/^(?:RUN|CMD|ENTRYPOINT|\s+CMD) .*$/gm))
    assert.doesNotThrow(() => JSON.parse(line.replace(/^\s*\w+ /, "")), line);
  const [, healthcheck = ""] = /^HEALTHCHECK [^[]*(\[.*\])$/ms.exec(DOCKERFILE.split("\nENTRYPOINT")[0] ?? "") ?? [];
  const path = /\$\{process\.env\.PORT\}(\/\w+)/.exec(JSON.parse(healthcheck)[2])?.[1];
  assert.ok(ROUTES.includes(`"${path}"`), healthcheck);
});

test("compose.yaml runs the image with PostgreSQL, a read-only file system and only variables of the bot", () => {
  const { countersign: bot, postgres } = COMPOSE.services;
  assert.ok(existsSync(bot.build.dockerfile));
  const password = (text: string) => text.replace(/\$\{POSTGRES_PASSWORD:\?[^}]*\}/, "secret");
  const { DATABASE_URL, ...others } = bot.environment;
  accepts({ ...others, DATABASE_URL: password(DATABASE_URL) });
  const url = new URL(password(DATABASE_URL));
  assert.ok(url.hostname in COMPOSE.services);
  assert.equal(isExposed(url.href), false, "doctor does not warn about a network of containers on one machine");
  assert.deepEqual(
    [url.username, url.password, url.pathname],
    [
      postgres.environment.POSTGRES_USER,
      password(postgres.environment.POSTGRES_PASSWORD),
      `/${postgres.environment.POSTGRES_DB}`,
    ],
  );
  assert.equal(bot.volumes[0], `../countersign.yml:${bot.environment.COUNTERSIGN_CONFIG}:ro`);
  assert.deepEqual(bot.ports, [`127.0.0.1:${PORT}:${bot.environment.PORT}`]);
  assert.ok(bot.read_only && bot.cap_drop.includes("ALL") && bot.depends_on.postgres.condition === "service_healthy");
  for (const example of [".env.example", "countersign.example.yml"]) assert.ok(existsSync(example));
});

test("the systemd unit starts the bot with variables and files of the project, and stops restarting after a wrong configuration", () => {
  const values = (key: string) => [...UNIT.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value);
  const [start = ""] = values("ExecStart");
  assert.equal(start, `/usr/bin/node /opt/countersign/${bin.countersign} serve`);
  accepts(Object.fromEntries(values("Environment").map((pair) => pair.split(/=(.*)/).slice(0, 2))));
  assert.deepEqual(values("RestartPreventExitStatus"), [String(EXIT.usage)]);
  const [folder] = values("StateDirectory");
  const [cache] = values("CacheDirectory");
  assert.ok(values("Environment").includes(`NODE_COMPILE_CACHE=/var/cache/${cache}`));
  assert.ok(UNIT.includes(`DATABASE_URL=sqlite:/var/lib/${folder}/`));
  const [, page = ""] = /file:\/\/\/opt\/countersign\/(\S+)/.exec(UNIT) ?? [];
  assert.ok(existsSync(page), page);
  assert.ok(!UNIT.includes("MemoryDenyWriteExecute"), "V8 compiles at run time");
});

const MODELS: Record<string, Record<string, unknown>> = {
  v1: core as never,
  "apps/v1": apps as never,
  "policy/v1": policy as never,
  "networking.k8s.io/v1": networking as never,
};

/** Returns what the schema of Kubernetes finds wrong; null if the manifest is valid. */
function findFault(manifest: Json): string | null {
  const Model = MODELS[manifest.apiVersion]?.[manifest.kind] as new (data: Json) => { validate(): void };
  try {
    new Model(manifest).validate();
    return null;
  } catch (error) {
    return String(error);
  }
}

/** Lists the keys of an object at every depth, except those that users choose: labels and selectors. */
function keysOf(value: Json): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(keysOf);
  return Object.entries(value).flatMap(([key, each]) =>
    ["labels", "matchLabels", "selector", "requests", "limits"].includes(key) ? [key] : [key, ...keysOf(each)],
  );
}

test("the Kubernetes manifests are valid, every key is one of Kubernetes, and no secret is in them", () => {
  for (const manifest of MANIFESTS) assert.equal(findFault(manifest), null);
  const deployment = find("Deployment");
  assert.match(findFault({ ...deployment, spec: { ...deployment.spec, replicas: "two" } }) ?? "", /replicas/);
  const types =
    "node_modules/{kubernetes-models/{v1,apps/v1,policy/v1,networking.k8s.io/v1},@kubernetes-models/{apimachinery,base}/**}/*.d.ts";
  const declared = globSync(types).map((path) => readFileSync(path, "utf8"));
  const names = new Set(declared.flatMap((text) => [...text.matchAll(/^\s*"?(\w+)"?\??:/gm)].map(([, name]) => name)));
  const unknown = (manifest: Json) => keysOf(manifest).filter((key) => !names.has(key));
  for (const manifest of MANIFESTS) assert.deepEqual(unknown(manifest), []);
  assert.deepEqual(unknown({ ...deployment, replicaz: 2 }), ["replicaz"]);
  assert.ok(MANIFESTS.every(({ kind }) => kind !== "Secret"));
});

for (const [mode, manifests] of [
  ["Socket Mode", MANIFESTS],
  ["HTTP mode, with every optional line", HTTP_MANIFESTS],
] as const)
  test(`on Kubernetes in ${mode}, each probe, service and scrape reaches a port that serves its path`, () => {
    for (const manifest of manifests) assert.equal(findFault(manifest), null);
    const [container] = find("Deployment", manifests).spec.template.spec.containers;
    const env = new Map<string, Json>(container.env.map((each: Json) => [each.name, each]));
    const isHttp = manifests === HTTP_MANIFESTS;
    // In HTTP mode, the signing secret replaces the app-level token.
    assert.equal(env.has("SLACK_SIGNING_SECRET"), isHttp);
    const connection = { kind: isHttp ? "http" : "socket" };
    const opsPort = env.has("OPS_PORT") ? Number(env.get("OPS_PORT")?.value) : null;
    const { main, ops } = makeRoutes({ config: { slack: { connection }, opsPort }, late: {} } as never);
    const served: Record<string, object> = { http: main, ...(opsPort === null ? {} : { ops }) };
    assert.deepEqual(
      container.ports.map(({ name, containerPort }: Json) => [name, containerPort]),
      [["http", Number(env.get("PORT")?.value)], ...(opsPort === null ? [] : [["ops", opsPort]])],
    );
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      const { path, port } = container[probe].httpGet;
      assert.ok(Object.hasOwn(served[port] ?? {}, path), `${probe}: ${path} on ${port}`);
    }
    const ports = find("Service", manifests).spec.ports.map(({ targetPort }: Json) => targetPort);
    assert.deepEqual(ports, Object.keys(served));
    const { ingress, egress } = find("NetworkPolicy", manifests).spec;
    const [scrape, slack] = ingress.map(({ ports: [{ port }] }: Json) => port);
    assert.ok(Object.hasOwn(served[scrape] ?? {}, "/metrics"), scrape);
    if (!isHttp) return;
    assert.ok(Object.hasOwn(served[slack] ?? {}, "/slack/events"), slack);
    const proxy = Number(/^# HTTPS_PROXY=.*:(\d+)$/m.exec(EXAMPLE)?.[1]);
    assert.ok(egress.some((rule: Json) => rule.ports.some(({ port }: Json) => port === proxy)));
  });

test("the Kubernetes manifests refer to each other, and to variables, ports and endpoints of the bot", () => {
  const pod = find("Deployment").spec.template;
  const [container] = pod.spec.containers;
  const plain = container.env.filter((each: Json) => each.value !== undefined);
  const secret = container.env.filter((each: Json) => each.valueFrom?.secretKeyRef !== undefined);
  assert.equal(plain.length + secret.length, container.env.length);
  accepts(Object.fromEntries(plain.map(({ name, value }: Json) => [name, value])));
  for (const { name } of secret) assert.ok(KNOWN.has(name), name);
  assert.ok(secret.some(({ name }: Json) => name === "SLACK_BOT_TOKEN"));
  assert.ok(
    secret.every(({ valueFrom }: Json) =>
      readFileSync("deploy/kubernetes.yaml", "utf8").includes(`generic ${valueFrom.secretKeyRef.name} `),
    ),
  );
  const [{ name: port, containerPort }] = container.ports;
  assert.equal(String(containerPort), plain.find((each: Json) => each.name === "PORT").value);
  for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
    const { path, port: probed } = container[probe].httpGet;
    assert.ok(ROUTES.includes(`"${path}"`) && probed === port, probe);
  }
  const { labels } = pod.metadata;
  assert.deepEqual(find("Service").spec.selector, labels);
  for (const kind of ["Deployment", "PodDisruptionBudget"])
    assert.deepEqual(find(kind).spec.selector.matchLabels, labels);
  assert.deepEqual(find("NetworkPolicy").spec.podSelector.matchLabels, labels);
  assert.equal(pod.spec.serviceAccountName, find("ServiceAccount").metadata.name);
  assert.equal(container.securityContext.readOnlyRootFilesystem, true);
  assert.equal(pod.spec.securityContext.runAsNonRoot, true);
  const mounts = new Set(container.volumeMounts.map(({ name }: Json) => name));
  assert.deepEqual(mounts, new Set(pod.spec.volumes.map(({ name }: Json) => name)));
});

test("a command runs in each deployment with the program, the service and the variables of its files", () => {
  const rows = readFileSync("deploy/README.md", "utf8").matchAll(/^\| ([\w ]+) \| `(.* doctor)` \|$/gm);
  const commands = Object.fromEntries([...rows].map(([, name = "", command = ""]) => [name, command]));
  assert.deepEqual(Object.keys(commands), ["Docker Compose", "Kubernetes", "systemd"]);
  const [, entry = ""] = /^ENTRYPOINT (\[.*\])$/m.exec(DOCKERFILE) ?? [];
  const program = [...JSON.parse(entry), "doctor"].join(" ");
  const [service] = Object.keys(COMPOSE.services);
  const up = /^# {3}(docker compose .*) up /m.exec(readFileSync("deploy/compose.yaml", "utf8"))?.[1];
  // In a container of its own: that of a bot that does not start ends again and again.
  assert.equal(commands["Docker Compose"], `${up} run --rm ${service} doctor`);
  assert.equal(commands.Kubernetes, `kubectl exec deployment/${find("Deployment").metadata.name} -- ${program}`);
  const lines = UNIT.split("\n");
  const { systemd = "" } = commands;
  for (const [, variable] of systemd.matchAll(/ -E (\S+)/g))
    assert.ok(lines.includes(`Environment=${variable}`), variable);
  // The bot has the user countersign too: the name of its unit.
  const properties = [...systemd.matchAll(/ -p (\S+)/g)].map(([, property = ""]) => property);
  for (const property of properties) assert.ok(property === "User=countersign" || lines.includes(property), property);
  for (const needed of ["DynamicUser=yes", "StateDirectory=countersign", "EnvironmentFile=/etc/countersign/env"])
    assert.ok(properties.includes(needed), needed);
  const [, start = ""] = /^ExecStart=(.*) serve$/m.exec(UNIT) ?? [];
  assert.ok(systemd.endsWith(` ${start} doctor`));
});

test("each file says what was not tested", () => {
  for (const file of ["Dockerfile", "compose.yaml", "countersign.service", "kubernetes.yaml", "alerts.yml"])
    assert.match(readFileSync(`deploy/${file}`, "utf8"), /^# Not tested: /m, file);
});

function find(kind: string, manifests: readonly Json[] = MANIFESTS): Json {
  return manifests.find((each) => each.kind === kind) ?? assert.fail(`no ${kind}`);
}
