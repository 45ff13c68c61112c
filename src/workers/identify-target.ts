import type {
  Automation,
  AwsConnector,
  AwsFailure,
  CallerIdentity,
  Log,
  Target,
  TargetRoles,
} from "../app/ports/aws.ts";
import { parseAccount, toRoleArn } from "../core/arn.ts";
import type { ApprovalRequest } from "../core/request.ts";
import type { SignerKind } from "../core/signers.ts";
import { type TargetName, toTargetKey } from "../core/target-key.ts";

/** One Region of one account of a target, as it is configured. */
export interface ConfiguredTarget extends TargetName {
  warning?: string | undefined;
  consoleUrl?: string | undefined;
  roles?: TargetRoles;
}

const NO_ROLES: TargetRoles = { readRole: null, approverRole: null };

/**
 * States of a target's connection:
 * - unidentified: AWS has not reported yet whose credentials the bot has, or the configuration excludes the target. Ends
 *   when `identify` succeeds; each poll tries again.
 * - identified: the account is known and the connections are open. Ends with `close`.
 */
export interface TargetConnection {
  key: string;
  /** In whose name signals go. The configuration tells, so it is known while the target is unidentified. */
  signers: SignerKind;
  /** Says whether the request belongs to this target, also if it was opened under another name of the target. */
  covers(request: ApprovalRequest): boolean;
  /** Returns undefined while the target is unidentified. */
  automation(): Automation | undefined;
  /** Returns why the last attempt to identify the target failed; null if none failed since. */
  failure(): AwsFailure | null;
  /** Makes the target identified; null if it is, or if `abort` interrupted it. */
  identify(abort: AbortSignal): Promise<AwsFailure | null>;
  close(): void;
}

/** Finds the connection of an account and Region; undefined if no identified target has them. */
export const findConnection = (
  connections: readonly TargetConnection[],
  { account, region }: Pick<Target, "account" | "region">,
): TargetConnection | undefined =>
  connections.find((each) => {
    const target = each.automation()?.target;
    return target?.account === account && target.region === region;
  });

/** Prepares the connection of one target. Opens nothing before `identify`. */
export function makeTargetConnection(options: {
  configured: ConfiguredTarget;
  /** The targets that precede it in the configuration. */
  before: () => readonly ConfiguredTarget[];
  aws: AwsConnector;
  /** Takes over what the store has of this account and Region under another name. */
  rebindTarget: (target: Target) => Promise<void>;
  hook: (automation: Automation) => Automation;
  log: Log;
}): TargetConnection {
  const { configured, before, aws, rebindTarget, hook, log } = options;
  const { region, roles = NO_ROLES } = configured;
  const key = toTargetKey(configured);
  let automation: Automation | undefined;
  let failure: AwsFailure | null = null;
  let close = () => {};
  return {
    key,
    signers: roles.approverRole === null ? "bot" : "approvers",
    covers(request) {
      if (automation === undefined) return request.target === key;
      return request.account === automation.target.account && request.region === region;
    },
    automation: () => automation,
    failure: () => failure,
    async identify(abort) {
      if (automation !== undefined) return null;
      const identity = await aws.identify(region, abort);
      if (abort.aborted) return null;
      if (identity.kind === "failed") {
        failure = identity;
        return failure;
      }
      const target = toTarget(configured, before(), identity);
      if ("kind" in target) {
        failure = target;
        return failure;
      }
      failure = null;
      await rebindTarget(target);
      const opened = aws.connect(target, roles);
      close = opened.close;
      automation = hook(opened);
      const fields = { target: key, account: target.account, principal: identity.arn };
      log.info({ event: "target.identified", ...fields }, "target identified");
      return null;
    },
    close: () => close(),
  };
}

/** Returns the target, or why it cannot be polled with these credentials and this configuration. */
export function toTarget(
  configured: ConfiguredTarget,
  before: readonly ConfiguredTarget[],
  identity: CallerIdentity,
): Target | AwsFailure {
  const { name, region, warning, consoleUrl, roles = NO_ROLES } = configured;
  const account = findAccount(configured, identity);
  const lacks = roles.readRole === null ? "readRole" : roles.approverRole === null ? "approverRole" : null;
  if (lacks !== null && account !== identity.account) {
    const message = `The target is account ${account}, but the bot's own credentials are of ${identity.account}: add ${lacks} to this target`;
    return { kind: "failed", code: "WrongAccount", message, retry: false };
  }
  // The order of the configuration decides which of the two is polled: replicas that disagreed could each skip the other's.
  const isPolled = ({ roles: own = NO_ROLES }: ConfiguredTarget) =>
    account === identity.account || (own.readRole !== null && own.approverRole !== null);
  const twin = before.find(
    (each) => each.region === region && findAccount(each, identity) === account && isPolled(each),
  );
  if (twin !== undefined) {
    const message = `${toTargetKey(twin)} is account ${account} in ${region} too, and is polled: remove one of the two from targets`;
    return { kind: "failed", code: "TargetTwice", message, retry: false };
  }
  return {
    key: toTargetKey(configured),
    name,
    region,
    account,
    signsAs: roles.approverRole ?? toRoleArn(identity.arn),
    warning,
    consoleUrl,
  };
}

/** Returns the listed account or that of the target's roles; without either, that of the bot's own credentials. */
const findAccount = ({ account = null, roles = NO_ROLES }: ConfiguredTarget, own: CallerIdentity) =>
  account ?? parseAccount(roles.readRole ?? roles.approverRole) ?? own.account;
