import type { AccountRegion, Execution } from "./engine/execution-state.ts";
import type { Runbook } from "./engine/runbook.ts";

/** One version of an Automation document. */
export interface DocumentVersion {
  version: string;
  versionName?: string;
  content: string;
  format: "YAML" | "JSON";
  runbook: Runbook;
  createdAt: number;
}

export interface AutomationDocument {
  name: string;
  /** The owner's account id. */
  owner: string;
  displayName?: string;
  targetType?: string;
  tags: { Key: string; Value: string }[];
  /** Oldest first; the last is $LATEST. */
  versions: DocumentVersion[];
  /** The version that $DEFAULT means. */
  defaultVersion: string;
  /** The highest number that a version has had: the number of a deleted version is not used again. */
  lastNumber: number;
}

/** The documents and executions of one account in one Region. Accounts and Regions share nothing. */
export interface Resources {
  location: AccountRegion;
  documents: Map<string, AutomationDocument>;
  /** In order of their start. */
  executions: Map<string, Execution>;
  /** Maps a ClientToken of StartAutomationExecution to its request and to the execution that it started. */
  clientTokens: Map<string, { request: string; executionId: string }>;
}

/** The resources of every account and Region used so far. */
export interface ResourceStore {
  /** Returns the resources of an account in a Region; none at first. */
  at(location: AccountRegion): Resources;
  all(): Resources[];
  clear(): void;
}

export function makeResourceStore(): ResourceStore {
  const resourcesByLocation = new Map<string, Resources>();
  return {
    at(location) {
      const key = `${location.account}/${location.region}`;
      const found = resourcesByLocation.get(key);
      if (found !== undefined) return found;
      const { account, region } = location;
      const created = {
        location: { account, region },
        documents: new Map(),
        executions: new Map(),
        clientTokens: new Map(),
      };
      resourcesByLocation.set(key, created);
      return created;
    },
    all: () => [...resourcesByLocation.values()],
    clear: () => resourcesByLocation.clear(),
  };
}
