import { AslError } from '../../asl/asl-error.ts';
import { AwsError } from '../service.ts';
import { TransportError } from '../wire/transport-error.ts';

/**
 * The error with which a Task fails when the called service refused, or the call was lost. Any other error is a defect and
 * is returned unchanged.
 *
 * `prefix` is the service's name in the integration (`CodeDeploy`, `SNS`). Error names always end in `Exception`, even where
 * the service's own do not (Step Functions Developer Guide, "Using AWS SDK service integrations"). `isModelled` tells which
 * errors the service documents; any other becomes the service's catch-all (`CloudFormation.CloudFormationException`), as the
 * AWS SDK for Java, which Step Functions uses, throws it: that last part is not documented.
 */
export function taskError(
  error: unknown,
  prefix: string,
  requestId: string,
  isModelled: (name: string) => boolean = () => true,
): unknown {
  if (error instanceof TransportError) {
    return new AslError(`${prefix}.SdkClientException`, `Unable to execute HTTP request: ${error.message}`);
  }
  if (!(error instanceof AwsError)) return error;
  const name = isModelled(error.name) ? exceptionName(error.name) : `${prefix}Exception`;
  const { message, statusCode } = error;
  return new AslError(
    `${prefix}.${name}`,
    `${message} (Service: ${prefix}, Status Code: ${statusCode}, Request ID: ${requestId})`,
  );
}

/** The AWS SDK for Java's name of an error: in PascalCase (`KMSError` → `KmsErrorException`), with suffix. */
export function exceptionName(name: string): string {
  const pascal = name
    .replace(/([A-Z]+)(?=[A-Z][a-z])/g, (run) => run.charAt(0) + run.slice(1).toLowerCase())
    .replace(/^[a-z]/, (first) => first.toUpperCase());
  return pascal.endsWith('Exception') ? pascal : `${pascal.replace(/Fault$/, '')}Exception`;
}
