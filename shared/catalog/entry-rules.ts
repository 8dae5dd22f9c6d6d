import type { InputProblem } from '../check-input.ts';
import { isPlain, objectionToText } from '../plain-text.ts';
import type { TargetEntry } from '../targets/shapes.ts';
import { isAlias } from './alias-kinds.ts';
import type { ServiceEntry } from './service-entry.ts';

/** Lambda ends every function after 15 minutes (quotas), so no request takes longer. */
const longestRequestMs = 900_000;

/**
 * Problems of an entry that matches the schema: impossible names, texts that mails cannot show, limits that nothing can
 * reach. They are checked when an entry is written. An entry that was in force before a rule was added stays in force, so
 * the schema, which also reads the compiled catalog, does not contain the rules.
 */
export function problemsByRule(entry: ServiceEntry): InputProblem[] {
  const { stack, targets, owners = [], policy } = entry;
  return [
    ...problem('stack', stack === undefined ? undefined : objectionToStack(stack)),
    ...targets.flatMap((target, index) => targetProblems(target, `targets.${index}`)),
    ...owners.flatMap((owner, index) => problem(`owners.${index}`, objectionToText(owner))),
    ...problem('policy.irreversible', policy.irreversible && objectionToText(folded(policy.irreversible))),
    ...policy.alarms.flatMap((alarm, index) => problem(`policy.alarms.${index}`, objectionToAlarm(alarm))),
    ...limitProblems(policy),
  ];
}

/** YAML folds a long text into lines, or leaves a line break at its end. */
function folded(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

function problem(path: string, reason: string | undefined | ''): InputProblem[] {
  return reason ? [{ path, reason }] : [];
}

function targetProblems(target: TargetEntry, path: string): InputProblem[] {
  if (isAlias(target)) {
    const groups = target.kind === 'codedeploy' ? (['application', 'deploymentGroup'] as const) : [];
    return [
      ...problem(`${path}.function`, objectionToFunction(target.function)),
      ...problem(`${path}.alias`, objectionToAlias(target.alias)),
      ...groups.flatMap((name) => {
        const text = 'application' in target ? target[name] : undefined;
        return problem(`${path}.${name}`, text === undefined ? undefined : objectionToGroup(text));
      }),
    ];
  }
  if (target.kind === 'cloudformation' && target.stack !== undefined) {
    return problem(`${path}.stack`, objectionToStack(target.stack));
  }
  return [];
}

function objectionToFunction(name: string): string | undefined {
  const [, , service, , , , own, alias] = name.startsWith('arn:') ? name.split(':') : [];
  if (service === 'lambda' && own) {
    return `is an ARN: write the function's name, "${own}"${alias ? `, and "alias: ${alias}"` : ''}`;
  }
  if (name.includes(':'))
    return 'is a function with an alias or version: write the alias into the field alias';
  if (/^[A-Za-z0-9]+\.[A-Za-z0-9.]+$/.test(name)) {
    return 'is the path of a function in a nested stack: write the name that the function has in the account';
  }
  return /^[A-Za-z0-9_-]{1,140}$/.test(name)
    ? undefined
    : 'must be the name of a function, or its logical id: letters, digits, hyphens and underscores';
}

function objectionToAlias(alias: string): string | undefined {
  if (alias === '$LATEST') return 'is the code that was never published, and no alias';
  if (/^\d+$/.test(alias))
    return `is a version, and no alias: an alias is a name that versions take turns at`;
  if (alias.startsWith('arn:')) return `is an ARN: write the alias alone, "${alias.split(':').at(-1)}"`;
  return /^[A-Za-z0-9_-]{1,128}$/.test(alias)
    ? undefined
    : 'must be the name of an alias: letters, digits, hyphens and underscores';
}

function objectionToStack(name: string): string | undefined {
  if (name.startsWith('arn:')) return `is an ARN: write the stack's name, "${name.split('/')[1] ?? ''}"`;
  return /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)
    ? undefined
    : 'must be the name of a stack: letters, digits and hyphens, beginning with a letter';
}

function objectionToGroup(name: string): string | undefined {
  if (name.startsWith('arn:')) return `is an ARN: write the name alone, "${name.split(/[:/]/).at(-1)}"`;
  return /^[A-Za-z0-9._+=,@*-]+$/.test(name)
    ? undefined
    : 'must be a name of CodeDeploy: letters, digits and . _ + = , @ -, with * for any text';
}

function objectionToAlarm(name: string): string | undefined {
  const [, , service, , , kind, own] = name.startsWith('arn:') ? name.split(':') : [];
  if (service === 'cloudwatch' && kind === 'alarm') return `is an ARN: write the alarm's name, "${own}"`;
  if (name.length > 255) return 'must have at most 255 characters, as names of alarms have';
  return isPlain(name) && name.trim() === name && name !== ''
    ? undefined
    : 'must be the name of an alarm, without blanks at its ends, line breaks and control characters';
}

/** A bound of 100 % or of a time that no request takes can never be exceeded. */
function limitProblems({ limits }: ServiceEntry['policy']): InputProblem[] {
  const never = 'can never be reached';
  const { errorRate, slow } = limits;
  return [
    ...problem(
      'policy.limits.errorRate',
      errorRate !== undefined && errorRate >= 1 ? `${never}: no more than all requests fail` : '',
    ),
    ...problem(
      'policy.limits.slow.share',
      slow && slow.share >= 1 ? `${never}: no more than all requests are slow` : '',
    ),
    ...problem(
      'policy.limits.slow.overMs',
      slow && slow.overMs >= longestRequestMs ? `${never}: Lambda ends every request after 900 s` : '',
    ),
  ];
}
