import type { ExecutionDescription } from '../../asl/run/execution.ts';
import type { EventEntry } from '../eventbridge/event.ts';

/** Payloads beyond this size are left out of an event, bytes of escaped JSON (248 KiB). */
const longestPayload = 248 * 1024;

/**
 * The event that Step Functions sends for each new status of an execution. The input is left out when input and output
 * together are too large, the output when it alone is too large.
 *
 * Source: Step Functions Developer Guide, "Automating Step Functions event delivery with EventBridge".
 */
export function executionEvent({ mapRunArn: _, ...change }: ExecutionDescription): EventEntry {
  const outputSize = sizeOf(change.output);
  const input = sizeOf(change.input) + outputSize <= longestPayload;
  const output = outputSize <= longestPayload;
  return {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [change.executionArn],
    detail: {
      ...change,
      input: input ? change.input : null,
      inputDetails: { included: input },
      output: output ? change.output : null,
      outputDetails: change.output === null ? null : { included: output },
    },
  };
}

function sizeOf(text: string | null): number {
  return text === null ? 0 : Buffer.byteLength(JSON.stringify(text));
}
