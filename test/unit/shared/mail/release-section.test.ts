import { changePairs, releasePairs, releaseSections } from '../../../../shared/mail/release-section.ts';
import {
  codeDeployPlan,
  DEPLOYMENT,
  goodSnapshot,
  releaseRecord,
  watchedDeployment,
} from '../../fixtures/records.ts';

const digests = {
  from: { code: 'sha-of-4', configuration: 'c' },
  to: { code: 'sha-of-5-and-more', configuration: 'c' },
};
const release = (changes: object = {}) =>
  releaseRecord({ deployments: { [DEPLOYMENT]: watchedDeployment({ digests, ...changes }) } });
const change = {
  origin: [],
  originBefore: [],
  added: [],
  removed: [],
  changed: [],
  parameters: [],
};

describe('its deployer', () => {
  const released = ['released', '2026-01-05 09:00:00 UTC, stack shop-orders'] as const;

  it('is shown beside the restore point, from the stack as planned', () => {
    const origin = [
      { name: 'by' as const, value: 'deploy-bot' },
      { name: 'commit' as const, value: '3f2c91a' },
      { name: 'pipeline' as const, value: 'orders/128' },
    ];
    const originBefore = [
      { name: 'by' as const, value: 'deploy-bot' },
      { name: 'commit' as const, value: '9b01d77' },
    ];
    expect(releasePairs(release(), { change: { ...change, origin, originBefore } })).toEqual([
      released,
      ['by', 'deploy-bot, as at the restore point'],
      ['commit', '3f2c91a; restore point: 9b01d77'],
      ['pipeline', 'orders/128'],
    ]);
  });

  it('is shown from the tags at its opening where nothing was planned', () => {
    const origin = [{ name: 'commit' as const, value: '3f2c91a' }];
    expect(releasePairs({ ...release(), origin })).toEqual([released, ['commit', '3f2c91a']]);
  });

  it('is shown from the recorded tags where it had no deployment', () => {
    const snapshot = goodSnapshot.map((one) =>
      one.kind === 'cloudformation' ? { ...one, tags: [{ key: 'commit', value: '3f2c91a' }] } : one,
    );
    expect(releasePairs({ ...release(), snapshot })).toEqual([released, ['commit', '3f2c91a']]);
  });

  it('is left out where it is unknown', () => {
    const { stack: _, ...without } = release();
    expect(releasePairs(without)).toEqual([['released', '2026-01-05 09:00:00 UTC']]);
  });
});

describe('its changes', () => {
  it('are the code by its digests, the resources and the parameters by their names', () => {
    const changes = {
      added: ['New', 'Other'],
      removed: ['Old'],
      changed: ['CreateOrder (Code)'],
      parameters: ['Stage'],
    };
    const targets = [codeDeployPlan({ toCodeSha256: 'sha-of-4-and-more' })];
    expect(changePairs(release(), { targets, change: { ...change, ...changes } })).toEqual([
      ['CreateOrder:live', 'code sha-of-5-a; restore point: sha-of-4-a'],
      ['added', 'New, Other'],
      ['removed', 'Old'],
      ['changed', 'CreateOrder (Code)'],
      ['parameters', 'Stage'],
    ]);
  });

  it('show where a version has the same code', () => {
    const targets = [codeDeployPlan({ toCodeSha256: digests.to.code })];
    expect(changePairs(release(), { targets })).toEqual([['CreateOrder:live', 'the same code, sha-of-5-a']]);
  });

  it.each([
    ['its digests are not known', release({ digests: undefined }), { targets: [codeDeployPlan()] }],
    ['its function stays', release(), { targets: [] }],
    ['nothing was planned', release(), {}],
  ])('are not shown where %s', (_, one, plan) => {
    expect(changePairs(one, plan)).toEqual([]);
  });
});

it('is empty for a release that the ledger lacks', () => {
  expect(releaseSections(undefined)).toEqual([]);
});
