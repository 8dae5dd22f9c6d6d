import type { Terminal } from '../../cli/terminal.ts';
import { NOW } from '../unit/fixtures/times.ts';

/** A terminal that records its output, without sockets or clocks. */
export class TerminalDouble implements Terminal {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly sleeps: number[] = [];
  readonly questions: string[] = [];
  /** The person's answer. */
  answer = '';
  readonly clientConfig: object;

  constructor(clientConfig: object = {}) {
    const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
    this.clientConfig = { region: 'eu-west-1', credentials, maxAttempts: 1, ...clientConfig };
  }

  out(line: string): void {
    this.lines.push(line);
  }

  err(line: string): void {
    this.errors.push(line);
  }

  now(): number {
    return NOW;
  }

  async sleep(ms: number): Promise<void> {
    this.sleeps.push(ms);
  }

  async ask(question: string): Promise<string> {
    this.questions.push(question);
    return this.answer;
  }

  /** All output as one text. */
  get text(): string {
    return this.lines.join('\n');
  }
}

/** The outputs of a deployed coordinator. */
export const coordinatorStack = {
  Stacks: [
    {
      StackName: 'rollback-coordinator-prod',
      CreationTime: new Date(0),
      StackStatus: 'CREATE_COMPLETE' as const,
      Outputs: [
        { OutputKey: 'Ledger', OutputValue: 'ledger' },
        { OutputKey: 'Bucket', OutputValue: 'coordinator' },
        { OutputKey: 'CatalogPath', OutputValue: '/rollback-coordinator/prod/services' },
      ],
    },
  ],
};

/** CloudFormation's error for a missing stack. */
export function noSuchStack(stack: string): Error {
  return Object.assign(new Error(`Stack with id ${stack} does not exist`), { name: 'ValidationError' });
}
