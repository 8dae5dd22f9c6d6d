import { textFor } from 'account-simulator/account/sns/message-rules.ts';
import { Listeners } from 'account-simulator/asl/listeners.ts';
import type { DeployedTemplate } from 'account-simulator/deploy/deploy-template.ts';

/** A published mail: it went out, whatever answer its sender received. */
export interface Publication {
  /** ms since the epoch */
  readonly at: number;
  /** Logical id of the function that published. */
  readonly by: string;
  /**
   * `asked`, `reminded`, `opened`, `back` and `outcome` of an incident, `settled` of a release, `unwatched` deployment,
   * `escalated`: an unanswered mail of these kinds, `other`.
   */
  readonly kind:
    | 'asked'
    | 'reminded'
    | 'opened'
    | 'back'
    | 'outcome'
    | 'settled'
    | 'unwatched'
    | 'escalated'
    | 'other';
  /** The incident, release or deployment in the mail; the subject where there is none. */
  readonly about: string;
  /** The execution in the mail; empty where there is none. */
  readonly executionArn: string;
  readonly subject: string;
  readonly body: string;
  readonly isCritical: boolean;
  /** The mail asks its reader to act. */
  readonly needsPerson: boolean;
  /** Whether the sender cannot know that the mail went out, or could not record it. */
  readonly disturbed: () => boolean;
}

/** A mail that SNS refused. */
export interface RefusedMail {
  readonly at: number;
  readonly by: string;
  readonly subject: string;
  readonly reason: string;
}

/** Counters that show whether a function was disturbed after a moment. */
interface Wear {
  /** Invocations that threw, died or timed out, by the runtime's count. */
  readonly errors: number;
  /** Calls answered by an error that the service itself did not raise, and retried states. */
  readonly troubles: number;
}

/** The mail of an incident that a function sends; any other function sends the outcome. */
const incidentMails: Readonly<Record<string, 'asked' | 'opened' | 'back'>> = {
  AwaitPermissionFunction: 'asked',
  AnnounceIncidentFunction: 'opened',
  AnnounceTrafficFunction: 'back',
};

/** The kind of a mail that the sweep sends because its function could not. */
function bySubject(subject: string): Publication['kind'] {
  if (subject.includes('approve its rollback')) return 'asked';
  if (subject.includes('back on good code')) return 'back';
  return /rolling back/.test(subject) ? 'opened' : 'outcome';
}

function isEscalated(subject: string): boolean {
  return subject.includes(': unanswered: ');
}

/** Reads the mails that the coordinator publishes. */
export class Publications {
  readonly #coordinator: DeployedTemplate;
  readonly #all: Publication[] = [];
  readonly #listeners = new Listeners<Publication>();
  readonly #refused = new Listeners<RefusedMail>();
  readonly #troubles = new Map<string, number>();

  constructor(coordinator: DeployedTemplate) {
    this.#coordinator = coordinator;
    const { wire } = coordinator.account;
    wire.onPerformed(({ call: { service, operation, input, caller, now }, refusal }) => {
      if (service !== 'sns' || operation !== 'Publish') return;
      // The chat receives the same mails in another form.
      if (String(input.TopicArn).includes('ChatTopic')) return;
      const by = caller.resource ?? caller.principal;
      const subject = String(input.Subject ?? '');
      if (refusal) {
        this.#refused.tell(() => ({ at: now, by, subject, reason: refusal.message }));
        return;
      }
      const isCritical = input.MessageAttributes?.severity?.StringValue === 'critical';
      const { Message: message, MessageStructure: structure } = input;
      const body = structure === 'json' ? textFor('email', String(message)) : String(message);
      const published = this.#read(now, by, subject, body, isCritical);
      this.#all.push(published);
      this.#listeners.tell(() => published);
    });
    wire.onAnswered(({ call: { caller, service }, error }) => {
      if (error === undefined || caller.resource === undefined) return;
      if (service === 'sns' || service === 'dynamodb') this.#trouble(caller.resource);
      // A machine that cannot know the result of an invocation retries it.
      if (service === 'lambda') this.#trouble('*');
    });
    coordinator.engine.onRouteTaken(({ route, state }) => {
      if (route === 'retry') this.#trouble(`${state}Function`);
    });
  }

  /** All mails so far, oldest first. */
  all(): readonly Publication[] {
    return this.#all;
  }

  onPublished(listener: (publication: Publication) => void): void {
    this.#listeners.add(listener);
  }

  onRefused(listener: (refused: RefusedMail) => void): void {
    this.#refused.add(listener);
  }

  #read(at: number, by: string, subject: string, body: string, isCritical: boolean): Publication {
    const incident = /^Incident (\S+),/m.exec(body)?.[1];
    const release = /^Release (\S+)$/m.exec(body)?.[1];
    const deployment = /deployment (\S+) (?:is not|broke)/.exec(`${subject}\n${body}`)?.[1];
    const kind = isEscalated(subject)
      ? 'escalated'
      : incident
        ? subject.includes('reminder: ')
          ? 'reminded'
          : (incidentMails[by] ?? bySubject(subject))
        : release
          ? 'settled'
          : deployment
            ? 'unwatched'
            : 'other';
    const worn = this.#wear(by);
    return {
      at,
      by,
      kind,
      about: incident ?? release ?? deployment ?? subject,
      // From the last lines: links for the reader are indented.
      executionArn: /^https:\S+details\/(\S+)$/m.exec(body)?.[1] ?? '',
      subject,
      body,
      isCritical,
      needsPerson: /^Do {6}(?!nothing$)/m.test(body),
      disturbed: () => {
        const now = this.#wear(by);
        return now.errors > worn.errors || now.troubles > worn.troubles;
      },
    };
  }

  #trouble(by: string): void {
    this.#troubles.set(by, (this.#troubles.get(by) ?? 0) + 1);
  }

  #wear(by: string): Wear {
    const { errors = 0 } = this.#coordinator.account.lambdaRuntime.statistics().get(by) ?? {};
    return { errors, troubles: (this.#troubles.get(by) ?? 0) + (this.#troubles.get('*') ?? 0) };
  }
}
