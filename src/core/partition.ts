/** The partitions of AWS, by the beginning of their Regions' codes. Source: AWS documentation, "Partitions", and the SDK's partitions. */
const PARTITIONS: readonly [prefix: string, partition: string][] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["us-iso-", "aws-iso"],
  ["eu-isoe-", "aws-iso-e"],
  ["eusc-", "aws-eusc"],
];

/** Returns the partition of a Region, as ARNs name it. */
export function toPartition(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}
