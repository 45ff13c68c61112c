/** Who can have started a runbook: three kinds of principal that AWS knows. */
export const STARTERS = [
  {
    label: "Rosa, through Identity Center",
    arn: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com",
  },
  { label: "Jane, an IAM user", arn: "arn:aws:iam::111122223333:user/jane" },
  { label: "a CI pipeline", arn: "arn:aws:sts::111122223333:assumed-role/GitHubActionsDeploy/run-4711" },
] as const;

/** The part of an ARN that people know somebody by. */
export const principalText = (arn: string): string => {
  const parts = arn.split("/");
  return parts.length > 2
    ? parts
        .slice(-2)
        .join("/")
        .replace(/^AWSReservedSSO_\w+?_[0-9a-f]{16}\//, "")
    : (parts.at(-1) ?? arn);
};
