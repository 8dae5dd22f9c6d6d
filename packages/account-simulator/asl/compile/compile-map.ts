import type { DistributedSettings, ItemReader, ToleratedFailures } from '../machine.ts';
import type { DefinitionReader, Fields } from './definition-reader.ts';

const LARGEST_COUNT = 100_000_000;
const LONGEST_LABEL = 40;
// biome-ignore lint/suspicious/noControlCharactersInRegex: AWS names control characters among the forbidden
const FORBIDDEN_IN_LABEL = /[\s?*<>{}[\]:;,\\|^~$#%&`"\u0000-\u001f\u007f-\u009f]/;
const READER_ARGUMENTS = ['Bucket', 'Key', 'VersionId', 'ExpectedBucketOwner'];

/** Reads a Map's ProcessorConfig: whether it is distributed (…/dg/state-map-distributed). */
export function isDistributed(reader: DefinitionReader, processor: Fields, path: string): boolean {
  if (processor.ProcessorConfig === undefined) return false;
  const at = `${path}/ProcessorConfig`;
  const config = reader.object(processor.ProcessorConfig, at, ['Mode', 'ExecutionType']);
  if (config === undefined) return false;
  const mode = config.Mode ?? 'INLINE';
  if (mode !== 'INLINE' && mode !== 'DISTRIBUTED')
    reader.problem(`${at}/Mode`, 'must be INLINE or DISTRIBUTED');
  const type = config.ExecutionType;
  if (mode === 'DISTRIBUTED' && type === 'EXPRESS') {
    reader.problem(`${at}/ExecutionType`, 'EXPRESS is not supported by this interpreter: use STANDARD');
  } else if (mode === 'DISTRIBUTED' && type !== 'STANDARD') {
    reader.problem(`${at}/ExecutionType`, 'must be STANDARD (or EXPRESS) for a Distributed Map');
  } else if (mode !== 'DISTRIBUTED' && type !== undefined) {
    reader.problem(`${at}/ExecutionType`, 'belongs to a Distributed Map');
  }
  return mode === 'DISTRIBUTED';
}

/** Reads how many failures a Map tolerates. AWS accepts these fields on an inline Map, which ignores them. */
export function compileTolerated(reader: DefinitionReader, state: Fields, path: string): ToleratedFailures {
  return {
    count: reader.number(state, 'ToleratedFailureCount', path, 0, LARGEST_COUNT),
    percentage: reader.fraction(state, 'ToleratedFailurePercentage', path, 0, 100),
  };
}

/** Reads the fields that only a Distributed Map uses. AWS accepts a Label on an inline Map, which ignores it. */
export function compileDistributed(
  reader: DefinitionReader,
  state: Fields,
  path: string,
  distributed: boolean,
): DistributedSettings | undefined {
  const name = label(reader, state, path);
  if (!distributed) {
    if (state.ItemReader !== undefined) {
      reader.problem(`${path}/ItemReader`, 'belongs to a Distributed Map');
    }
    return undefined;
  }
  return {
    label: name,
    itemReader: state.ItemReader === undefined ? undefined : itemReader(reader, state, path),
  };
}

function label(reader: DefinitionReader, state: Fields, path: string): string | undefined {
  const text = reader.text(state, 'Label', path, false);
  if (text === undefined) return undefined;
  if (text.length > LONGEST_LABEL || FORBIDDEN_IN_LABEL.test(text)) {
    reader.problem(
      `${path}/Label`,
      `must have at most ${LONGEST_LABEL} characters, no spaces or special ones`,
    );
  }
  if (reader.labels.has(text)) reader.problem(`${path}/Label`, `the label '${text}' is used twice`);
  reader.labels.add(text);
  return text;
}

function itemReader(reader: DefinitionReader, state: Fields, path: string): ItemReader | undefined {
  const at = `${path}/ItemReader`;
  const fields = reader.object(state.ItemReader, at, ['Resource', 'Arguments', 'ReaderConfig']);
  if (fields === undefined) return undefined;
  if (state.Items !== undefined) {
    reader.problem(`${path}/Items`, 'together with ItemReader is not supported by this interpreter');
  }
  const resource = reader.text(fields, 'Resource', at, true);
  if (resource !== undefined && !/^arn:aws[a-z-]*:states:::s3:getObject$/.test(resource)) {
    reader.problem(`${at}/Resource`, `'${resource}' is not supported by this interpreter: use s3:getObject`);
  }
  if (typeof fields.Arguments !== 'string')
    reader.object(fields.Arguments, `${at}/Arguments`, READER_ARGUMENTS);
  const configAt = `${at}/ReaderConfig`;
  const config =
    reader.object(fields.ReaderConfig ?? {}, configAt, ['InputType', 'ItemsPointer', 'MaxItems']) ?? {};
  const inputType = config.InputType;
  if (inputType !== 'JSON' && inputType !== 'JSONL') {
    reader.problem(
      `${configAt}/InputType`,
      inputType === undefined ? 'is required' : `'${String(inputType)}' is not supported: use JSON or JSONL`,
    );
  }
  const itemsPointer = reader.text(config, 'ItemsPointer', configAt, false);
  if (itemsPointer !== undefined && (inputType !== 'JSON' || !itemsPointer.startsWith('/'))) {
    reader.problem(`${configAt}/ItemsPointer`, 'must be a JSON Pointer beginning with / into a JSON file');
  }
  return {
    arguments: reader.template(fields.Arguments ?? {}, `${at}/Arguments`, 'ItemReader/Arguments'),
    inputType: inputType === 'JSONL' ? 'JSONL' : 'JSON',
    itemsPointer,
    maxItems: reader.number(
      config,
      'MaxItems',
      configAt,
      1,
      LARGEST_COUNT,
      'ItemReader/ReaderConfig/MaxItems',
    ),
  };
}
