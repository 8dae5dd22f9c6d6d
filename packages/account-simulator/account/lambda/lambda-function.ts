import type { FunctionSettings, FunctionVersion } from './function-settings.ts';
import type { LambdaAlias } from './lambda-alias.ts';

/** The CloudFormation stack and logical id that own a function. */
export interface FunctionOwner {
  readonly stack: string;
  readonly stackId: string;
  readonly logicalId: string;
}

/** Provisioned concurrency of an alias or version. */
export interface ProvisionedConcurrency {
  readonly requested: number;
  /** The time (ms since the epoch) at which all of it is allocated; until then its status is IN_PROGRESS. */
  readonly readyAt: number;
  readonly lastModified: number;
}

/** One function: `$LATEST`, its published versions, its aliases. */
export interface LambdaFunction {
  readonly name: string;
  readonly owner: FunctionOwner | undefined;
  latest: FunctionSettings;
  latestModifiedAt: number;
  latestRevisionId: string;
  /** Ascending by number, gaps where versions were deleted. */
  readonly versions: Map<string, FunctionVersion>;
  /** The number of the next published version; never decreases. */
  nextVersion: number;
  readonly aliases: Map<string, LambdaAlias>;
  /** By alias name or version number. */
  readonly provisioned: Map<string, ProvisionedConcurrency>;
}

/** The version published last, undefined if deleted since: `PublishVersion` compares with it. */
export function lastPublished(fn: LambdaFunction): FunctionVersion | undefined {
  return fn.versions.get(String(fn.nextVersion - 1));
}
