import type { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { AwsError } from '../service.ts';
import type { OperationModel } from './service-model.ts';

/**
 * An AWS protocol on the service's side: requests are read with the schema of the operation's input and responses written
 * with the schema of its output, the reverse of the SDK client's use of the same schemas.
 */
export interface Protocol {
  /** The operation that a request names, or undefined if it names none of the service's. */
  operationOf(request: HttpRequest): string | undefined;
  /** The operation's input as an SDK caller passes it. Throws `AwsError` when it cannot be read. */
  readInput(operation: OperationModel, request: HttpRequest): Promise<object>;
  writeOutput(
    operation: OperationModel,
    output: object,
    request: HttpRequest,
    requestId: string,
  ): HttpResponse;
  writeError(error: AwsError, request: HttpRequest, requestId: string): HttpResponse;
}
