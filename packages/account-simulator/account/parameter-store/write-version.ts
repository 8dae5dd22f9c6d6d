import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { AwsError, type CallContext } from '../service.ts';
import { unsupported } from '../wire/unsupported.ts';
import { latest, type Parameter, type ParameterKind } from './parameter.ts';
import { checkName, checkValue, invalid, tierOf } from './write-rules.ts';

/** Versions kept; a further write drops the oldest, unless a label is attached to it (AWS quota). */
const KEPT_VERSIONS = 100;
const KINDS = ['String', 'StringList', 'SecureString'];
/** The AWS managed key that encrypts where the caller names none. */
const DEFAULT_KEY = 'alias/aws/ssm';

/**
 * Writes a version of a parameter: of `existing`, which is changed, or else of a new one.
 *
 * @throws AwsError where PutParameter refuses; nothing is changed then
 */
export function writeVersion(
  input: PutParameterCommandInput,
  existing: Parameter | undefined,
  { caller, now }: CallContext,
): Parameter {
  refuseUnsupported(input);
  const name = input.Name ?? '';
  if (existing && !input.Overwrite) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  if (!existing) checkName(name);
  const kind = kindOf(input, existing);
  const tier = tierOf(input, existing);
  checkValue(input.Value, tier, input.AllowedPattern);
  const parameter = existing ?? { name, kind, versions: [] };
  makeRoom(parameter);
  const before = existing && latest(existing);
  parameter.versions.push({
    version: (before?.version ?? 0) + 1,
    value: input.Value as string,
    writtenAt: new Date(now),
    writtenBy: caller.principal,
    description: input.Description ?? before?.description,
    allowedPattern: input.AllowedPattern,
    keyId: kind === 'SecureString' ? (input.KeyId ?? before?.keyId ?? DEFAULT_KEY) : undefined,
    tier,
    labels: new Set(),
  });
  return parameter;
}

function refuseUnsupported(input: PutParameterCommandInput): void {
  if (input.Policies) throw unsupported('ssm', 'PutParameter', 'Policies');
  if (input.DataType && input.DataType !== 'text')
    throw unsupported('ssm', 'PutParameter', `DataType ${input.DataType}`);
  if (input.Tags?.length && input.Overwrite) {
    throw invalid("Invalid request: tags and overwrite can't be used together.");
  }
  if (input.Tags?.length) throw unsupported('ssm', 'PutParameter', 'Tags');
}

function kindOf(input: PutParameterCommandInput, existing: Parameter | undefined): ParameterKind {
  if (input.Type !== undefined && !KINDS.includes(input.Type)) {
    throw new AwsError('UnsupportedParameterType', `The parameter type ${input.Type} is not supported.`);
  }
  if (!existing) {
    if (input.Type === undefined) throw invalid('A parameter type is required when you create a parameter.');
    return input.Type;
  }
  if (input.Type !== undefined && input.Type !== existing.kind) {
    throw new AwsError(
      'HierarchyTypeMismatchException',
      "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change " +
        'a parameter from a String type to a SecureString type. You must create a new, unique parameter.',
    );
  }
  return existing.kind;
}

/** Drops the oldest version when all places are taken; refuses if a label is attached to it. */
function makeRoom({ name, versions }: Parameter): void {
  const [oldest] = versions;
  if (versions.length < KEPT_VERSIONS || !oldest) return;
  if (oldest.labels.size > 0) {
    throw new AwsError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. ` +
        `Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated ` +
        'with it. Move the label to another version of the parameter, and try again.',
    );
  }
  versions.shift();
}
