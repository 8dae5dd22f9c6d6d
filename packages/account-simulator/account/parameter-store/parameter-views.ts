import { createHash } from 'node:crypto';
import { latest, type Parameter, type ParameterVersion } from './parameter.ts';

/** A parameter as GetParameter, GetParameters and GetParametersByPath return it. */
export function parameterView(
  parameter: Parameter,
  version: ParameterVersion,
  { arn, selector, decrypt }: { arn: string; selector?: string | undefined; decrypt: boolean },
): object {
  return {
    Name: parameter.name,
    Type: parameter.kind,
    Value: shownValue(parameter, version, decrypt),
    Version: version.version,
    ...(selector !== undefined && { Selector: `:${selector}` }),
    LastModifiedDate: version.writtenAt,
    ARN: arn,
    DataType: 'text',
  };
}

/** A version as GetParameterHistory returns it. */
export function historyView(parameter: Parameter, version: ParameterVersion, decrypt: boolean): object {
  return {
    ...writtenView(parameter, version),
    Value: shownValue(parameter, version, decrypt),
    Labels: [...version.labels],
  };
}

/** A parameter as DescribeParameters returns it: everything but its value. */
export function metadataView(parameter: Parameter, arn: string): object {
  return { ...writtenView(parameter, latest(parameter)), ARN: arn };
}

function writtenView(parameter: Parameter, version: ParameterVersion): object {
  const { keyId, description, allowedPattern } = version;
  return {
    Name: parameter.name,
    Type: parameter.kind,
    ...(keyId !== undefined && { KeyId: keyId }),
    LastModifiedDate: version.writtenAt,
    LastModifiedUser: version.writtenBy,
    ...(description !== undefined && { Description: description }),
    ...(allowedPattern !== undefined && { AllowedPattern: allowedPattern }),
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: 'text',
  };
}

/** A secret that is not decrypted is shown as text that looks like a cipher and reveals nothing. */
function shownValue(parameter: Parameter, { version, value }: ParameterVersion, decrypt: boolean): string {
  if (parameter.kind !== 'SecureString' || decrypt) return value;
  const digest = createHash('sha512').update(`${parameter.name}:${version}`).digest('base64');
  return `AQICAH${digest}`;
}
