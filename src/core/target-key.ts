/** One Region of a target, with the account if the configuration lists it. */
export interface TargetName {
  name: string;
  account?: string | null;
  region: string;
}

/** Returns the key of a target: it names one Region of one account in logs, metrics, health and the database. */
export const toTargetKey = ({ name, account = null, region }: TargetName): string =>
  account === null ? `${name}/${region}` : `${name}/${account}/${region}`;
