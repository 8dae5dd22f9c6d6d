import type { Execution } from 'account-simulator/asl/run/execution.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

type Members = Readonly<Record<string, unknown>>;
type Form = (value: unknown, input: Members) => boolean;

const matches =
  (pattern: RegExp, most: number): Form =>
  (value) =>
    typeof value === 'string' && value.length <= most && pattern.test(value);
const isTrue: Form = (value) => value === true;
/** A non-empty line without hidden characters. */
const line =
  (most: number): Form =>
  (value, input) =>
    matches(/[\p{L}\p{N}\p{P}\p{S}]/u, most)(value, input) && !hidden.test(String(value));
/** Control characters, line breaks, marks that change the direction of a text. */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const service = matches(/^[a-z][a-z0-9-]*$/, 40);
const release = matches(/^[a-z][a-z0-9-]*-\d{8}T\d{6}Z(-\d{3}-[A-Za-z0-9-]+)?$/, 100);
const deployment = matches(/^d-[A-Za-z0-9]+$/, 40);
const anything: Form = () => true;
const startedBy = { AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: anything };

/** The inputs that docs/runbook.md documents for each machine; machines that no person starts are not in it. */
const documented: Readonly<Record<string, Readonly<Record<string, Form>>>> = {
  CoordinateRollback: {
    service,
    mode: (value) => value === 'plan' || value === 'roll-back',
    planDigest: (value, { mode }) => mode !== 'plan' && matches(/^[0-9a-f]{16}$/, 16)(value, {}),
    releaseId: release,
    overrule: isTrue,
    reason: line(500),
    requestedBy: line(100),
    // The monitor's members. The promise `hands-off` judges their effects.
    deploymentId: deployment,
    judgement: anything,
    ...startedBy,
  },
  RecordRelease: {
    service,
    all: isTrue,
    verdict: (value) => value === 'good',
    reason: line(500),
    requestedBy: line(100),
    stackId: matches(/^arn:aws:cloudformation:[a-z0-9-]+:\d{12}:stack\/[^/]+\/[^/]+$/, 300),
    releaseId: release,
    ...startedBy,
  },
  AnswerApproval: {
    incidentId: release,
    answer: (value) => value === 'approve' || value === 'refuse' || value === 'acknowledge',
    by: line(100),
    reason: line(500),
  },
  MonitorDeployment: {
    deploymentId: deployment,
    // The monitor's own members, for continuing as a new execution.
    generation: Number.isInteger,
    seen: anything,
    ...startedBy,
  },
};

const refusals = new Set(['InputRejected', 'AnswerRejected']);

/**
 * An execution's input has only the documented effects. An execution that a person starts with any other input is refused; a
 * refused execution leaves nothing in the ledger and sends no mail. Text from outside (inputs, the catalog, answers of
 * hooks) is only text in a mail: no mail contains a control character or a direction mark, nor a line that such a text
 * began.
 */
export const inputAsDocumented: PromiseCheck = {
  promise: 'input-as-documented',
  watch(facts, broken) {
    const { starts, invocations, rollbackHooks, services } = facts.scenario;
    const typed = textsIn([starts, invocations, rollbackHooks, services]).filter((text) => hidden.test(text));
    facts.mails.onPublished(({ at, subject, body, executionArn }) => {
      const told = `${facts.clock(at)} the mail "${subject}"`;
      if (hidden.test(body.replaceAll('\n', ''))) broken(`${told} holds characters that cannot be seen`);
      const forged = typed.find((text) => body.includes(text));
      if (forged) broken(`${told} repeats a text as it was typed: ${JSON.stringify(forged)}`);
      const execution = executionOf(facts, executionArn);
      if (execution && isByHand(execution) && isRefused(execution)) {
        broken(`${told} is about ${execution.name}, whose input was refused`);
      }
    });
    facts.ledger.onWrite(({ at, pk, after }) => {
      const arn = pk.startsWith('EXECUTION#') ? pk.slice('EXECUTION#'.length) : after?.executionArn;
      const execution = executionOf(facts, arn);
      if (execution && isByHand(execution) && !isDocumented(facts, execution)) {
        broken(
          `${facts.clock(at)} ${pk} was written for ${execution.name}, started with ${shown(execution)}`,
        );
      }
    });
    return () => {
      for (const execution of facts.coordinator.engine.executions()) {
        const { name, stateMachine, status, error } = execution;
        if (!isByHand(execution) || isRefused(execution) || isDocumented(facts, execution)) continue;
        broken(
          `${stateMachine.name} ${name} ended ${error ?? status} although started with ${shown(execution)}`,
        );
      }
    };
  },
};

function executionOf({ coordinator }: RunFacts, arn: unknown): Execution | undefined {
  if (typeof arn !== 'string' || arn === '') return undefined;
  return coordinator.engine.executions().find((one) => one.arn === arn);
}

function isByHand({ startedBy }: Execution): boolean {
  return startedBy === 'person-in-the-console';
}

function isRefused({ status, error }: Execution): boolean {
  return status === 'FAILED' && refusals.has(error ?? '');
}

function isDocumented({ coordinator }: RunFacts, execution: Execution): boolean {
  const { arn } = execution.stateMachine;
  const forms = Object.entries(documented).find(([id]) => coordinator.machine(id).arn === arn)?.[1];
  const input = execution.inputPayload.value;
  if (!forms || typeof input !== 'object' || input === null || Array.isArray(input)) return false;
  return Object.entries(input).every(
    ([key, value]) => Object.hasOwn(forms, key) && (forms[key] as Form)(value, input as Members),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function shown({ inputPayload }: Execution): string {
  const { text } = inputPayload;
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
