import type { EmittedEvent } from './codedeploy-ports.ts';
import type { Deployment } from './deployment.ts';

/** The states of a Lambda deployment in events; they differ from the API's statuses. */
export type EventState = 'START' | 'SUCCESS' | 'FAILURE' | 'STOP';

/**
 * The event of a deployment's change of state (user guide, "Monitoring deployments with Amazon CloudWatch Events"). It
 * contains neither the deployment's creator nor the reason of a failure.
 */
export function deploymentEvent(
  { id, group }: Deployment,
  state: EventState,
  region: string,
  accountId: string,
): EmittedEvent {
  const arn = `arn:aws:codedeploy:${region}:${accountId}`;
  return {
    source: 'aws.codedeploy',
    detailType: 'CodeDeploy Deployment State-change Notification',
    resources: [
      `${arn}:application:${group.application}`,
      `${arn}:deploymentgroup:${group.application}/${group.name}`,
    ],
    detail: {
      region,
      deploymentId: id,
      instanceGroupId: group.id,
      application: group.application,
      deploymentGroup: group.name,
      state,
    },
  };
}
