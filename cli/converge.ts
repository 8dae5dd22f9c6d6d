import { isTrafficBack } from '../shared/ledger/records.ts';
import { type LastRollback, lastRollback } from '../shared/queries/last-rollback.ts';
import type { Runtime } from '../shared/runtime.ts';
import { onBuiltVersions } from '../shared/targets/built-versions.ts';
import { stackTarget } from '../shared/targets/cloudformation/adapter.ts';
import { stackPinTarget } from '../shared/targets/cloudformation/stack-pin.ts';
import { lackedSincePin } from '../shared/targets/cloudformation/stack-triggers.ts';
import {
  aliases,
  bucket,
  catalogStore,
  deployments,
  ledgers,
  planStore,
  signals,
  stacks,
  stateMachineAliases,
} from '../shared/wiring.ts';
import type { Place } from './command-spec.ts';
import { type ConvergedPart, convergePart } from './converge-part.ts';
import { findCoordinator, runtimeOf } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import { rollingBack } from './may-deploy.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** The service whose stacks are restored, with the options. */
export interface Converge {
  readonly service: string;
  readonly pinOnly: boolean;
  /** Shows the changes without making them. */
  readonly dryRun: boolean;
  /** Asks no question. */
  readonly yes: boolean;
  readonly json: boolean;
  readonly place: Place;
}

/** The result of the command. */
interface Converged {
  /** The incident whose rollback is completed; null if there is none. */
  readonly incidentId: string | null;
  readonly reason: string;
  readonly parts: readonly ConvergedPart[];
  readonly status: ExitStatus;
}

const inherited =
  'A deployment with --use-previous-template inherits the version numbers that are in the template now, and changes no ' +
  'traffic: deploy with the template of your code.';

/**
 * Pins the stacks of a service to the users' versions since its last rollback, then applies the rest of the saved templates,
 * with the rights of the caller. A change set is shown before anything changes.
 */
export async function converge(command: Converge, terminal: Terminal): Promise<ExitStatus> {
  const { service, json, place } = command;
  const runtime = runtimeOf(await findCoordinator(place, terminal), terminal);
  const { incidentId, reason, parts, status } = await convergeService(command, runtime, terminal);
  giveAnswer({ service, incidentId, reason, parts }, () => reason.split('\n'), json, terminal);
  return status;
}

async function convergeService(command: Converge, runtime: Runtime, terminal: Terminal): Promise<Converged> {
  const { service } = command;
  // Refuses an unknown service.
  await catalogStore(runtime).entry(service);
  const { releases, incidents, locks } = ledgers(runtime);
  const rollback = await lastRollback({ releases, incidents, plans: planStore(runtime) }, service);
  const incidentId = rollback?.incident.incidentId ?? null;
  const without = (status: ExitStatus, reason: string): Converged => ({
    incidentId,
    reason,
    parts: [],
    status,
  });
  const held = await rollingBack(locks, service);
  if (held) return without(1, `${service} is left as it is: ${held} Run this again after its outcome mail.`);
  if (!rollback) return without(0, `There is nothing to do: the ledger has no rollback of ${service}.`);
  if (!isTrafficBack(rollback.result)) {
    return without(
      1,
      `${service} is left as it is: incident ${incidentId} did not put its users back (${rollback.result.status}). ` +
        `See rollback-coordinator why ${incidentId}.`,
    );
  }
  const { parts, lacked } = await convergeStacks(command, rollback, runtime, terminal);
  if (parts.length === 0) {
    return without(
      0,
      `There is nothing to do: incident ${incidentId} has no stack of ${service} to put back.`,
    );
  }
  const failed = parts.filter(isStopped);
  const reason = [
    ...(failed.length > 0
      ? [`Not applied: ${failed.map(({ stack, part }) => `the ${part} of stack ${stack}`).join(', ')}.`]
      : []),
    ...lacked,
    ...(parts.some(({ result }) => result === 'done') ? [inherited] : []),
    ...(command.dryRun ? ['Nothing was changed: this was a dry run.'] : []),
    ...(parts.every(({ result }) => result === 'nothing-to-do') ? ['There is nothing to do.'] : []),
  ];
  return { incidentId, reason: reason.join('\n'), parts, status: failed.length > 0 ? 1 : 0 };
}

async function convergeStacks(
  command: Converge,
  { incident, plan }: LastRollback,
  runtime: Runtime,
  terminal: Terminal,
): Promise<{ parts: ConvergedPart[]; lacked: string[] }> {
  const { locks } = ledgers(runtime);
  const clients = {
    stacks: stacks(runtime),
    aliases: aliases(runtime),
    stateMachineAliases: stateMachineAliases(runtime),
    bucket: bucket(runtime),
    signals: signals(runtime),
  };
  const deps = {
    stacks: clients.stacks,
    terminal,
    command,
    context: {
      incidentId: incident.incidentId,
      // A run counts as an attempt of its own, named by its second: it shares no change sets, tokens or templates with the
      // coordinator or an earlier run.
      attempt: Math.floor(terminal.now() / 1000),
      plannedAt: Date.parse(plan.plannedAt),
      byDeployer: true,
    } as const,
    objection: () => rollingBack(locks, plan.service),
  };
  const pinTarget = onBuiltVersions(
    clients.stacks,
    stackPinTarget({ ...clients, deployments: deployments(runtime) }),
  );
  const restTarget = onBuiltVersions(clients.stacks, stackTarget(clients));
  const parts: ConvergedPart[] = [];
  /** Settings that a stack's next release lacks if the stack was only pinned. */
  const lacked: string[] = [];
  for (const pin of plan.targets) {
    if (pin.kind !== 'stack-pin') continue;
    const pinned = await convergePart('pin', pin, { ...deps, target: pinTarget });
    parts.push(pinned);
    for (const rest of plan.targets) {
      // The rest is applied only if a failure of it would roll back to good code.
      if (rest.kind !== 'cloudformation' || rest.stack !== pin.stack || isStopped(pinned)) continue;
      if (!command.pinOnly && !rest.waitOnly) {
        parts.push(await convergePart('rest', rest, { ...deps, target: restTarget }));
      } else if (pinned.result !== 'shown') {
        lacked.push(...(await lackedSincePin(clients.stacks, rest)));
      }
    }
  }
  return { parts, lacked };
}

function isStopped({ result }: ConvergedPart): boolean {
  return result === 'refused' || result === 'declined';
}
