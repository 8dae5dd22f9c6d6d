import type { ListDeploymentsCommandInput } from '@aws-sdk/client-codedeploy';
import { AwsError } from '../service.ts';
import type { Deployment } from './deployment.ts';
import type { DeploymentRegistry } from './deployment-registry.ts';

/** The number of ids on a page. The API does not document it, and has no parameter for it. */
const PAGE = 100;

/**
 * `ListDeployments`: newest first, filtered by group, stack, status and time of creation.
 *
 * A token names the last deployment returned, so that a page is right even when new deployments have been created meanwhile.
 *
 * @throws ApplicationNameRequiredException or DeploymentGroupNameRequiredException when one is given without the
 *   other, InvalidTimeRangeException, InvalidNextTokenException
 */
export function listDeployments(registry: DeploymentRegistry, input: ListDeploymentsCommandInput) {
  const { applicationName, deploymentGroupName, externalId, createTimeRange, nextToken } = input;
  if (applicationName && !deploymentGroupName) {
    throw new AwsError('DeploymentGroupNameRequiredException', 'No deployment group name was specified.');
  }
  if (deploymentGroupName && !applicationName) {
    throw new AwsError('ApplicationNameRequiredException', 'No application name was specified.');
  }
  const start = createTimeRange?.start?.getTime() ?? Number.NEGATIVE_INFINITY;
  const end = createTimeRange?.end?.getTime() ?? Number.POSITIVE_INFINITY;
  if (start > end) {
    throw new AwsError('InvalidTimeRangeException', 'The end of the time range is before its start.');
  }
  const statuses = input.includeOnlyStatuses?.length ? new Set(input.includeOnlyStatuses) : undefined;
  const before = nextToken === undefined ? Number.POSITIVE_INFINITY : sequenceOf(nextToken);
  const candidates: readonly Deployment[] =
    applicationName && deploymentGroupName
      ? registry.group(applicationName, deploymentGroupName).deployments
      : registry.deployments;
  const page: string[] = [];
  let last = 0;
  for (let index = candidates.length - 1; index >= 0; index -= 1) {
    const deployment = candidates[index] as Deployment;
    // Creation times never decrease along the list.
    if (deployment.createdAt < start) break;
    if (deployment.sequence >= before || deployment.createdAt > end) continue;
    if (externalId !== undefined && deployment.externalId !== externalId) continue;
    if (statuses && !statuses.has(deployment.status)) continue;
    if (page.length === PAGE) return { deployments: page, nextToken: String(last) };
    page.push(deployment.id);
    last = deployment.sequence;
  }
  return { deployments: page };
}

function sequenceOf(token: string): number {
  const sequence = Number(token);
  if (!Number.isInteger(sequence)) {
    throw new AwsError('InvalidNextTokenException', `The next token is not valid: ${token}`);
  }
  return sequence;
}
