import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { BusEvent } from 'account-simulator/account/eventbridge/event.ts';
import type { Timeline } from '../report/timeline.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { serviceOfFunction, serviceOfStack, shortFunction } from './names.ts';

/**
 * Adds events of the account to the timeline: stacks, deployments, traffic, alarms, mails.
 *
 * @returns looks for new events and mails; call it whenever the account is quiet
 */
export function observeAccount(
  scenario: Scenario,
  account: SimulatedAccount,
  timeline: Timeline,
): () => void {
  account.lambda.onAliasChange(({ functionName, shares }) => {
    const service = serviceOfFunction({ scenario, account }, functionName);
    const parts = Object.entries(shares)
      .sort(([a], [b]) => Number(b) - Number(a))
      .map(([version, share]) => `${Math.round(share * 100)} % to version ${version}`);
    timeline.add(
      'traffic',
      `${shortFunction({ account }, functionName)}: ${parts.join(', ')}`,
      about(service),
    );
  });
  account.cloudWatch.onChange(({ name, previous, current }) => {
    if (!current) timeline.add('alarm', `${name} deleted`);
    else if (previous && previous.value !== current.value) {
      timeline.add('alarm', `${name}: ${previous.value} -> ${current.value}`);
    }
  });
  const { eventBridge, sns } = account;
  let events = eventBridge.history().length;
  let mails = 0;
  return () => {
    const history = eventBridge.history();
    for (; events < history.length; events += 1) {
      const event = history[events] as BusEvent;
      if (event.source === 'aws.cloudformation') stackChanged(event);
      if (event.source === 'aws.codedeploy') deploymentChanged(event);
    }
    const inbox = sns.inbox();
    for (; mails < inbox.length; mails += 1) timeline.add('mail', inbox[mails]?.subject ?? '');
  };

  function stackChanged({ detail }: BusEvent): void {
    const { 'stack-id': id, 'status-details': details } = detail as {
      'stack-id': string;
      'status-details': { status: string; 'status-reason': string };
    };
    const stack = id.split('/')[1] ?? id;
    const service = serviceOfStack(scenario, stack);
    const reason = details['status-reason'] ? ` (${details['status-reason']})` : '';
    timeline.add('stack', `${stack} ${details.status}${reason}`, about(service));
  }

  function deploymentChanged({ detail }: BusEvent): void {
    const deployment = account.codeDeploy.find(detail.deploymentId as string);
    const { appSpec, rollsBack, error, creator } = deployment;
    const { functionName: name, currentVersion, targetVersion } = appSpec;
    const what = rollsBack ? `, rolls ${rollsBack.id} back` : `, by ${creator}`;
    const why = error ? `: ${error.code}` : '';
    timeline.add(
      'deployment',
      `${deployment.id} ${detail.state}${why}  ${shortFunction({ account }, name)} ${currentVersion} -> ${targetVersion}${what}`,
      about(serviceOfFunction({ scenario, account }, name)),
    );
  }
}

function about(service: string | undefined): { service?: string } {
  return service === undefined ? {} : { service };
}
