import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Judgement } from '../../../shared/judge/judgement.ts';
import { serviceOfRelease } from '../../../shared/ledger/records.ts';
import { lookChanges } from '../report/look-changes.ts';
import type { Timeline } from '../report/timeline.ts';

type Members = Record<string, unknown>;

/** Adds a function's input and result to the timeline, where they are worth a line. */
type Describer = (input: Members, result: Members) => void;

/** Errors that no scenario may cause: the template lacks a permission, or the code is wrong. */
const defects = /^(AccessDenied|TypeError|ReferenceError|RangeError|SyntaxError|ZodError)/;

/**
 * Adds the results of the coordinator's functions to the timeline.
 *
 * @returns the defects found: missing permissions, broken code; the list grows during the rehearsal
 */
export function observeFunctions(account: SimulatedAccount, timeline: Timeline): readonly string[] {
  const found = new Set<string>();
  const list: string[] = [];
  const describers = describersFor(timeline);
  account.lambdaRuntime.intercept(async ({ logicalId, payload }, next) => {
    const result = await next().catch((error: unknown) => {
      const failure = `${logicalId} failed: ${error}`;
      timeline.add('execution', failure, { state: stateOf(logicalId) });
      if (defects.test((error as Error).name) && !found.has(failure)) list.push(failure);
      found.add(failure);
      throw error;
    });
    describers[logicalId]?.(JSON.parse(payload) as Members, (result ?? {}) as Members);
    return result;
  });
  return list;
}

function describersFor(timeline: Timeline): Readonly<Record<string, Describer>> {
  const targets = new Map<string, string>();
  const hasChanged = lookChanges();
  const held = new Set<string>();
  const asked = new Set<string>();
  const lookedAgain = new Set<string>();
  let compiled = 0;
  return {
    CompileCatalogFunction(_, { services, refused }) {
      if (refused) timeline.add('catalog', `compiled ${services} services, refused ${refused}`);
      else if (Number(services) > compiled) compiled = Number(services);
    },
    DescribeDeploymentFunction({ deploymentId }, { kind, service, target, by, rollbackOf, reason }) {
      const id = String(deploymentId);
      const state = 'DescribeDeployment';
      if (kind === 'release') targets.set(id, String(target));
      if (kind === 'release') timeline.add('watch', `${id} is a release: watched`, about(service, state));
      if (kind === 'unmanaged') timeline.add('watch', `${id} left alone: ${reason}`, { state });
      if (kind === 'rollback') {
        const of = rollbackOf ? ` of ${rollbackOf}` : '';
        timeline.add('watch', `${id} is a rollback${of} by ${by}: left alone`, about(service, state));
      }
    },
    ObserveDeploymentFunction({ deploymentId, releaseId }, look) {
      const { phase, share, judgement, requests, next } = look as {
        phase: string;
        share: number;
        judgement: Judgement;
        requests: number;
        next: string;
      };
      const { verdict, reason } = judgement;
      // The first look finds no minute that is over.
      if (requests === 0 && next === 'look-again' && phase === 'shifting') return;
      if (!hasChanged(String(deploymentId), { phase, share, verdict, next })) return;
      const target = (targets.get(String(deploymentId)) ?? String(deploymentId)).split(':')[0];
      timeline.add(
        'look',
        `${target} ${phase}, ${Math.round(share * 100)} % new: ${verdict} (${reason}) -> ${next}`,
        about(serviceOfRelease(String(releaseId)), 'ObserveDeployment'),
      );
    },
    SettleReleaseFunction({ releaseId }, { settlement }) {
      if (settlement === 'waiting') return;
      timeline.add(
        'watch',
        `release ${releaseId} settled: ${settlement}`,
        about(serviceOfRelease(String(releaseId)), 'SettleRelease'),
      );
    },
    OpenIncidentFunction({ input }, { status, incidentId, service }) {
      const { judgement, reason } = input as { judgement?: Judgement; reason?: string };
      const why = judgement?.reason ?? reason;
      timeline.add(
        'incident',
        `${incidentId} ${status}${why ? `: ${why}` : ''}`,
        about(service, 'OpenIncident'),
      );
    },
    AnswerApprovalFunction(_, { incidentId, answer }) {
      const service = serviceOfRelease(String(incidentId));
      timeline.add('incident', `${incidentId} answered: ${answer}`, about(service, 'AnswerApproval'));
    },
    AwaitPermissionFunction({ incidentId, attempt }, { waiting }) {
      const key = `${incidentId}#${attempt}`;
      if (!waiting || asked.has(key)) return;
      asked.add(key);
      const text = `${incidentId} waits for a person's approval`;
      timeline.add('incident', text, about(serviceOfRelease(String(incidentId)), 'AwaitPermission'));
    },
    AcquireLocksFunction({ incidentId }, { acquired, busy }) {
      if (acquired) return;
      const text = `waits: another incident holds ${busy}`;
      timeline.add('incident', text, about(serviceOfRelease(String(incidentId)), 'AcquireLocks'));
    },
    StartTargetFunction({ service, target }, { action }) {
      timeline.add('target', `${target}: ${action}`, about(service, 'StartTarget'));
    },
    PollTargetFunction({ service, target }, { standing, detail }) {
      const key = `${service}/${target}/${detail}`;
      if (standing !== 'blocked' || held.has(key)) return;
      held.add(key);
      timeline.add('target', `${target}: ${detail}`, about(service, 'PollTarget'));
    },
    InvokeHookFunction({ service, target }, { found }) {
      timeline.add('target', `${target}: ${found}`, about(service, 'InvokeHook'));
    },
    VerifyTargetFunction({ service, target }, { found }) {
      timeline.add('target', `${target}: verified, ${found}`, about(service, 'VerifyTarget'));
    },
    FinishServiceFunction(_, { service, status }) {
      timeline.add('incident', `service ${service} ${status}`, about(service, 'FinishService'));
    },
    VerifyRecoveryFunction({ incidentId }, { status, detail }) {
      const id = String(incidentId);
      if (status === 'look-again' && lookedAgain.has(id)) return;
      lookedAgain.add(id);
      timeline.add(
        'recovery',
        String(detail).replaceAll('\n', '; '),
        about(serviceOfRelease(id), 'VerifyRecovery'),
      );
    },
    CloseIncidentFunction(_, { incidentId, outcome }) {
      const service = serviceOfRelease(String(incidentId));
      timeline.add('incident', `${incidentId} closed: ${outcome}`, about(service, 'CloseIncident'));
    },
  };
}

function about(service: unknown, state: string): { service?: string; state: string } {
  return typeof service === 'string' ? { service, state } : { state };
}

/** A function and the state that calls it have the same name. */
function stateOf(logicalId: string): string {
  return logicalId.replace(/Function$/, '');
}
