import { FigureLedger } from '../../../../shared/ledger/figure-ledger.ts';
import { Figures, type ReleaseValues, secondsBetween } from '../../../../shared/telemetry/figures.ts';
import { strategyOf } from '../../../../shared/telemetry/strategy.ts';
import { figures } from '../../../../shared/wiring.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { RELEASE, releaseRecord, watchedDeployment } from '../../fixtures/records.ts';
import { runtimeOf } from '../../fixtures/runtime-of.ts';

let ledger: LedgerDouble;
let lines: Record<string, unknown>[];
beforeEach(async () => {
  ledger = new LedgerDouble();
  lines = [];
  const canary = watchedDeployment({ config: 'CodeDeployDefault.LambdaCanary10Percent5Minutes' });
  const release = releaseRecord({ deployments: {} });
  await ledger.releases.open(release);
  await ledger.releases.addDeployment(release.releaseId, canary);
});

const writeLog = (line: string) => void lines.push(JSON.parse(line));
const made = (): Figures => figures({ ...runtimeOf(ledger), writeLog });
const values: ReleaseValues = { Releases: 1, Successes: 0 };

it('writes a line in embedded metric format, a metric for each value and each set of dimensions', async () => {
  await made().count(RELEASE, 'verdict', 'a', values);
  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: ledger.now,
        CloudWatchMetrics: [
          {
            Namespace: 'RollbackCoordinator',
            Dimensions: [['Environment'], ['Environment', 'Service'], ['Environment', 'Strategy']],
            Metrics: [
              { Name: 'Releases', Unit: 'Count' },
              { Name: 'Successes', Unit: 'Count' },
            ],
          },
        ],
      },
      release: RELEASE,
      fact: 'verdict',
      Environment: 'prod',
      Service: 'orders',
      Strategy: 'Canary10Percent5Minutes',
      Releases: 1,
      Successes: 0,
    },
  ]);
});

it('counts a fact once, for any number of finders', async () => {
  await made().count(RELEASE, 'verdict', 'a', values);
  await made().count(RELEASE, 'verdict', 'a', values);
  await made().count(RELEASE, 'verdict', 'b', { Releases: 1, Successes: 1 });
  expect(lines).toHaveLength(1);
  await made().count(RELEASE, 'detected', 'b', { TimeToDetect: 80 });
  expect(lines).toHaveLength(2);
});

it('counts a fact when its owner died between the claim and the line, and nothing else does', async () => {
  const died = { claim: ledgerOf().claim, confirm: async () => Promise.reject(new Error('died')) };
  await figuresWith(died).count(RELEASE, 'verdict', 'a', values);
  lines = [];
  await made().count(RELEASE, 'verdict', 'b', values);
  expect(lines).toHaveLength(0);
  await made().count(RELEASE, 'verdict', 'a', values);
  expect(lines).toHaveLength(1);
});

it('fails no step: a line names the possibly missing metric', async () => {
  const refuses = {
    claim: async () => Promise.reject(Object.assign(new Error('slow down'), { name: 'Throttling' })),
    confirm: async () => {},
  };
  await expect(figuresWith(refuses).count(RELEASE, 'verdict', 'a', values)).resolves.toBeUndefined();
  expect(lines).toEqual([expect.objectContaining({ level: 'WARN', release: RELEASE, error: 'Throttling' })]);
});

it('writes the state that a sweep found, for the environment alone', () => {
  made().swept({ OpenIncidents: 2, OldestIncident: 900, LostWork: 0, UnsentMails: 1 });
  expect(lines).toEqual([
    expect.objectContaining({ Environment: 'prod', OpenIncidents: 2, OldestIncident: 900, UnsentMails: 1 }),
  ]);
  expect(lines[0]).not.toHaveProperty('Service');
});

it.each([
  [[], 'None'],
  [['CodeDeployDefault.LambdaAllAtOnce'], 'AllAtOnce'],
  [['CodeDeployDefault.LambdaLinear10PercentEvery1Minute', 'CodeDeployDefault.LambdaAllAtOnce'], 'Mixed'],
  [['CodeDeployDefault.LambdaAllAtOnce', 'CodeDeployDefault.LambdaAllAtOnce'], 'AllAtOnce'],
  [['orders-slowly'], 'Custom'],
  [['orders-slowly', 'orders-quickly'], 'Custom'],
  [[undefined], 'Unknown'],
])('names the strategy of deployments with %j %s', (configs, expected) => {
  const deployments = Object.fromEntries(
    configs.map((config, index) => [`d-${index}`, watchedDeployment(config ? { config } : {})]),
  );
  expect(strategyOf({ deployments })).toBe(expected);
});

it('takes two clocks that disagree for a duration of zero', () => {
  expect(secondsBetween(2_000, 1_000)).toBe(0);
  expect(secondsBetween(1_000, 81_400)).toBe(80);
});

function ledgerOf() {
  const markers = new FigureLedger(ledger.table);
  return { claim: markers.claim.bind(markers), confirm: markers.confirm.bind(markers) };
}

function figuresWith(markers: ReturnType<typeof ledgerOf>): Figures {
  return new Figures({
    ledger: markers,
    releases: ledger.releases,
    environment: 'prod',
    now: () => ledger.now,
    writeLog,
  });
}
