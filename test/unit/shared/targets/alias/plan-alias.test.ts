import type { AliasState } from '../../../../../shared/aws/aliases.ts';
import type { Deployment } from '../../../../../shared/aws/deployments.ts';
import type { ReleaseRecord } from '../../../../../shared/ledger/records.ts';
import { type PlanAliasDeps, planAlias } from '../../../../../shared/targets/alias/plan-alias.ts';
import { rollbackMarker } from '../../../../../shared/targets/rollback-marker.ts';
import {
  codeDeployPlan,
  FUNCTION,
  goodRelease,
  lambdaAliasPlan,
  RELEASE,
  releaseRecord,
  watchedDeployment,
} from '../../../fixtures/records.ts';
import { NOW, RELEASED_AT } from '../../../fixtures/times.ts';

const target = { kind: 'codedeploy', function: 'CreateOrder', alias: 'live' } as const;
const goal = {
  kind: 'codedeploy',
  target: 'CreateOrder:live',
  function: FUNCTION,
  alias: 'live',
  version: '4',
  codeSha256: 'sha-of-4',
} as const;
const { application, deploymentGroup } = watchedDeployment();
const quiet = releaseRecord({ deployments: {} });
const known = goodRelease({ deployments: { 'd-EARLIER': watchedDeployment() } });

/** Deployments of the group since the bad release, newest first, as CodeDeploy lists them. */
const deployment = (id: string, changes: Partial<Deployment> = {}): Deployment => ({
  id,
  application,
  deploymentGroup,
  computePlatform: 'Lambda',
  config: undefined,
  status: 'InProgress',
  creator: 'user',
  description: '',
  createdAt: NOW,
  completedAt: undefined,
  error: undefined,
  errorCode: undefined,
  overrideAlarms: undefined,
  rollbackDeploymentId: undefined,
  rollbackOf: undefined,
  stackId: undefined,
  ...changes,
});
function depsOf(
  live: Partial<AliasState>,
  deployments: Deployment[] = [],
  moved: Partial<Deployment> = {},
): PlanAliasDeps {
  return {
    aliases: {
      codeOf: async (_, version) => (version === '2' ? undefined : `sha-of-${version}`),
      find: async (name, alias) => {
        expect([name, alias]).toEqual([FUNCTION, 'live']);
        return { version: '4', weights: {}, revisionId: 'r', ...live };
      },
    },
    deployments: {
      get: async () => deployment('d-ORDERS005', { status: 'Succeeded', ...moved }),
      listSince: async (group, since) => {
        expect([group, since]).toEqual([{ application, deploymentGroup }, Date.parse(RELEASED_AT)]);
        return deployments;
      },
    },
  };
}

it('goes by the deployment that moved it', async () => {
  const plan = await planAlias(depsOf({ version: '5' }), target, {
    bad: releaseRecord(),
    undone: [],
    earlier: [],
    goal,
  });
  expect(plan).toEqual(codeDeployPlan());
});

it('goes by its own deployment among those of the release', async () => {
  const other = watchedDeployment({ target: 'ListOrders:live', deploymentId: 'd-OTHER' });
  const bad = releaseRecord({ deployments: { 'd-OTHER': other, ...releaseRecord().deployments } });
  await expect(
    planAlias(depsOf({ version: '5' }), target, { bad, undone: [], earlier: [], goal }),
  ).resolves.toEqual(codeDeployPlan());
});

it.each([
  ['a deployment moved it', releaseRecord(), 'nothing is recorded of it before'],
  ['the release did not move it', quiet, 'the release did not change it'],
])('stays where there is no record of it and %s', async (_, bad, reason) => {
  await expect(
    planAlias(depsOf({}), target, { bad, undone: [], earlier: [], goal: undefined }),
  ).resolves.toEqual({
    reason,
  });
});

it('stays where it serves the version of that release alone', async () => {
  const reason = 'it is on version 4, as in that release';
  await expect(
    planAlias(depsOf({}), target, { bad: quiet, undone: [], earlier: [known], goal }),
  ).resolves.toEqual({
    reason,
  });
});

