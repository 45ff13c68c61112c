import { SSMClient } from "@aws-sdk/client-ssm";
import type { AwsFailure, DeclaredParameters } from "../app/ports/aws.ts";
import { readFailure } from "./aws-failures.ts";
import { makeConnections } from "./connections.ts";
import { readDeclared } from "./defaults.ts";
import { ownCredentials } from "./own-credentials.ts";
import { makeReadCredentials } from "./read-role.ts";

/** Reads the parameters that the default version of a runbook declares. */
export async function readRunbook(from: {
  region: string;
  readRole: string | null;
  documentName: string;
  abort: AbortSignal;
}): Promise<DeclaredParameters | AwsFailure> {
  const { region, readRole, documentName, abort } = from;
  const connections = makeConnections();
  const credentials =
    readRole === null ? ownCredentials() : { credentials: makeReadCredentials(connections.sts(region), readRole) };
  const client = new SSMClient({ region, requestHandler: connections.requestHandler(), ...credentials });
  try {
    return await readDeclared((command) => client.send(command, { abortSignal: abort }), documentName, "$DEFAULT");
  } catch (error) {
    return readFailure(error);
  } finally {
    connections.close();
  }
}
