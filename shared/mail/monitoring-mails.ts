import { executionUrl, forOwners, layOut, type Mail } from './mail-text.ts';

/** The mail that says a deployment is not watched any more, because its execution broke. */
export function monitoringFailedMail(
  environment: string,
  news: { readonly deploymentId: string; readonly executionArn: string; readonly why: string },
): Mail {
  return layOut(
    `[${environment}] deployment ${news.deploymentId} is not being watched`,
    `Watching deployment ${news.deploymentId} broke off. It goes on unwatched: nothing will roll it back by itself.`,
    [
      { heading: 'Why', lines: [news.why] },
      {
        heading: 'What is left to do',
        lines: ['Look at the deployment in CodeDeploy; redrive the execution below to go on watching it.'],
      },
    ],
    [executionUrl(news.executionArn)],
  );
}

/** The mail that says a rollback broke before it had an incident: nothing was changed, and nothing will be. */
export function rollbackNotBegunMail(
  environment: string,
  news: { readonly service: string; readonly executionArn: string; readonly why: string },
): Mail {
  return layOut(
    `[${environment}] ${news.service}: a rollback could not begin, needs a person`,
    `${news.service}: a rollback was started and broke before it changed anything. The release is still live.`,
    [
      { heading: 'Why', lines: [news.why] },
      {
        heading: 'What is left to do',
        lines: [`Start the machine coordinate-rollback with {"service": "${news.service}"}.`],
      },
    ],
    [executionUrl(news.executionArn)],
  );
}

/** A parameter of the catalog that could not be read. */
export interface RefusedParameter {
  readonly service: string;
  readonly parameter: string;
  /** Path and reason of each problem. */
  readonly reason: string;
  /** Whether the last good form of the entry stays in force. */
  readonly kept: boolean;
  /** Whom the mail is for: as the parameter says, where that can be read, or its last good form. */
  readonly owners: readonly string[];
}

/** The mail that says a parameter of the catalog was refused; its last good form stays in force. */
export function catalogRefusedMail(
  environment: string,
  { service, parameter, reason, kept, owners }: RefusedParameter,
): Mail {
  const consequence = kept
    ? 'Its last good form stays in force.'
    : 'The service is not looked after until it is mended.';
  return layOut(
    `[${environment}] catalog: the parameter of ${service} was refused`,
    'What could not be read was left out of the catalog; everything else is in force.',
    [{ heading: parameter, lines: [...forOwners(owners), reason, consequence] }],
    ['Mend the parameter: writing it compiles the catalog again.'],
  );
}
