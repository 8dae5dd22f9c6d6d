import { layOut, type Mail } from './mail-text.ts';

/** Aliases that the rollback of a stack put on undone code. */
export interface StrayNews {
  readonly service: string;
  readonly stack: string;
  /** The incident that undid the code. */
  readonly incidentId: string;
  readonly moved: readonly { readonly alias: string; readonly from: string; readonly to: string }[];
  /** Who put the service on hold; absent where nobody did. */
  readonly heldBy?: string;
}

/** The mail that says that a stack's own rollback led to the bad release, and what is done about it. */
export function strayMail(environment: string, news: StrayNews): Mail {
  const { service, stack, incidentId, moved, heldBy } = news;
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
    `${service}: an update of stack ${stack} was rolled back by CloudFormation, to the bad release that is its last state. ${lead}`,
    [
      {
        heading: heldBy === undefined ? 'What is done' : 'What to do',
        lines: moved.map(({ alias, from, to }) =>
          heldBy === undefined
            ? `${alias} pointed from version ${from} to ${to}`
            : `aws lambda update-alias ${nameOf(alias)} --function-version ${to} --routing-config AdditionalVersionWeights={}`,
        ),
      },
      {
        heading: 'What is left to do',
        lines: [
          `Stack ${stack} still has the bad release: any update of it that fails leads there again. Deploy a good release`,
          'with all its aliases, or pin the stack as the mail of the incident says.',
        ],
      },
    ],
    [`About incident ${incidentId}`],
  );
}

function nameOf(alias: string): string {
  const [name, qualifier] = alias.split(':');
  return `--function-name ${name} --name ${qualifier}`;
}