describe('without a deployment that the ledger knows', () => {
  const plan = (live: Partial<AliasState>, deployments: Deployment[], earlier = [known]) =>
    planAlias(depsOf(live, deployments), target, { bad: quiet, undone: [], earlier, goal });

  it('is pointed back where there is none that the ledger does not know', async () => {
    await expect(plan({ version: '5' }, [])).resolves.toEqual(lambdaAliasPlan());
  });

  it('is pointed back where no earlier release tells its deployment group', async () => {
    const other = watchedDeployment({ target: 'ListOrders:live' });
    const earlier = [goodRelease({ deployments: { 'd-OTHER': other } })];
    await expect(plan({ version: '5' }, [deployment('d-2')], earlier)).resolves.toEqual(lambdaAliasPlan());
  });

  it('is pointed back where the catalog says that no deployment moves it', async () => {
    const alone = { ...target, kind: 'lambda-alias' } as const;
    const deps = depsOf({ version: '5' }, [deployment('d-2')]);
    await expect(planAlias(deps, alone, { bad: quiet, undone: [], earlier: [known], goal })).resolves.toEqual(
      lambdaAliasPlan(),
    );
  });

  it('goes by the first one since the bad release that is no rollback', async () => {
    const since = [
      deployment('d-4'),
      deployment('d-3'),
      deployment('d-2', { description: rollbackMarker(RELEASE, 'd-1') }),
      deployment('d-1', { creator: 'codeDeployRollback' }),
    ];
    await expect(plan({ version: '5' }, since)).resolves.toEqual(codeDeployPlan({ deploymentId: 'd-3' }));
  });

  it.each<[string, Partial<AliasState>, string]>([
    ['which gets a share of the traffic', { weights: { '5': 0.1 } }, '5'],
    ['which has more digits than the other', { version: '9', weights: { '10': 0.1 } }, '10'],
    [
      'which serves already, with a share left on the old one',
      { version: '10', weights: { '9': 0.1 } },
      '10',
    ],
  ])('comes from the newest version on it, %s', async (_, live, fromVersion) => {
    await expect(plan(live, [deployment('d-2')])).resolves.toEqual(
      codeDeployPlan({ deploymentId: 'd-2', fromVersion }),
    );
  });
});

describe('that was pointed at an older version after the release', () => {
  const plan = (
    live: Partial<AliasState>,
    {
      moved,
      bad = releaseRecord(),
      earlier = [],
      undone = [bad],
    }: {
      moved?: Partial<Deployment>;
      bad?: ReleaseRecord;
      earlier?: ReleaseRecord[];
      undone?: ReleaseRecord[];
    } = {},
  ) => planAlias(depsOf(live, [], moved), target, { bad, undone, earlier, goal });
  const kept = { toVersion: '3', toCodeSha256: 'sha-of-3', insteadOf: '4' };
  const brought = (toVersion: string, changes: Partial<ReleaseRecord>) =>
    releaseRecord({ deployments: { 'd-1': watchedDeployment({ toVersion }) }, ...changes });

  it('stays there, by its deployment or by the alias alone', async () => {
    await expect(plan({ version: '3' })).resolves.toEqual(codeDeployPlan(kept));
    const { deploymentId: _, ...one } = watchedDeployment();
    const moved = { 'CreateOrder:live': { ...one, movedAt: RELEASED_AT } };
    await expect(plan({ version: '3' }, { bad: { ...quiet, moved } as ReleaseRecord })).resolves.toEqual(
      lambdaAliasPlan(kept),
    );
  });

  it.each<[string, Partial<AliasState>, Parameters<typeof plan>[1]]>([
    ['it splits its traffic', { version: '3', weights: { '5': 0.1 } }, {}],
    ['it is newer than the release', { version: '6' }, {}],
    ['CodeDeploy took it there', { version: '3' }, { moved: { status: 'Stopped' } }],
    ['the version is gone', { version: '2' }, {}],
    ['an undone release had it', { version: '3' }, { undone: [releaseRecord(), brought('3', {})] }],
    ['a bad release had it', { version: '3' }, { earlier: [brought('3', { verdict: 'bad' })] }],
    [
      'another incident undid it',
      { version: '3' },
      { earlier: [brought('3', { undoneBy: 'cart-20260105T090000Z' })] },
    ],
    ['nothing tells what the undone release had', { version: '3' }, { undone: [quiet] }],
  ])('goes back all the same where %s', async (_, live, changes) => {
    await expect(plan(live, changes)).resolves.toEqual(codeDeployPlan());
  });
});
