import {
  type VersionsBeforeDeps,
  versionsBefore,
} from '../../../functions/coordinate/plan-rollback/versions-before.ts';
import type { Deployment } from '../../../shared/aws/deployments.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { FUNCTION, goodRelease, releaseRecord, watchedDeployment } from '../fixtures/records.ts';

const first = watchedDeployment({ deploymentId: 'd-1' });
const second = watchedDeployment({
  deploymentId: 'd-2',
  target: 'ListOrders:live',
  function: 'shop-orders-ListOrders-EF56',
  fromVersion: '7',
  toVersion: '8',
});
const bad = releaseRecord({ deployments: { 'd-1': first, 'd-2': second } });

const lookBefore = (
  { status = {}, gone = [] }: { status?: Record<string, Deployment['status']>; gone?: string[] } = {},
  earlier: ReleaseRecord[] = [],
  release = bad,
) => {
  const deps: VersionsBeforeDeps = {
    deployments: { get: async (id) => ({ status: status[id] ?? 'Stopped' }) as Deployment },
    aliases: {
      codeOf: async (name, version) =>
        gone.includes(`${name}:${version}`) ? undefined : `sha-of-${version}`,
    },
  };
  return versionsBefore(deps, release, earlier);
};
const versions = [
  {
    kind: 'codedeploy',
    target: 'CreateOrder:live',
    function: FUNCTION,
    alias: 'live',
    version: '4',
    codeSha256: 'sha-of-4',
  },
  {
    kind: 'codedeploy',
    target: 'ListOrders:live',
    function: second.function,
    alias: 'live',
    version: '7',
    codeSha256: 'sha-of-7',
  },
];

it.each<Deployment['status']>(['Created', 'InProgress', 'Ready', 'Stopped', 'Failed'])(
  'are the versions that the deployments began from while none has completed: %s',
  async (status) => {
    await expect(lookBefore({ status: { 'd-1': status, 'd-2': status } })).resolves.toEqual(versions);
  },
);

it('are not known where one of the deployments has completed', async () => {
  await expect(lookBefore({ status: { 'd-2': 'Succeeded' } })).resolves.toBeUndefined();
});

it('are not known where one of them is deleted', async () => {
  await expect(lookBefore({ gone: [`${second.function}:7`] })).resolves.toBeUndefined();
});

it('are not known where the release had no deployment', async () => {
  await expect(lookBefore({}, [], releaseRecord({ deployments: {} }))).resolves.toBeUndefined();
});

describe('of which an earlier release brought one in', () => {
  const brought = (changes: object, release: Partial<ReleaseRecord> = {}) => [
    goodRelease(),
    goodRelease({
      verdict: 'bad',
      deployments: { 'd-0': watchedDeployment({ toVersion: '4', ...changes }) },
      ...release,
    }),
  ];

  it('are no restore point where that release is bad', async () => {
    await expect(lookBefore({}, brought({}))).resolves.toBeUndefined();
  });

  it.each<[string, ReleaseRecord[]]>([
    ['that release is not bad', brought({}, { verdict: 'candidate' })],
    ['that is a version of another function', brought({ function: 'shop-cart-Add-GH78' })],
    ['that is another version', brought({ toVersion: '3' })],
  ])('are known where %s', async (_, earlier) => {
    await expect(lookBefore({}, earlier)).resolves.toEqual(versions);
  });
});
