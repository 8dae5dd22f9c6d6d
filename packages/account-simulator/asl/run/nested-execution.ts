import { AslError } from '../asl-error.ts';
import type { TaskResource } from '../machine.ts';
import { Payload } from '../payload.ts';
import { sdkMetadata } from '../sdk-metadata.ts';
import { StepFunctionsError } from '../step-functions-error.ts';
import type { Execution } from './execution.ts';
import { describe } from './execution.ts';
import type { FirstOutcome } from './first-outcome.ts';
import type { Frame } from './frame.ts';
import type { Run } from './run.ts';

/**
 * The optimised integration `states:startExecution` (AWS: step-functions/latest/dg/connect-stepfunctions).
 *
 * The plain request ends with the start; `.sync` and `.sync:2` wait for the child and return its output as text and as JSON
 * respectively. The child of such a job is stopped when the task is aborted — the execution is stopped or timed out, or
 * another branch or iteration fails — but not by the task's own time-out, which …/connect-to-resource does not list.
 */
export async function startNested(
  run: Run,
  frame: Frame,
  args: unknown,
  pattern: TaskResource['pattern'],
  outcome: FirstOutcome<Payload>,
  submitted: (answer: Payload) => void,
): Promise<void> {
  const { services } = run;
  const context = run.taskContext(frame);
  const { machineArn, name, input } = startArguments(run, frame, args);
  await services.host.authorize?.('states:StartExecution', machineArn, context);
  if (outcome.settled) return;
  const child = start(run, machineArn, name, input);
  const answer = startAnswer(run, child);
  if (pattern === 'request') {
    outcome.resolve(answer);
    return;
  }
  submitted(answer);
  if (pattern === 'token' || outcome.settled) return;

  await services.host.authorize?.('states:DescribeExecution', child.arn, context);
  const ended = () => settle(run, child, pattern === 'sync:2', outcome);
  if (child.status !== 'RUNNING') {
    ended();
    return;
  }
  child.onEnded.add(ended);
  const keep = frame.cancellation.onCancel(() => void stopChild(run, frame, child));
  outcome.onSettled(() => {
    keep();
    child.onEnded.delete(ended);
  });
}

/** The answer to StartExecution, with the metadata of the call. */
function startAnswer(run: Run, child: Execution): Payload {
  const started = { ExecutionArn: child.arn, StartDate: child.startDate };
  const metadata = sdkMetadata({
    requestId: run.requestId(),
    bytes: Buffer.byteLength(JSON.stringify(started)),
    time: run.services.clock.now(),
    contentType: 'application/x-amz-json-1.0',
  });
  return new Payload({ ExecutionArn: started.ExecutionArn, ...metadata, StartDate: started.StartDate });
}

async function stopChild(run: Run, frame: Frame, child: Execution): Promise<void> {
  try {
    await run.services.host.authorize?.('states:StopExecution', child.arn, run.taskContext(frame));
  } catch {
    // best effort: without the permission the child continues (…/connect-to-resource)
    return;
  }
  run.services.stop(child);
}

function settle(run: Run, child: Execution, parsed: boolean, outcome: FirstOutcome<Payload>): void {
  const description = pascalCase(run, child, parsed);
  if (child.status === 'SUCCEEDED') outcome.resolve(new Payload(description));
  else outcome.reject(new AslError('States.TaskFailed', JSON.stringify(description)));
}

/** The answer to DescribeExecution in the integration's member names. */
function pascalCase(run: Run, child: Execution, parsed: boolean): Record<string, unknown> {
  const about = describe(child, run.services.clock.now());
  const payload = (text: string | null) => (parsed && text !== null ? (JSON.parse(text) as unknown) : text);
  const all = {
    Cause: about.cause,
    Error: about.error,
    ExecutionArn: about.executionArn,
    Input: payload(about.input),
    InputDetails: { Included: true },
    Name: about.name,
    Output: payload(about.output),
    OutputDetails: about.outputDetails && { Included: true },
    RedriveCount: about.redriveCount,
    RedriveStatus: about.redriveStatus,
    RedriveStatusReason: about.redriveStatus === 'NOT_REDRIVABLE' ? about.redriveStatusReason : null,
    StartDate: about.startDate,
    StateMachineArn: about.stateMachineArn,
    Status: about.status,
    StopDate: about.stopDate,
  };
  const present = ([key, value]: [string, unknown]) =>
    value !== null || (key === 'Output' && parsed && about.output);
  return Object.fromEntries(Object.entries(all).filter(present));
}

function start(run: Run, machineArn: string, name: string | undefined, input: string): Execution {
  try {
    return run.services.start(machineArn, name, input, { parent: run.execution.arn });
  } catch (error) {
    if (!(error instanceof StepFunctionsError)) throw error;
    throw new AslError(
      `StepFunctions.${error.name.replace(/Exception$/, '')}Exception`,
      `${error.message} (Service: AWSStepFunctions; Status Code: 400; Error Code: ${error.name})`,
    );
  }
}

function startArguments(run: Run, frame: Frame, args: unknown) {
  const { StateMachineArn, Name, Input, ...others } = (args ?? {}) as Record<string, unknown>;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    throw run.failure(
      frame,
      'States.Runtime',
      `The field '${unknown}' is not supported by states:startExecution.`,
    );
  }
  if (typeof StateMachineArn !== 'string' || (Name !== undefined && typeof Name !== 'string')) {
    throw run.failure(
      frame,
      'States.Runtime',
      'StateMachineArn and Name of states:startExecution must be strings.',
    );
  }
  const input = typeof Input === 'string' ? Input : JSON.stringify(Input ?? {});
  return { machineArn: StateMachineArn, name: Name, input };
}
