import type {
  AliasConfiguration,
  FunctionConfiguration,
  ProvisionedConcurrencyStatusEnum,
  Runtime,
} from '@aws-sdk/client-lambda';
import { codeSha256, type FunctionVersion } from './function-settings.ts';
import type { LambdaAlias } from './lambda-alias.ts';
import type { LambdaFunction, ProvisionedConcurrency } from './lambda-function.ts';

/** An alias as `GetAlias` shows it; `RoutingConfig` only where a second version has a weight. */
export function aliasShape(functionArn: string, alias: LambdaAlias): AliasConfiguration {
  return {
    AliasArn: `${functionArn}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.target.version,
    Description: alias.description,
    ...(alias.isWeighted && { RoutingConfig: { AdditionalVersionWeights: { ...alias.target.weights } } }),
    RevisionId: alias.revisionId,
  };
}

/**
 * A version, or `$LATEST` when none is given, as `GetFunctionConfiguration` shows it.
 *
 * @param qualifier the qualifier of the request: the ARN carries it, so an alias appears in it
 */
export function configurationShape(
  functionArn: string,
  fn: LambdaFunction,
  version: FunctionVersion | undefined,
  qualifier?: string,
): FunctionConfiguration {
  const settings = version ?? fn.latest;
  const property = <T>(name: string, otherwise: T): T =>
    (settings.properties[name] as T | undefined) ?? otherwise;
  const environment = settings.properties.Environment as { Variables?: Record<string, string> } | undefined;
  return {
    FunctionName: fn.name,
    FunctionArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    Runtime: property<Runtime>('Runtime', 'nodejs22.x'),
    Role: property('Role', ''),
    Handler: property('Handler', 'index.handler'),
    CodeSize: 0,
    Description: version?.description || property('Description', ''),
    Timeout: property('Timeout', 3),
    MemorySize: property('MemorySize', 128),
    LastModified: lambdaTime(version?.publishedAt ?? fn.latestModifiedAt),
    CodeSha256: codeSha256(settings.code),
    Version: version?.version ?? '$LATEST',
    ...(environment?.Variables && { Environment: { Variables: environment.Variables } }),
    RevisionId: version?.revisionId ?? fn.latestRevisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: property('Architectures', ['x86_64']),
  };
}

/**
 * The tags of a function: its own, and CloudFormation's for the resources of a stack.
 *
 * Source: CloudFormation user guide, "Resource tag": `aws:cloudformation:logical-id`, `stack-id`, `stack-name`.
 */
export function tagsShape({ owner, latest }: LambdaFunction): Record<string, string> {
  const { Tags = {} } = latest.properties;
  // A list of keys and values in CloudFormation, a map in SAM.
  const own = Array.isArray(Tags)
    ? Tags.map(({ Key, Value }) => [Key, Value] as const)
    : Object.entries(Tags as object);
  return {
    ...Object.fromEntries(own.map(([key, value]) => [key, String(value)])),
    ...(owner && {
      'aws:cloudformation:stack-name': owner.stack,
      'aws:cloudformation:stack-id': owner.stackId,
      'aws:cloudformation:logical-id': owner.logicalId,
    }),
  };
}

/** Provisioned concurrency as `GetProvisionedConcurrencyConfig` shows it at `now`. */
export function provisionedShape(provisioned: ProvisionedConcurrency, now: number) {
  const ready = now >= provisioned.readyAt;
  const status: ProvisionedConcurrencyStatusEnum = ready ? 'READY' : 'IN_PROGRESS';
  return {
    RequestedProvisionedConcurrentExecutions: provisioned.requested,
    AvailableProvisionedConcurrentExecutions: ready ? provisioned.requested : 0,
    AllocatedProvisionedConcurrentExecutions: ready ? provisioned.requested : 0,
    Status: status,
    LastModified: lambdaTime(provisioned.lastModified),
  };
}

/** Lambda's own form of ISO 8601, with `+0000` for the zone. */
function lambdaTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}
