import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AlarmReader } from '../shared/aws/alarm-reader.ts';
import { CatalogParameters } from '../shared/aws/catalog-parameters.ts';
import type { CompiledCatalog } from '../shared/catalog/compiled-catalog.ts';
import { parseServiceEntry } from '../shared/catalog/parse-service-entry.ts';
import { describeProblems } from '../shared/check-input.ts';
import { lookBackReleases } from '../shared/ledger/objections-to-good.ts';
import { isRestorePoint } from '../shared/ledger/records.ts';
import { catalogStore, ledgers } from '../shared/wiring.ts';
import { watchClock } from './aws-clock.ts';
import { CannotDo } from './cannot-do.ts';
import { checkAlarms } from './check-alarms.ts';
import type { Call } from './command-spec.ts';
import { type Coordinator, findCoordinator, runtimeOf } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import { fitTable, type Screen } from './layout.ts';
import type { ExitStatus, Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Result of a check. `note`: worth knowing, but no fault. */
export interface DoctorFinding {
  readonly check: string;
  readonly is: 'right' | 'note' | 'wrong';
  readonly detail: string;
}

/** A stack whose last change succeeded, or was rolled back. */
const settled = /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/;

/**
 * AWS refuses signatures that are 5 minutes off (IAM User Guide, "Signing AWS API requests"); smaller differences already
 * distort times in answers.
 */
const clockToleranceMs = 60_000;

/** Checks everything that the coordinator needs in order to work, and reports the faults. */
export async function examine(call: Call, terminal: Terminal): Promise<ExitStatus> {
  const coordinator = await findCoordinator(call.place, terminal);
  const findings = await allFindings(coordinator, terminal);
  const isRight = findings.every(({ is }) => is !== 'wrong');
  giveAnswer({ right: isRight, findings }, (screen) => render(findings, screen), call.json, terminal);
  return isRight ? 0 : 1;
}

type Found = Omit<DoctorFinding, 'check'>;

async function allFindings(coordinator: Coordinator, terminal: Terminal): Promise<DoctorFinding[]> {
  const { clientConfig, catalogPath, output } = coordinator;
  const runtime = runtimeOf(coordinator, terminal);
  const ssm = new SSMClient(clientConfig);
  const clock = watchClock(ssm, () => terminal.now());
  /** Read once for several checks. */
  const catalog = once(() => catalogStore(runtime).find());
  const parameters = once(() => new CatalogParameters(ssm, catalogPath).read());
  const checks: Readonly<Record<string, () => Promise<Found[]>>> = {
    stack: async () => {
      const { stack, stackStatus, region } = coordinator;
      const detail = `stack ${stack} in ${region} is ${stackStatus}`;
      return [
        settled.test(stackStatus) ? right(detail) : wrong(`${detail}: its last update has to end well`),
      ];
    },
    version: async () => {
      const [deployed, own] = [output('Version'), version()];
      return [
        deployed === own
          ? right(`the stack and this command are of version ${own}`)
          : wrong(
              `the stack is of version ${deployed} and this command of ${own}: deploy, or install the other`,
            ),
      ];
    },
    machines: async () => {
      const client = new SFNClient(clientConfig);
      const names = ['MonitorDeployment', 'CoordinateRollback', 'RecordRelease', 'AnswerApproval'];
      const found: Found[] = [];
      for (const name of names) {
        const stateMachineArn = output(name);
        const { status } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
        if (status !== 'ACTIVE') found.push(wrong(`the machine ${stateMachineArn} is ${status}`));
      }
      return found.length > 0 ? found : [right(`${names.length} machines are active`)];
    },
    ledger: async () => {
      const holds = await ledgers(runtime).holds.list();
      const isHeld =
        holds.length > 0 ? [note(`${holds.length} on hold; see rollback-coordinator holds`)] : [];
      return [right('it can be read'), ...isHeld];
    },
    mails: async () => {
      const found = await subscriptions(new SNSClient(clientConfig), output('StakeholderTopic'));
      return found.length > 0 ? found : [wrong('nobody is subscribed to the topic of the mails')];
    },
    escalation: async () => {
      const found = await subscriptions(new SNSClient(clientConfig), output('EscalationTopic'));
      return found.length > 0
        ? found
        : [
            note(
              'nobody is subscribed to the topic of unanswered mails; see EscalationEmail of the template',
            ),
          ];
    },
    catalog: async () => compared(await parameters(), await catalog(), catalogPath),
    alarms: async () => {
      const services = Object.values((await catalog())?.services ?? {});
      if (services.length === 0) return [];
      const names = [...new Set(services.flatMap(({ policy }) => policy.alarms))];
      const reader = new AlarmReader(new CloudWatchClient(clientConfig));
      const found = await checkAlarms(reader, names, terminal.now());
      const bad = found.map(({ severity, reason }) => (severity === 'error' ? wrong(reason) : note(reason)));
      return bad.length > 0 ? bad : [right(`${names.length} alarms of the catalog are as they should be`)];
    },
    'ways back': async () => {
      const { releases } = ledgers(runtime);
      const services = Object.keys((await catalog())?.services ?? {}).sort();
      const without: string[] = [];
      for (const service of services) {
        const recorded = await releases.list(service, { limit: lookBackReleases });
        if (!recorded.some(isRestorePoint)) without.push(service);
      }
      if (services.length === 0) return [];
      return without.length === 0
        ? [right('every service has a release to go back to')]
        : [
            note(
              `no release to go back to yet: ${without.join(', ')}; see rollback-coordinator record --help`,
            ),
          ];
    },
    clock: async () => {
      await parameters();
      const offMs = clock();
      if (offMs === undefined) return [note('AWS did not say its time')];
      const seconds = Math.round(Math.abs(offMs) / 1000);
      return [
        Math.abs(offMs) <= clockToleranceMs
          ? right(`the clock here is within ${clockToleranceMs / 1000} s of AWS's`)
          : wrong(`the clock here is ${seconds} s ${offMs > 0 ? 'ahead of' : 'behind'} AWS's: set it right`),
      ];
    },
  };
  const findings: DoctorFinding[] = [];
  for (const [check, look] of Object.entries(checks)) {
    for (const found of await look().catch(refused)) findings.push({ check, ...found });
  }
  return findings;
}

async function subscriptions(client: SNSClient, TopicArn: string): Promise<Found[]> {
  const found: Found[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
    for (const { Endpoint = '', SubscriptionArn = '', Protocol } of page.Subscriptions ?? []) {
      const isConfirmed = SubscriptionArn.startsWith('arn:');
      // A person who knows the rest of such an address may page people.
      const shown = Protocol === 'https' ? `https://${new URL(Endpoint).host}/...` : Endpoint;
      const how =
        Protocol === 'email'
          ? 'by the link in the mail of SNS'
          : 'where the service that has the address says';
      found.push(
        isConfirmed
          ? right(`${shown} gets them`)
          : wrong(`${shown} gets none: confirm the subscription ${how}`),
      );
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

/** Whether the catalog in force matches Parameter Store. */
function compared(
  parameters: readonly { readonly service: string; readonly value: string }[],
  catalog: CompiledCatalog | undefined,
  path: string,
): Found[] {
  if (parameters.length === 0) {
    return [wrong(`no service is below ${path}, so nothing is watched: rollback-coordinator catalog push`)];
  }
  if (!catalog) return [wrong('it was never compiled: write one of its parameters again')];
  const found = parameters.flatMap(({ service, value }): Found[] => {
    const parsed = parseServiceEntry(value);
    if ('problems' in parsed) return [wrong(`${path}/${service}: ${describeProblems(parsed.problems)}`)];
    return Object.hasOwn(catalog.services, parsed.entry.service)
      ? []
      : [wrong(`${service} is not in the compiled catalog: a mail says why, or write its parameter again`)];
  });
  const names = parameters.map(({ service }) => service);
  const stale = Object.keys(catalog.services).filter((service) => !names.includes(service));
  const left = stale.map((service) =>
    wrong(`${service} is in force, and has no parameter below ${path} any more`),
  );
  const all = [...found, ...left];
  return all.length > 0
    ? all
    : [right(`${parameters.length} entries are in force, compiled ${catalog.compiledAt}`)];
}

/** A check that AWS refused is a finding: the caller lacks a permission, or something is gone. */
function refused(error: Error): Found[] {
  if (error.name === 'CredentialsProviderError') throw error;
  return [wrong(error instanceof CannotDo ? error.message : `${error.name}: ${error.message}`)];
}

function render(findings: readonly DoctorFinding[], screen: Screen): string[] {
  const tones = { right: 'good', note: 'doubtful', wrong: 'bad' } as const;
  const wrongs = findings.filter(({ is }) => is === 'wrong').length;
  return [
    ...fitTable(
      ['CHECK', 'IS', 'DETAIL'],
      findings.map(({ check, is, detail }) => [check, { text: is, as: tones[is] }, detail]),
      screen,
    ),
    '',
    wrongs === 0 ? 'Everything is right.' : `${wrongs} of ${findings.length} findings are wrong.`,
  ];
}

function right(detail: string): Found {
  return { is: 'right', detail };
}

function note(detail: string): Found {
  return { is: 'note', detail };
}

function wrong(detail: string): Found {
  return { is: 'wrong', detail };
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= read();
    return value;
  };
}
