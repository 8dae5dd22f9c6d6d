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

/** A parameter of the catalog that has something wrong in it. */
export interface RefusedParameter {
  readonly service: string;
  readonly parameter: string;
  /** Path and reason of each problem. */
  readonly reason: string;
  /** What is in force of the service: its last good form, nothing, or the parameter all the same. */
  readonly stands: 'last-good-form' | 'nothing' | 'as-written';
  /** Whom the mail is for: as the parameter says, where that can be read, or its last good form. */
  readonly owners: readonly string[];
}

const consequences: Readonly<Record<RefusedParameter['stands'], string>> = {
  'last-good-form': 'Its last good form stays in force.',
  nothing: 'The service is not looked after until it is mended.',
  'as-written': 'It is in force all the same: the stack is looked after from its first deployment on.',
};

/** The mail that says a parameter of the catalog was refused, or names a stack that is not there. */
export function catalogRefusedMail(
  environment: string,
  { service, parameter, reason, stands, owners }: RefusedParameter,
): Mail {
  const refused = stands !== 'as-written';
  return layOut(
    `[${environment}] catalog: the parameter of ${service} ${refused ? 'was refused' : 'names no existing stack'}`,
    refused
      ? 'It was left out of the catalog; everything else is in force.'
      : 'Nothing can be done for the service while its stack does not exist.',
    [{ heading: parameter, lines: [...forOwners(owners), reason, consequences[stands]] }],
    ['Mend the parameter: writing it compiles the catalog again.'],
  );
}
