import type { SeededRandom } from '../../random/seeded-random.ts';
import type { SimulatedLambda } from '../lambda/simulated-lambda.ts';
import { AwsError } from '../service.ts';
import { unsupported } from './cloudformation-errors.ts';
import { newPhysicalName } from './physical-name.ts';
import type { ResourceChange, ResourceProvider } from './resource-provider.ts';

/** The result of publishing code that an earlier version already has; see {@link versionProvider}. */
export type RepublishBehaviour = 'refused-if-any-retained' | 'refused-if-last' | 'new-version';

/** AWS::Lambda::Function. Its code label is the template's `CodeUri` (or a stand-in for it). */
export function functionProvider(
  lambda: SimulatedLambda,
  random: SeededRandom,
  label: (codeUri: string) => string,
): ResourceProvider {
  const settings = ({ Code, FunctionName: _, ...properties }: Readonly<Record<string, unknown>>) => ({
    code: label(codeUriOf(Code)),
    properties,
  });
  return {
    seconds: [5, 15],
    create: ({ stack, logicalId, type, properties }) => {
      const name = newPhysicalName(stack.name, logicalId, type, properties, random);
      lambda.createFunction(name, settings(properties), { stack: stack.name, stackId: stack.id, logicalId });
      return { physicalId: name, attributes: { Arn: lambda.arn(name) } };
    },
    update: ({ logicalId, properties }, from) => {
      if (properties.FunctionName !== from.properties.FunctionName) {
        throw unsupported(`replacement of ${logicalId} by a change of FunctionName`);
      }
      lambda.updateFunction(from.physicalId, settings(properties));
      return undefined;
    },
    delete: ({ physicalId }) => lambda.deleteFunction(physicalId),
  };
}

/**
 * AWS::Lambda::Version. Unverified on AWS: publishing fails with 409 when `$LATEST` equals any version that still exists
 * (developer guide), when it equals the last version (API reference), or never.
 */
export function versionProvider(
  lambda: SimulatedLambda,
  republish: () => RepublishBehaviour,
): ResourceProvider {
  return {
    seconds: [3, 8],
    create: ({ properties }) => {
      const name = String(properties.FunctionName);
      const twin = lambda.versionLikeLatest(name);
      const behaviour = twin === undefined ? undefined : republish();
      if (twin !== undefined && behaviour === 'refused-if-any-retained') throw versionExists(twin);
      const { version, created } = lambda.publishVersion(
        name,
        String(properties.Description ?? ''),
        behaviour === 'new-version',
      );
      if (!created) throw versionExists(version);
      return { physicalId: lambda.arn(name, version), attributes: { Version: version } };
    },
    update: ({ logicalId }: ResourceChange) => {
      throw unsupported(`a change of ${logicalId}: a version is published once and never changed`);
    },
    delete: ({ properties, attributes }) =>
      lambda.deleteVersion(String(properties.FunctionName), attributes.Version ?? ''),
  };
}

function versionExists(version: string): AwsError {
  return new AwsError(
    'AlreadyExists',
    `A version for this Lambda function exists ( ${version} ). Modify the function to create a new version.`,
    409,
  );
}

function codeUriOf(code: unknown): string {
  const { S3Bucket, S3Key, S3ObjectVersion, ZipFile, ImageUri } = (code ?? {}) as Record<string, unknown>;
  const plain = ZipFile ?? ImageUri;
  if (typeof plain === 'string') return plain;
  const key = S3Bucket === undefined ? String(S3Key) : `s3://${S3Bucket}/${S3Key}`;
  return S3ObjectVersion === undefined ? key : `${key}?versionId=${S3ObjectVersion}`;
}
