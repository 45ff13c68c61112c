import { findNearest } from "../core/nearest.ts";
import type { Config, NamedRegion, TargetConfig } from "./config.ts";
import type { Environment } from "./environment.ts";

/** The Regions of AWS when this version was made. Source: AWS documentation, "AWS Regions", in all partitions. */
const REGIONS = [
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "mx-central-1", "sa-east-1"],
  ...["eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2"],
  ...["ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6"],
  ...["ap-southeast-7", "af-south-1", "il-central-1", "me-central-1", "me-south-1"],
  ...["cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1", "eusc-de-east-1"],
  ...["us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "us-isof-east-1", "us-isof-south-1"],
  ...["eu-isoe-west-1"],
];

/** The words of these names. A new Region has another number, another country or another combination of them. */
const WORDS = new Set(REGIONS.flatMap((region) => region.split("-")));

const MAY_BE_NEW = " If AWS added it recently, ignore this line.";

/**
 * Finds Regions that this version does not know, each with its path in the file or its variable. They do not keep the bot from
 * starting, because AWS adds Regions. A problem is only a name with an unknown word that is close to a known name.
 */
export function findUnknownRegions({
  namedRegions,
}: Pick<Config, "namedRegions">): { level: "problem" | "warning"; path: PropertyKey[]; text: string }[] {
  return namedRegions.flatMap(({ path, region }) => {
    if (REGIONS.includes(region)) return [];
    const nearest = findNearest(region, REGIONS);
    const isMisspelled =
      nearest !== null && region.split("-").some((word) => /^[a-z]{3}/.test(word) && !WORDS.has(word));
    const text = `Countersign does not know the Region ${region}. ${nearest === null ? "Correct it." : `Did you mean ${nearest}?`}`;
    const [level, more] = isMisspelled ? (["problem", ""] as const) : (["warning", MAY_BE_NEW] as const);
    return [{ level, path: [...path], text: `${text}${more}` }];
  });
}

/** Lists the Regions of the targets in the file, and those that variables name. A bus or a queue may have that of AWS_REGION. */
export function listNamedRegions(
  targets: readonly TargetConfig[],
  {
    region,
    regionVariable,
    eventBus,
    waitingQueue,
  }: Pick<Environment, "region" | "regionVariable" | "eventBus" | "waitingQueue">,
): NamedRegion[] {
  const ofFile = targets.flatMap(({ regions }, target) =>
    regions.map((each, index) => ({ path: ["targets", target, "regions", index], region: each })),
  );
  const ofVariables: readonly (readonly [string, string | null])[] = [
    ["EVENT_BUS_NAME", eventBus?.region ?? null],
    ["WAITING_QUEUE_URL", waitingQueue?.region ?? null],
  ];
  return [
    ...ofFile,
    ...(region === null ? [] : [{ path: [regionVariable], region }]),
    ...ofVariables.flatMap(([name, own]) => (own === null || own === region ? [] : [{ path: [name], region: own }])),
  ];
}
