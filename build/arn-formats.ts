/** One step of a pattern: exactly one character of a set, or any number of them; a `text` is that character alone. */
type Step = { readonly set: 'any' | 'within' | { readonly text: string }; readonly many: boolean };

/** Variables of ARN formats whose values may contain `/` or `:`; all others contain neither. */
const wideVariables = new Set([
  'FunctionName', // with a version or alias behind a colon
  'ObjectName',
  'ParameterNameWithoutLeadingSlash',
  'StateMachineName', // with a slash and the label of a Distributed Map, in an execution's ARN
]);

/**
 * Whether an ARN of a policy, which may contain `*` and `?`, can match a resource of a type.
 *
 * @param format as in the Service Authorization Reference: `arn:${Partition}:s3:::${BucketName}`; several are
 *   separated by commas
 */
export function canBeOfFormat(arn: string, format: string): boolean {
  const steps = stepsOfArn(arn);
  return format.split(/,\s*/).some((one) => haveCommon(steps, stepsOfFormat(one)));
}

function stepsOfArn(arn: string): Step[] {
  return [...arn].map((text) =>
    text === '*' || text === '?' ? { set: 'any', many: text === '*' } : { set: { text }, many: false },
  );
}

function stepsOfFormat(format: string): Step[] {
  return format.split(/(\$\{\w+\})/).flatMap((part): Step[] => {
    const name = /^\$\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return stepsOfArn(part);
    const set = wideVariables.has(name) ? 'any' : 'within';
    return [
      { set, many: false },
      { set, many: true },
    ];
  });
}

/** Whether there is a text that both patterns match. */
function haveCommon(left: readonly Step[], right: readonly Step[]): boolean {
  const known = new Map<number, boolean>();
  const from = (i: number, j: number): boolean => {
    const key = i * (right.length + 1) + j;
    let answer = known.get(key);
    if (answer === undefined) {
      answer = look(i, j);
      known.set(key, answer);
    }
    return answer;
  };
  const look = (i: number, j: number): boolean => {
    const a = left[i];
    const b = right[j];
    if (!a && !b) return true;
    if (a?.many && from(i + 1, j)) return true;
    if (b?.many && from(i, j + 1)) return true;
    if (!a || !b || !share(a, b)) return false;
    if (a.many) return !b.many && from(i, j + 1);
    return from(i + 1, b.many ? j : j + 1);
  };
  return from(0, 0);
}

function share({ set: a }: Step, { set: b }: Step): boolean {
  if (typeof a === 'object' && typeof b === 'object') return a.text === b.text;
  const text = typeof a === 'object' ? a.text : typeof b === 'object' ? b.text : undefined;
  return text === undefined || (a !== 'within' && b !== 'within') || !/[:/]/.test(text);
}
