import { assumptionsSchema } from "../../sandbox/aws/assumptions.ts";
import { workspaceSettingsSchema } from "../../sandbox/slack/workspace/settings.ts";

/** A setting of a stand-in with a value that is not its default. */
export interface Setting {
  standIn: "aws" | "slack";
  name: string;
  value: string | number | boolean;
}

const SCHEMAS = { aws: assumptionsSchema, slack: workspaceSettingsSchema };

/** The part of a zod schema that says which values a setting has. */
interface SettingSchema {
  parse(value: undefined): unknown;
  meta(): { sample?: unknown } | undefined;
  unwrap(): { def: { type: string }; options?: readonly string[] };
}

/**
 * Lists each setting of both stand-ins with each value that is not its default: the other names, the opposite, or the sample of
 * a number. A new setting is in the list without further work.
 */
export const SETTINGS: Setting[] = (["aws", "slack"] as const).flatMap((standIn) =>
  Object.entries(SCHEMAS[standIn].shape as unknown as Record<string, SettingSchema>).flatMap(([name, schema]) =>
    listValues(`${standIn}:${name}`, schema).map((value) => ({ standIn, name, value: value as Setting["value"] })),
  ),
);

function listValues(name: string, schema: SettingSchema): unknown[] {
  const normal = schema.parse(undefined);
  const { options } = schema.unwrap();
  const others: readonly unknown[] = options ?? (typeof normal === "boolean" ? [!normal] : [schema.meta()?.sample]);
  if (others.includes(undefined)) throw new Error(`The setting ${name} needs a sample in its schema.`);
  return others.filter((each) => each !== normal);
}

/** The environment variable with the setting that a test run applies to every stand-in: `aws:signalLagMs=1000`. */
export const SETTING_VARIABLE = "COUNTERSIGN_TEST_SETTING";

export const formatSetting = ({ standIn, name, value }: Setting): string => `${standIn}:${name}=${value}`;

/** Returns the setting of this run if it is one of the stand-in. */
export function settingOf(standIn: Setting["standIn"]): Record<string, Setting["value"]> {
  const given = process.env[SETTING_VARIABLE];
  if (given === undefined || given === "") return {};
  const setting = SETTINGS.find((each) => formatSetting(each) === given);
  if (setting === undefined) throw new Error(`${SETTING_VARIABLE} is no setting: ${given}`);
  return setting.standIn === standIn ? { [setting.name]: setting.value } : {};
}
