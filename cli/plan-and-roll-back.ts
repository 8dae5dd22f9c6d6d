import type { ReportedPlan } from '../functions/coordinate/report-plan/report-plan.ts';
import { outcome as outcomeNames } from '../shared/ledger/records.ts';
import { duration } from '../shared/mail/mail-text.ts';
import { CannotDo } from './cannot-do.ts';
import type { Call } from './command-spec.ts';
import { findCoordinator } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import { fitLines, fitTable, type Screen } from './layout.ts';
import { type Execution, Machines } from './machines.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** Longest time for PlanRollback and its retries. */
const planMs = 15 * 60_000;
/** A refused input ends the execution within seconds. */
const refusalMs = 15_000;
/** Longer than a rollback and the wait for an approval may take. */
const rollbackMs = 3 * 24 * 60 * 60_000;

const outcomes: readonly string[] = outcomeNames.options;
/** Outcomes of a successful execution that need no further action. */
const fine = ['rolled-back', 'not-needed'];

/** The outcome of a requested rollback. */
interface Asked {
  readonly service: string;
  readonly plan: ReportedPlan;
  /** Null if none was started. */
  readonly execution: Pick<Execution, 'executionArn' | 'url' | 'status'> | null;
  /** The incident's outcome, or the state in which its execution failed; null while it runs, or if none was started. */
  readonly outcome: string | null;
  readonly reason: string;
}

/** Shows the plan of a service's rollback. */
export async function planRollback(call: Call, terminal: Terminal): Promise<ExitStatus> {
  const [service = ''] = call.args;
  const machines = new Machines(await findCoordinator(call.place, terminal), terminal);
  const plan = await planOf(machines, service);
  giveAnswer({ service, plan }, (screen) => renderPlan(service, plan, screen), call.json, terminal);
  return plan.outcome === 'not-possible' ? 1 : 0;
}

/** Shows the plan, asks, and executes exactly that plan. */
export async function rollBack(call: Call, terminal: Terminal): Promise<ExitStatus> {
  const [service = ''] = call.args;
  const { yes, wait, by, reason, overrule } = call.options;
  const machines = new Machines(await findCoordinator(call.place, terminal), terminal);
  const plan = await planOf(machines, service);
  const screen = terminal;
  if (!call.json) for (const line of fitLines(renderPlan(service, plan, screen), screen)) terminal.out(line);
  const none = { service, plan, execution: null, outcome: null };
  if (plan.outcome !== 'planned' || plan.services?.length === 0) {
    tell({ ...none, reason: 'Nothing was started.' });
    return plan.outcome === 'not-possible' ? 1 : 0;
  }
  if (!yes && !/^y(es)?$/i.test((await terminal.ask('Roll back? [y/N] ')).trim())) {
    tell({ ...none, reason: 'You did not agree: nothing was started.' });
    return 1;
  }
  const execution = await machines.run(
    'CoordinateRollback',
    {
      service,
      planDigest: plan.planDigest,
      ...(by !== undefined && { requestedBy: by }),
      ...(reason !== undefined && { reason }),
      ...(overrule && { overrule }),
    },
    wait ? rollbackMs : refusalMs,
  );
  const outcome = outcomeOf(execution);
  tell({ service, plan, execution: shown(execution), outcome, reason: words(execution, outcome) });
  return outcome === null || fine.includes(outcome) ? 0 : 1;

  function tell(asked: Asked): void {
    giveAnswer(asked, () => asked.reason.split('\n'), call.json, terminal);
  }
}

async function planOf(machines: Machines, service: string): Promise<ReportedPlan> {
  const { status, output, cause, url } = await machines.run(
    'CoordinateRollback',
    { service, mode: 'plan' },
    planMs,
  );
  if (status !== 'SUCCEEDED')
    throw new CannotDo(`No plan was made: ${cause || `the execution is ${status}`}\nSee ${url}`);
  const report = output as ReportedPlan & { readonly incidentId?: string };
  // A newer release replaced it before anything was planned.
  return report.outcome in planWords
    ? report
    : {
        outcome: 'not-needed',
        releaseId: report.incidentId ?? '',
        reason: `the release is ${report.outcome}`,
      };
}

const planWords = { planned: true, 'not-possible': true, 'not-needed': true };

/** The plan, service by service in its order. */
export function renderPlan(service: string, plan: ReportedPlan, screen: Screen): string[] {
  const { outcome, releaseId, reason, services = [], servicesInAll = services.length, stays } = plan;
  if (outcome !== 'planned') {
    const verb = outcome === 'not-possible' ? 'cannot be rolled back' : 'needs no rollback';
    return [
      `${service} ${verb}${releaseId ? ` (release ${releaseId})` : ''}: ${reason ?? 'no reason was given'}`,
    ];
  }
  if (services.length === 0)
    return [`Nothing of ${service} has to go back: release ${releaseId} changed nothing.`];
  const more = servicesInAll - services.length;
  const seconds = plan.expectedSeconds;
  return [
    `To undo release ${releaseId}, ${count(servicesInAll, 'service goes', 'services go')} back, in this order:`,
    '',
    ...fitTable(
      ['', 'SERVICE', 'TO', 'WHY'],
      services.map(({ service: name, to, why }, n) => [String(n + 1), name, to, why]),
      screen,
    ),
    ...(more > 0
      ? [`and ${more} more: ${plan.planKey ?? 'the plan'} in the coordinator's bucket has them all`]
      : []),
    '',
    ...(stays ? [`${count(stays, 'neighbour stays', 'neighbours stay')} as they are.`] : []),
    ...(seconds === undefined ? [] : [`It took ${duration(seconds * 1000)} before, along the longest path.`]),
    `Plan ${plan.planDigest}. Nothing has been changed.`,
  ];
}

/** The outcome of an execution; null while it runs. */
function outcomeOf({ status, output, error }: Execution): string | null {
  if (status === 'RUNNING') return null;
  if (status === 'SUCCEEDED') return (output as { readonly outcome?: string }).outcome ?? 'rolled-back';
  return outcomes.find((one) => one.replaceAll('-', '') === error?.toLowerCase()) ?? error ?? status;
}

function words({ url, cause }: Execution, outcome: string | null): string {
  if (outcome === null)
    return `The rollback has begun.\n${url}\nMails say what becomes of it; so does: status --watch`;
  if (fine.includes(outcome)) return `The rollback is over: ${outcome}.\n${url}`;
  return `The rollback is over: ${outcome}.${cause ? ` ${cause}` : ''}\n${url}`;
}

function shown({ executionArn, url, status }: Execution): NonNullable<Asked['execution']> {
  return { executionArn, url, status };
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
