import { AwsError } from '../service.ts';
import { DeliveryFailure } from './delivery-failure.ts';
import type { BusEvent } from './event.ts';

/** The input of a target instead of the whole event; at most one of the three members. */
export interface TargetInput {
  /** JSON text, passed unchanged. */
  readonly Input?: string;
  /** The part of the event to pass, such as `$.detail`. */
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
}

/** Values that a transformation may use besides the event. */
export interface InputContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** ISO 8601. */
  readonly ingestionTime: string;
}

const MOST_PATHS = 100;
const LONGEST_TEXT = 8_192;
const PREDEFINED = [
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
];

/**
 * Compiles the settings of a target's input (EventBridge User Guide, "Input transformation").
 *
 * JSON paths are names by dots or in brackets and array indices; `*` is not simulated. A template must yield JSON. A
 * variable whose path finds nothing is left out: inside a string that leaves a gap, elsewhere the result is not JSON and the
 * delivery fails with INVALID_JSON.
 *
 * @throws AwsError `ValidationException` for an invalid input
 */
export function compileTargetInput(input: TargetInput): (event: BusEvent, context: InputContext) => unknown {
  const given = [input.Input, input.InputPath, input.InputTransformer].filter((part) => part !== undefined);
  if (given.length > 1) throw invalid('only one of Input, InputPath and InputTransformer can be given');
  if (input.Input !== undefined) {
    if (input.Input.length > LONGEST_TEXT) throw invalid(`Input is longer than ${LONGEST_TEXT} characters`);
    const text = input.Input;
    parseJson(text, () => invalid(`Input is not JSON: ${text}`));
    return () => JSON.parse(text);
  }
  if (input.InputPath !== undefined) return compilePath(input.InputPath);
  if (input.InputTransformer !== undefined) return compileTransformer(input.InputTransformer);
  return (event) => event;
}

function compileTransformer(
  transformer: NonNullable<TargetInput['InputTransformer']>,
): (event: BusEvent, context: InputContext) => unknown {
  const { InputPathsMap: paths = {}, InputTemplate: template } = transformer;
  if (Object.keys(paths).length > MOST_PATHS)
    throw invalid(`InputPathsMap has more than ${MOST_PATHS} paths`);
  if (template.length > LONGEST_TEXT)
    throw invalid(`InputTemplate is longer than ${LONGEST_TEXT} characters`);
  const readers = new Map<string, (event: BusEvent) => unknown>();
  for (const [name, path] of Object.entries(paths)) {
    if (name.startsWith('aws.events.')) throw invalid(`the variable name ${name} is reserved`);
    readers.set(name, compilePath(path));
  }
  const pieces = splitTemplate(template);
  for (const { variable } of pieces) {
    if (variable !== undefined && !readers.has(variable) && !PREDEFINED.includes(variable)) {
      throw invalid(`InputTemplate uses <${variable}>, which InputPathsMap does not define`);
    }
  }
  return (event, context) => {
    let text = '';
    for (const { literal, variable, quoted } of pieces) {
      text += literal;
      if (variable === undefined) continue;
      const value = readers.get(variable)?.(event) ?? predefined(variable, event, context);
      if (value !== undefined) text += quoted ? insideString(value) : JSON.stringify(value);
    }
    return parseJson(text, () => new DeliveryFailure('INVALID_JSON', `not JSON: ${text}`, { retry: false }));
  };
}

interface Piece {
  readonly literal: string;
  readonly variable: string | undefined;
  readonly quoted: boolean;
}

/** Splits a template at its `<variables>` and marks those inside a JSON string. */
function splitTemplate(template: string): Piece[] {
  const pieces: Piece[] = [];
  let literal = '';
  let quoted = false;
  for (let i = 0; i < template.length; i += 1) {
    const character = template[i] as string;
    const variable = character === '<' ? /^<([A-Za-z0-9_.-]+)>/.exec(template.slice(i, i + 260)) : null;
    if (variable !== null) {
      pieces.push({ literal, variable: variable[1], quoted });
      literal = '';
      i += variable[0].length - 1;
      continue;
    }
    literal += character;
    if (quoted && character === '\\') {
      i += 1;
      literal += template[i] ?? '';
    } else if (character === '"') {
      quoted = !quoted;
    }
  }
  pieces.push({ literal, variable: undefined, quoted: false });
  return pieces;
}

/** EventBridge does not escape a value inside a string, and removes the quotes of objects and arrays. */
function insideString(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value).replaceAll(/\\?"/g, '');
}

function predefined(variable: string, event: BusEvent, context: InputContext): unknown {
  switch (variable) {
    case 'aws.events.rule-arn':
      return context.ruleArn;
    case 'aws.events.rule-name':
      return context.ruleName;
    case 'aws.events.event.ingestion-time':
      return context.ingestionTime;
    case 'aws.events.event': {
      const { detail: _detail, ...rest } = event;
      return rest;
    }
    case 'aws.events.event.json':
      return event;
    default:
      return undefined;
  }
}

const STEP = /^(?:\.([A-Za-z0-9_/-]+)|\[(\d+)\]|\['([^']+)'\]|\["([^"]+)"\])/;

function compilePath(path: string): (event: BusEvent) => unknown {
  if (!path.startsWith('$')) throw invalid(`the JSON path ${path} does not begin with $`);
  const steps: string[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const step = STEP.exec(rest);
    if (step === null) throw invalid(`the rehearsal does not understand the JSON path ${path} at "${rest}"`);
    steps.push((step[1] ?? step[2] ?? step[3] ?? step[4]) as string);
    rest = rest.slice(step[0].length);
  }
  return (event) => {
    let value: unknown = event;
    for (const step of steps) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Record<string, unknown>)[step];
    }
    return value;
  };
}

function parseJson(text: string, failure: () => Error): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failure();
  }
}

function invalid(reason: string): AwsError {
  return new AwsError('ValidationException', `The target's input is not valid: ${reason}.`);
}
