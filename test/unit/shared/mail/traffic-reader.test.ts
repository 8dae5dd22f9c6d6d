import { TrafficReader } from '../../../../shared/mail/traffic-reader.ts';
import { aliasTraffic } from '../../fixtures/mails.ts';
import { DEPLOYMENT } from '../../fixtures/records.ts';
import { iso, NOW } from '../../fixtures/times.ts';

const canary = {
  type: 'TimeBasedCanary' as const,
  timeBasedCanary: { canaryInterval: 10, canaryPercentage: 10 },
};
const { state: _, ...watched } = aliasTraffic({ servedFrom: iso(NOW - 60_000) });
const split = { version: '4', weights: { 5: 0.1 }, revisionId: 'r' };

function readerOf({
  find = async () => split as typeof split | undefined,
  shiftsOf = async () => new Map(),
} = {}) {
  const asked: (readonly string[])[] = [];
  const reader = new TrafficReader({
    aliases: { find },
    deployments: {
      shiftsOf: async (ids: readonly string[]) => {
        asked.push(ids);
        return shiftsOf();
      },
    },
    now: () => NOW,
  });
  return { reader, asked };
}

it('reads an alias, and the next step of the deployment that shifts it', async () => {
  const { reader } = readerOf({ shiftsOf: async () => new Map([[DEPLOYMENT, canary]]) });
  await expect(reader.read([watched])).resolves.toEqual({
    readAt: NOW,
    aliases: [{ ...watched, state: split, nextShift: { at: NOW + 540_000, share: 1 } }],
    notRead: 0,
  });
});

it('makes no call to CodeDeploy where the alias does not split its traffic', async () => {
  const { reader, asked } = readerOf({ find: async () => ({ ...split, weights: {} as never }) });
  await reader.read([watched]);
  expect(asked).toEqual([[]]);
});

it('loses no mail because of a failed read', async () => {
  const refuse = async () => {
    throw Object.assign(new Error('slow down'), { name: 'TooManyRequestsException' });
  };
  const aliases = (await readerOf({ find: refuse }).reader.read([watched])).aliases;
  expect(aliases).toEqual([{ ...watched, state: undefined, unread: 'TooManyRequestsException' }]);
  expect((await readerOf({ shiftsOf: refuse }).reader.read([watched])).aliases).toEqual([
    { ...watched, state: split },
  ]);
});

it('reads twenty aliases, and counts the others', async () => {
  const { aliases, notRead } = await readerOf().reader.read(Array.from({ length: 33 }, () => watched));
  expect([aliases.length, notRead]).toEqual([20, 13]);
});
