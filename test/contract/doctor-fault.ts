import { type Differences, type DoctorWorld, POLICY } from "../support/doctor-world.ts";
import { BOT_ROLE } from "../support/world.ts";

/** Something that doctor must find. */
export interface Fault {
  /** The kind of check, or a part of one, that the fault belongs to: `npm test` runs the first fault of each kind. */
  part: string;
  name: string;
  /** What is broken before the run, and what the run differs in. */
  breaks?: (w: DoctorWorld) => unknown;
  run?: Differences | ((w: DoctorWorld) => Differences);
  expected: RegExp[];
}

export const READER = "arn:aws:iam::111122223333:role/CountersignReader";
export const APPROVER = "arn:aws:iam::111122223333:role/CountersignApprover";
export const withRoles = (roles: string) =>
  `targets: [{ name: production, regions: [us-east-1], ${roles} }]\n${POLICY}`;
export const SIGNS_AS_PEOPLE = { policy: withRoles(`approverRole: "${APPROVER}"`) };
export const READS_AS_ROLE = { policy: withRoles(`readRole: "${READER}"`) };

export const role =
  (arn: string, allows: string[], more: object = {}) =>
  (w: DoctorWorld) =>
    w.aws("roles", { arn, allows, trusts: [BOT_ROLE], ...more });

const PAUSES = `routes:
  - name: pauses
    match: { action: "aws:pause" }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE] }
    whenRequesterUnknown: deny
`;
export const withPauses = ({ policy }: { policy: string }) => ({ policy: policy.replace("routes:\n", PAUSES) });
export const WITH_PAUSES = withPauses({ policy: POLICY });
