import { AslError } from '../asl-error.ts';
import type { StatesVariable } from '../expressions/states-variable.ts';
import type { ItemReader } from '../machine.ts';
import type { Frame } from './frame.ts';
import type { Run } from './run.ts';

const LARGEST_COUNT = 100_000_000;

/** The object that holds the items, and how many items are wanted. */
export interface ItemLocation {
  readonly bucket: string;
  readonly key: string;
  readonly most: number;
}

/** Evaluates the fields of an ItemReader. Throws `States.ItemReaderFailed`. */
export async function locateItems(
  run: Run,
  frame: Frame,
  reader: ItemReader,
  states: StatesVariable,
): Promise<ItemLocation> {
  const wanted = reader.maxItems && (await run.number(frame, reader.maxItems, 0, LARGEST_COUNT, states));
  const { Bucket: bucket, Key: key } = ((await run.evaluate(frame, reader.arguments, states)) ??
    {}) as Record<string, unknown>;
  if (typeof bucket !== 'string' || typeof key !== 'string') {
    throw failed('Bucket and Key of the ItemReader must be strings.');
  }
  // 0 is no limit (recorded on AWS)
  return { bucket, key, most: wanted || LARGEST_COUNT };
}

/**
 * Reads the items of a Distributed Map from a JSON or JSON Lines object in S3
 * (AWS: step-functions/latest/dg/input-output-itemreader). Throws `States.ItemReaderFailed`.
 */
export async function readItems(
  run: Run,
  frame: Frame,
  reader: ItemReader,
  { bucket, key, most }: ItemLocation,
): Promise<readonly unknown[]> {
  let text: string;
  try {
    text = await run.services.host.readObject(bucket, key, run.taskContext(frame));
  } catch (error) {
    if (!(error instanceof AslError)) throw error;
    throw failed(error.cause ?? error.error);
  }
  frame.cancellation.check();
  return parse(text, reader).slice(0, most);
}

function parse(text: string, reader: ItemReader): readonly unknown[] {
  if (reader.inputType === 'JSONL') {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line, i) => json(line, `line ${i + 1}`));
  }
  let value = json(text, 'the file');
  for (const step of (reader.itemsPointer ?? '').split('/').slice(1)) {
    // RFC 6901: ~1 stands for /, ~0 for ~
    const member = step.replaceAll('~1', '/').replaceAll('~0', '~');
    value = (value as Record<string, unknown> | null)?.[member];
  }
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null) {
    throw failed('The items must be an array (objects are not supported by this interpreter).');
  }
  // wording of AWS's own cause
  throw failed('Attempting to map over non-iterable node.');
}

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failed(`Attempting to read ${what} as JSON failed: ${(error as Error).message}`);
  }
}

function failed(cause: string): AslError {
  return new AslError('States.ItemReaderFailed', cause);
}
