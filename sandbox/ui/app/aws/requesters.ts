/** The principals that the form can start a runbook as, one of each kind. */
export const REQUESTERS = [
  {
    label: "Rosa (Identity Center)",
    arn: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com",
  },
  { label: "Jane (IAM user)", arn: "arn:aws:iam::111122223333:user/jane" },
  { label: "CI pipeline", arn: "arn:aws:sts::111122223333:assumed-role/GitHubActionsDeploy/run-4711" },
] as const;

/** Shortens a principal's ARN to the part that people recognize. */
export const principalText = (arn: string): string => {
  const parts = arn.split("/");
  return parts.length > 2
    ? parts
        .slice(-2)
        .join("/")
        .replace(/^AWSReservedSSO_\w+?_[0-9a-f]{16}\//, "")
    : (parts.at(-1) ?? arn);
};
