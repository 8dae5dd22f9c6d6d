import type {
  AlarmMuteRuleStatus,
  DeleteAlarmMuteRuleInput,
  GetAlarmMuteRuleInput,
  GetAlarmMuteRuleOutput,
  ListAlarmMuteRulesInput,
  ListAlarmMuteRulesOutput,
  PutAlarmMuteRuleInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../service.ts';

const MOST_TARGETS = 100;
const MOST_RECORDS = 100;
const DEFAULT_RECORDS = 50;
const AT = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2})\)$/;
const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/;

/** The time during which a rule mutes its alarms. */
export interface MuteWindow {
  readonly ruleArn: string;
  /** ms since the epoch */
  readonly from: number;
  /** ms since the epoch */
  readonly until: number;
}

interface Entry extends MuteWindow {
  readonly name: string;
  readonly input: PutAlarmMuteRuleInput;
  readonly updatedAt: number;
}

/**
 * Alarm mute rules (CloudWatch API reference, PutAlarmMuteRule): muted alarms keep changing their states, but their actions
 * do not run. One-time rules in UTC only. Actions that CloudWatch runs after a window has ended are not simulated.
 */
export class MuteRules {
  readonly #rules = new Map<string, Entry>();
  readonly #arnPrefix: string;
  readonly #now: () => number;

  /** @param arnPrefix `arn:aws:cloudwatch:<region>:<account>:alarm-mute-rule:` */
  constructor(arnPrefix: string, now: () => number) {
    this.#arnPrefix = arnPrefix;
    this.#now = now;
  }

  /** The window that mutes an alarm now. */
  muting(alarm: string): MuteWindow | undefined {
    const now = this.#now();
    return [...this.#rules.values()].find(
      ({ input, from, until }) =>
        input.MuteTargets?.AlarmNames?.includes(alarm) === true && from <= now && now < until,
    );
  }

  put(input: PutAlarmMuteRuleInput): object {
    const { Name: name = '', Rule: rule, MuteTargets: targets } = input;
    if (name === '') throw invalid('Name is required.');
    if ((targets?.AlarmNames?.length ?? 0) > MOST_TARGETS) {
      throw invalid(`A mute rule targets at most ${MOST_TARGETS} alarms.`);
    }
    const {
      Expression: expression = '',
      Duration: duration = '',
      Timezone: zone = 'UTC',
    } = rule?.Schedule ?? {};
    const [, begins] = AT.exec(expression) ?? [];
    if (begins === undefined || zone !== 'UTC' || input.StartDate || input.ExpireDate) {
      throw invalid('The rehearsal simulates mute rules of the form at(yyyy-MM-ddThh:mm) in UTC only.');
    }
    const from = Date.parse(`${begins}:00Z`);
    const ruleArn = `${this.#arnPrefix}${name}`;
    const until = from + milliseconds(duration);
    this.#rules.set(name, { name, ruleArn, from, until, input, updatedAt: this.#now() });
    return {};
  }

  get({ AlarmMuteRuleName: name = '' }: GetAlarmMuteRuleInput): GetAlarmMuteRuleOutput {
    const rule = this.#rules.get(name);
    if (!rule) throw new AwsError('ResourceNotFoundException', `Mute rule ${name} does not exist.`, 404);
    const { input } = rule;
    return {
      Name: name,
      AlarmMuteRuleArn: rule.ruleArn,
      ...(input.Description === undefined ? {} : { Description: input.Description }),
      Rule: input.Rule,
      MuteTargets: input.MuteTargets,
      Status: this.#status(rule),
      LastUpdatedTimestamp: new Date(rule.updatedAt),
      MuteType: 'ONE_TIME',
    };
  }

  delete({ AlarmMuteRuleName: name = '' }: DeleteAlarmMuteRuleInput): object {
    this.#rules.delete(name);
    return {};
  }

  list(input: ListAlarmMuteRulesInput): ListAlarmMuteRulesOutput {
    const {
      AlarmName: alarm,
      Statuses: statuses,
      MaxRecords: most = DEFAULT_RECORDS,
      NextToken: after,
    } = input;
    if (!Number.isInteger(most) || most < 1 || most > MOST_RECORDS) {
      throw invalid(`MaxRecords must be in 1..${MOST_RECORDS}.`);
    }
    const found = [...this.#rules.values()]
      .filter(
        (rule) =>
          (alarm === undefined || rule.input.MuteTargets?.AlarmNames?.includes(alarm)) &&
          (!statuses?.length || statuses.includes(this.#status(rule))) &&
          (after === undefined || rule.name > after),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = found.slice(0, most);
    return {
      AlarmMuteRuleSummaries: page.map((rule) => ({
        AlarmMuteRuleArn: rule.ruleArn,
        Status: this.#status(rule),
        MuteType: 'ONE_TIME',
        LastUpdatedTimestamp: new Date(rule.updatedAt),
      })),
      ...(page.length < found.length ? { NextToken: page.at(-1)?.name } : {}),
    };
  }

  #status({ from, until }: MuteWindow): AlarmMuteRuleStatus {
    const now = this.#now();
    if (now < from) return 'SCHEDULED';
    return now < until ? 'ACTIVE' : 'EXPIRED';
  }
}

function milliseconds(duration: string): number {
  const match = DURATION.exec(duration);
  const [days = 0, hours = 0, minutes = 0] = (match ?? []).slice(1).map((part) => Number(part ?? 0));
  const total = ((days * 24 + hours) * 60 + minutes) * 60_000;
  if (total < 60_000 || total > 15 * 86_400_000) {
    throw invalid(`The value ${duration} for parameter Duration is not between PT1M and P15D.`);
  }
  return total;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
