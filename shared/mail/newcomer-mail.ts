import type { NewcomerRecord } from '../ledger/records.ts';
import { layOut, type Mail } from './mail-text.ts';

/** The mail that says what became of what somebody released on a service while it was being rolled back. */
export function newcomerMail(environment: string, newcomer: NewcomerRecord): Mail {
  const { service, deploymentId, incidentId, fate } = newcomer;
  const what = deploymentId === undefined ? 'released again' : `deployment ${deploymentId} ${fate}`;
  return layOut(
    `[${environment}] ${service}: ${what} during a rollback`,
    newcomerInWords(newcomer),
    [
      {
        heading: 'What is left to do',
        lines: [
          fate === 'stopped'
            ? `Wait for the outcome of incident ${incidentId}, then deploy again.`
            : `It is live for now: incident ${incidentId} plans again with it. Its next mail says what becomes of it.`,
        ],
      },
    ],
    [`Release ${newcomer.releaseId}, during incident ${incidentId}`],
  );
}

/** What was released during a rollback, in a sentence. */
export function newcomerInWords({ service, deploymentId, releaseId, fate }: NewcomerRecord): string {
  if (deploymentId === undefined) {
    return `${service}: release ${releaseId} came in while ${service} was being rolled back, by its stack and without a deployment that could be stopped.`;
  }
  return fate === 'stopped'
    ? `${service}: deployment ${deploymentId} began while ${service} was being rolled back; it was stopped, and CodeDeploy takes it back.`
    : `${service}: deployment ${deploymentId} began while ${service} was being rolled back, and completed before it could be stopped.`;
}
