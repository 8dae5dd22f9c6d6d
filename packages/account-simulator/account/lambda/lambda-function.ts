import type { FunctionSettings, FunctionVersion } from './function-settings.ts';
import type { LambdaAlias } from './lambda-alias.ts';

/** How a function came to be: the CloudFormation stack and logical id that own it, when a stack does. */
export interface FunctionOwner {
  readonly stack: string;
  readonly stackId: string;
  readonly logicalId: string;
}

/** Provisioned concurrency of an alias or version. */
export interface ProvisionedConcurrency {
  readonly requested: number;
  /** From when (ms since the epoch) all of it is allocated; until then its status is IN_PROGRESS. */
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
  /** The number the next published version gets; never goes back. */
  nextVersion: number;
  readonly aliases: Map<string, LambdaAlias>;
  /** By alias name or version number. */
  readonly provisioned: Map<string, ProvisionedConcurrency>;
}

/** The version published last, even if it has been deleted since: what `PublishVersion` compares with. */
export function lastPublished(fn: LambdaFunction): FunctionVersion | undefined {
  return fn.versions.get(String(fn.nextVersion - 1));
}
