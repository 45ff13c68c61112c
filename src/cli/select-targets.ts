import { DEFAULT_TARGET } from "../config/file-schema.ts";
import { findTargetAccount, type TargetRegion } from "../config/targets.ts";
import { toTargetKey } from "../core/target-key.ts";

export interface TargetOptions {
  /** The name of a target, or the key of one of its Regions. */
  target?: string | undefined;
  account?: string | undefined;
  region?: string | undefined;
}

/**
 * Selects the Regions of targets that the options mean. Returns the options with the target's name, with everything that a
 * key says, or a sentence about options that mean nothing. Without any Region there is
 * no target to compare with, but its name is known.
 */
export function selectTargets(
  all: readonly TargetRegion[],
  options: TargetOptions,
): { targets: TargetRegion[]; options: TargetOptions } | string {
  const { target } = options;
  const keyed = all.find((each) => toTargetKey(each) === target);
  const names = all.length === 0 ? [DEFAULT_TARGET] : [...new Set(all.map(({ name }) => name))];
  if (target !== undefined && keyed === undefined && !names.includes(target))
    return `There is no target ${target}. ${names.length === 1 ? `The only target is ${names[0]}` : `The targets are ${names.join(", ")}`}.`;
  const meant = keyed === undefined ? options : toOptions(keyed, options);
  const targets = all.filter(
    (each) =>
      (keyed === undefined || each === keyed) &&
      (meant.target ?? each.name) === each.name &&
      (meant.region ?? each.region) === each.region &&
      (meant.account === undefined || (findTargetAccount(each) ?? meant.account) === meant.account),
  );
  if (all.length === 0 || targets.length > 0) return { targets, options: meant };
  const place = [meant.account && `account ${meant.account}`, meant.region && `Region ${meant.region}`];
  const where = place.filter(Boolean).join(", ");
  return target === undefined
    ? `No target includes ${where}. The targets cover ${describeCover(all, meant)}.`
    : `Target ${target} does not include ${where}.`;
}

/** Lists the Regions or the accounts of the targets, whichever the options miss; if both exist, the places themselves. */
function describeCover(all: readonly TargetRegion[], { account, region }: TargetOptions): string {
  const list = (texts: readonly (string | null)[]) =>
    [...new Set(texts)].map((text) => text ?? "the bot's own account").join(", ");
  if (region !== undefined && !all.some((each) => each.region === region)) return list(all.map((each) => each.region));
  if (account !== undefined && !all.some((each) => findTargetAccount(each) === account))
    return list(all.map(findTargetAccount));
  return list(all.map(toTargetKey));
}

/** A key says the Region and perhaps the account; an option that contradicts it selects nothing. */
const toOptions = (keyed: TargetRegion, { account, region }: TargetOptions): TargetOptions => ({
  target: keyed.name,
  account: account ?? findTargetAccount(keyed) ?? undefined,
  region: region ?? keyed.region,
});
