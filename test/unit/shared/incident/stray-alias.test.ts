import { reportStrayAlias, type StrayAliasDeps } from '../../../../shared/incident/stray-alias.ts';
import type { ServiceResult } from '../../../../shared/ledger/records.ts';
import type { TargetPlan } from '../../../../shared/targets/shapes.ts';
import {
  codeDeployPlan,
  FUNCTION,
  lambdaAliasPlan,
  parameterPlan,
  RELEASE,
  servicePlan,
  serviceResult,
  stackPlan,
} from '../../fixtures/records.ts';

/** The state of account and ledger: an incident holds `orders`, which is back, and its alias has strayed. */
interface Situation {
  readonly owner: string | undefined;
  readonly status: ServiceResult['status'] | undefined;
  readonly targets: TargetPlan[] | undefined;
  /** Version and weights of the alias, and the digest of that version's code. */
  readonly version: string;
  readonly weights: Record<string, number>;
  readonly code: string;
  /** Whether the ledger accepts the note. */
  readonly noted: boolean;
}
const strayed: Situation = {
  owner: `${RELEASE}#2`,
  status: 'rolled-back',
  targets: [parameterPlan(), stackPlan(), lambdaAliasPlan()],
  version: '5',
  weights: {},
  code: 'sha-of-5',
  noted: true,
};
const moved = { function: FUNCTION, alias: 'live' };

async function report(changes: Partial<Situation> = {}, change = moved) {
  const { owner, status, targets, version, weights, code, noted } = { ...strayed, ...changes };
  const marked: object[] = [];
  const ofHolder = (incidentId: string, attempt: number, service: string) =>
    incidentId === RELEASE && attempt === 2 && service === 'orders';
  const deps: StrayAliasDeps = {
    locks: { lockOf: async () => (owner === undefined ? undefined : { owner, leaseUntil: 1 }) },
    plans: {
      findService: async (...asked) => (ofHolder(...asked) && targets ? servicePlan({ targets }) : undefined),
    },
    aliases: {
      get: async (name, alias) => {
        expect({ name, alias }).toEqual({ name: FUNCTION, alias: 'live' });
        return { version, weights, revisionId: 'r' };
      },
      codeOf: async () => code,
    },
    incidents: {
      serviceResult: async ({ incidentId, attempt }, service) =>
        ofHolder(incidentId, attempt, service) && status ? serviceResult({ attempt, status }) : undefined,
      markOvertaken: async (attempt, service) => {
        marked.push({ ...attempt, service });
        return noted;
      },
    },
  };
  return { reported: await reportStrayAlias(deps, 'orders', change), marked };
}
const noted = [{ incidentId: RELEASE, attempt: 2, service: 'orders' }];

it.each<[string, Partial<Situation>]>([
  ['the bad version', {}],
  ['the bad version, of an alias behind CodeDeploy', { targets: [codeDeployPlan()] }],
  ['a version before the good one', { version: '3' }],
])('has the incident plan again where the alias has gone to %s', async (_, changes) => {
  await expect(report(changes)).resolves.toEqual({ reported: true, marked: noted });
});

it('reports nothing where the ledger has it recorded already', async () => {
  await expect(report({ noted: false })).resolves.toEqual({ reported: false, marked: noted });
});

it.each<[string, Partial<Situation>]>([
  ['nobody holds the service', { owner: undefined }],
  ['its lock was freed', { owner: 'nobody' }],
  ['the service is still at work', { status: undefined }],
  ['the service did not come back', { status: 'failed' }],
  ['its stack is still to come', { status: 'traffic-restored' }],
  ['the service is noted already', { status: 'superseded' }],
  ['the attempt has no plan for the service', { targets: undefined }],
  ['the plan has no alias', { targets: [stackPlan()] }],
  ['the alias serves the restored version', { version: '4' }],
  [
    'the alias serves the restored code under another number',
    { version: '6', code: 'sha-of-4', targets: [lambdaAliasPlan({ toVersion: '7' })] },
  ],
  ['a newer release came in over it', { version: '6' }],
  ['another deployment is under way', { weights: { '4': 0.1 } }],
])('leaves everything alone where %s', async (_, changes) => {
  await expect(report(changes)).resolves.toEqual({ reported: false, marked: [] });
});

it.each([
  ['another alias of the function', { function: FUNCTION, alias: 'canary' }],
  ['the same alias of another function', { function: 'shop-orders-Cancel-CD34', alias: 'live' }],
])('leaves everything alone where the deployment moved %s', async (_, change) => {
  await expect(report({}, change)).resolves.toEqual({ reported: false, marked: [] });
});
