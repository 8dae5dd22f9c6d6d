import type { StateType } from '../machine.ts';

const HANDLED = ['Retry', 'Catch'];
const FLOW = ['Next', 'End'];
const DATA = ['Output', 'Assign'];
const EVERY = ['Type', 'Comment', 'QueryLanguage'];

/** Fields a JSONata state of each type may have (states-language.net, "Table of State Types and Fields"). */
export const STATE_FIELDS: Readonly<Record<StateType, readonly string[]>> = {
  Task: [
    ...EVERY,
    ...FLOW,
    ...DATA,
    ...HANDLED,
    'Resource',
    'Arguments',
    'TimeoutSeconds',
    'HeartbeatSeconds',
  ],
  Parallel: [...EVERY, ...FLOW, ...DATA, ...HANDLED, 'Branches', 'Arguments'],
  Map: [
    ...EVERY,
    ...FLOW,
    ...DATA,
    ...HANDLED,
    'ItemProcessor',
    'Items',
    'ItemSelector',
    'MaxConcurrency',
    'ItemReader',
    'Label',
    'ToleratedFailureCount',
    'ToleratedFailurePercentage',
  ],
  Pass: [...EVERY, ...FLOW, ...DATA],
  Wait: [...EVERY, ...FLOW, ...DATA, 'Seconds', 'Timestamp'],
  Choice: [...EVERY, ...DATA, 'Choices', 'Default'],
  Succeed: [...EVERY, 'Output'],
  Fail: [...EVERY, 'Error', 'Cause'],
};

/** The reason why a field that AWS knows is refused, by the field's name. */
export const REFUSED_FIELDS: ReadonlyMap<string, string> = new Map([
  ...[
    'InputPath',
    'OutputPath',
    'Parameters',
    'Result',
    'ResultPath',
    'ResultSelector',
    'ItemsPath',
    'MaxConcurrencyPath',
    'TimeoutSecondsPath',
    'HeartbeatSecondsPath',
    'SecondsPath',
    'TimestampPath',
    'ErrorPath',
    'CausePath',
    'ToleratedFailureCountPath',
    'ToleratedFailurePercentagePath',
    'MaxItemsPath',
    'Variable',
    'And',
    'Or',
    'Not',
  ].map((field) => [field, 'belongs to JSONPath, which this interpreter does not run'] as const),
  ['Credentials', 'is not supported by this interpreter: a task runs with the role of its machine'],
  ['ItemBatcher', 'is not supported by this interpreter'],
  ['ResultWriter', 'is not supported by this interpreter'],
  ['Iterator', 'is deprecated and not supported by this interpreter: use ItemProcessor'],
]);
