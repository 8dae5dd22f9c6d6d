import { layOut, type Mail } from './mail-text.ts';

/** Aliases that a rollback which the coordinator did not ask for led to undone code. */
export interface StrayNews {
  readonly service: string;
  /** What led them there, as a sentence without its end. */
  readonly told: string;
  /** The stack that still has the undone code; undefined for a service without one. */
  readonly stack: string | undefined;
  /** The incident that undid the code. */
  readonly incidentId: string;
  readonly moved: readonly { readonly alias: string; readonly from: string; readonly to: string }[];
  /** Who put the service on hold; absent where nobody did. */
  readonly heldBy?: string;
}

/** The mail that says that users were led back to the bad release, and what is done about it. */
export function strayMail(environment: string, news: StrayNews): Mail {
  const { service, told, stack, incidentId, moved, heldBy } = news;
  const subject =
    heldBy === undefined
      ? 'users were on the bad release again'
      : 'users are on the bad release again, needs a person';
  const lead =
    heldBy === undefined
      ? `The aliases are pointed back to what incident ${incidentId} restored.`
      : `Nothing is changed, because ${heldBy} put the service on hold.`;
  return layOut(
    `[${environment}] ${service}: ${subject}`,
    `${service}: ${told}. ${lead}`,
    [
      {
        heading: heldBy === undefined ? 'What is done' : 'What to do',
        lines: moved.map(({ alias, from, to }) =>
          heldBy === undefined
            ? `${alias} pointed from version ${from} to ${to}`
            : `aws lambda update-alias ${nameOf(alias)} --function-version ${to} --routing-config AdditionalVersionWeights={}`,
        ),
      },
      ...(stack === undefined ? [] : [{ heading: 'What is left to do', lines: whatIsLeft(stack) }]),
    ],
    [`About incident ${incidentId}`],
  );
}

function whatIsLeft(stack: string): string[] {
  return [
    `Stack ${stack} still has the bad release: any update of it that fails leads there again. Deploy a good release`,
    'with all its aliases, or pin the stack as the mail of the incident says.',
    'Where it is UPDATE_ROLLBACK_FAILED, because its deployment found the alias moved, end its rollback without the alias:',
    `aws cloudformation continue-update-rollback --stack-name ${stack} --resources-to-skip LOGICAL_ID_OF_THE_ALIAS`,
  ];
}

function nameOf(alias: string): string {
  const [name, qualifier] = alias.split(':');
  return `--function-name ${name} --name ${qualifier}`;
}
