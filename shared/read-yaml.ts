import { LineCounter, parseDocument } from 'yaml';
import { fewProblems, type InputProblem } from './check-input.ts';
import { oneLine } from './plain-text.ts';

/** The value of a text, or its problems; the path of a problem is a place in the text. */
export type ReadYaml = { readonly value: unknown } | { readonly problems: readonly InputProblem[] };

/**
 * Reads one document of YAML 1.2, which includes JSON. An unknown tag is refused: only CloudFormation resolves `!Ref` and
 * `!Sub`, and the text after such a tag is not its value.
 */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    path: placeOf(pos[0]),
    reason: reasonOf(code, message, text.slice(pos[0], pos[1])),
  }));
  if (problems.length > 0) return { problems: fewProblems(distinct(problems)) };
  try {
    const value: unknown = document.toJS();
    // An anchor that contains its own alias is an endless value.
    JSON.stringify(value);
    return { value };
  } catch (error) {
    return { problems: [{ path: '', reason: aliasProblem(error as Error) }] };
  }
}

function reasonOf(code: string, message: string, source: string): string {
  switch (code) {
    case 'TAG_RESOLVE_FAILED':
      return source.startsWith('!')
        ? `${oneLine(source)} is a tag that nobody resolves here: write the value itself`
        : oneLine(message);
    case 'RESOURCE_EXHAUSTION':
      return 'it is nested too deeply';
    case 'DUPLICATE_KEY':
      return 'this key is there already';
    case 'MULTIPLE_DOCS':
      return 'a second document begins here: only one is read';
    default:
      return oneLine(message);
  }
}

function aliasProblem({ message }: Error): string {
  const [, unknown] = /Unresolved alias[^:]*: (.*)$/.exec(message) ?? [];
  if (unknown !== undefined)
    return `*${oneLine(unknown)} is an alias of an anchor that is not there before it`;
  if (message.includes('Excessive alias count'))
    return 'its aliases stand for too much: write it without them';
  return message.includes('circular') ? 'an anchor holds an alias of itself' : 'it is nested too deeply';
}

/** One error may be reported at every level above it. */
function distinct(problems: readonly InputProblem[]): InputProblem[] {
  return [...new Map(problems.map((one) => [`${one.path} ${one.reason}`, one])).values()].filter(
    ({ reason }, index, all) =>
      reason !== 'it is nested too deeply' || all.findIndex((one) => one.reason === reason) === index,
  );
}
