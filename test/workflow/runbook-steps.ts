import { readFileSync } from 'node:fs';
import type { Attach, AttachedRun } from '../../packages/rehearsal/run/attachment.ts';
import type { Scenario } from '../../packages/rehearsal/scenario/scenario.ts';
import { parseScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { runCommand } from '../cli/run-command.ts';
import { readAwsCall } from '../commands/aws-cli.ts';
import { commandsOf } from '../commands/commands-of.ts';
import { wordsOf } from '../commands/terminal.ts';
import { coordinatorStackName, showCoordinator, terminalOf } from './typed-commands.ts';

/** A section of the runbook. */
export interface Section {
  readonly heading: string;
  readonly text: string;
  /** The texts that its reader types: commands, and inputs of machines and functions. */
  readonly typed: readonly string[];
}

/** The sections of the runbook, each without its subsections. */
export function sectionsOfRunbook(): Section[] {
  const [, ...parts] = readFileSync('docs/runbook.md', 'utf8').split(/^#{2,3} /m);
  return parts.map((part) => {
    const end = part.indexOf('\n');
    const text = part.slice(end);
    return { heading: part.slice(0, end), text, typed: typedIn(text) };
  });
}

function typedIn(text: string): string[] {
  // A block with a language shows the output of programs, not a person's input.
  const blocks = [...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim());
  const spans = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(
    ([, span = '']) => span,
  );
  const inputs = [...blocks, ...spans].filter((one) => /^\{("|\})/.test(one));
  const commands = blocks.flatMap(commandsOf).map((command) => command.trim());
  return [...new Set([...inputs, ...commands])];
}

/** The badness of the releases in the played scenarios. */
export const bad = { after: '1m', errorRate: 0.4 };

/** A scenario for steps of the runbook, with stacks that the coordinator may not change, so that people must. */
export function scenarioOf({
  title,
  services,
  releases,
}: {
  readonly title: string;
  readonly services: readonly { readonly service: string; readonly [member: string]: unknown }[];
  readonly releases: readonly object[];
}): Scenario {
  const targets = [{ kind: 'codedeploy', function: 'Fn' }, { kind: 'cloudformation' }];
  const file = {
    title,
    services: services.map((one) => ({ version: 1, stack: `shop-${one.service}`, targets, ...one })),
    releases,
    history: '30m',
    past: '1d',
    account: { pinRights: 'denied', missingRights: 'refused' },
    traffic: { requestsPerMinute: 300, errorRate: 0.001, latencyMs: 60 },
    expect: { incidents: [] },
  };
  return parseScenario(JSON.stringify(file), { file: 'runbook.yaml', readCatalog: () => [] });
}

/** One action of the runbook's reader. */
export interface Step {
  /** min after the beginning of the scenario */
  readonly at: number;
  /** The heading of its section. */
  readonly under: string;
  /** Words of that section: the text to type, or the action to take. */
  readonly text: string;
  readonly how: How;
  /** `0`, `1` or `2` for a command, the last state for a machine, `answered` or the error for a function. */
  readonly ends: string;
  /** The text of the command's output, the result or the cause. */
  readonly says?: RegExp;
}

/** Takes a step; its end may be known only when the run is over. */
export type How = (text: string, site: StepSite) => Promise<Ended | (() => Ended)>;

/** The end of a step, with its text. */
export interface Ended {
  readonly ended: string;
  readonly said: string;
}

/** The run in which a step is taken. */
export interface StepSite extends AttachedRun {
  /** Calls AWS as the reader of the runbook. */
  call(service: string, operation: string, input: object): Promise<Readonly<Record<string, unknown>>>;
  /** The latest mail with these words in its subject. */
  mail(words: string): string;
}

/** Names in the runbook, and this run's replacements for them. */
export type Instead = Readonly<Record<string, string | ((site: StepSite) => string)>>;

/** Types the text as a command of the coordinator. */
export function command({ instead = {}, answer = 'y' }: { instead?: Instead; answer?: string } = {}): How {
  return async (text, site) => {
    // The rest of the line belongs to the shell.
    const [line = ''] = replaced(text, instead, site).split(' || ');
    const [, ...argv] = wordsOf('bash', line);
    const lines: string[] = [];
    const terminal = terminalOf(site, lines, { answer });
    // The watching person presses Ctrl-C after the first look.
    const sleep = async () => {
      throw new Error('Ctrl-C');
    };
    const typist = argv.includes('--watch') ? { ...terminal, sleep } : terminal;
    const status = await runCommand([...argv, '--stack', coordinatorStackName], typist);
    return { ended: String(status), said: lines.join('\n') };
  };
}

/** Starts a machine, named by an output of the stack, with the text as its input. */
export function start(output: string, instead: Instead = {}): How {
  return async (text, site) => {
    const stateMachineArn = site.coordinator.stack.outputs[output];
    const input = replaced(text, instead, site);
    const { executionArn } = await site.call('sfn', 'StartExecution', { stateMachineArn, input });
    return () => endOf(String(executionArn), site);
  };
}

/** Invokes a function, named by an output of the stack or by its logical id, with the text as its event. */
export function invoke(name: string, instead: Instead = {}): How {
  return async (text, site) => {
    const FunctionName = String(site.coordinator.stack.outputs[name] ?? site.coordinator.nameOf(name));
    const Payload = Buffer.from(replaced(text, instead, site));
    const answer = await site.call('lambda', 'Invoke', { FunctionName, Payload });
    const said = Buffer.from(answer.Payload as Uint8Array).toString();
    return { ended: answer.FunctionError ? JSON.parse(said).errorType : 'answered', said };
  };
}

/** Runs the text as a command of the AWS CLI. */
export function aws(instead: Instead = {}): How {
  return async (text, site) => {
    const [, ...words] = wordsOf('bash', replaced(text, instead, site));
    const { service, operation, input, problems } = readAwsCall(words, undefined);
    const name = operation.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase());
    const known = { stepfunctions: 'sfn', deploy: 'codedeploy' }[service] ?? service;
    const answer = await site.call(known, name, input);
    const { executionArn } = answer;
    if (executionArn) return () => endOf(String(executionArn), site);
    return { ended: problems.join('; ') || 'answered', said: JSON.stringify(answer) };
  };
}

/** The end of an execution: its last state, and its output or cause. */
export function endOf(executionArn: string, { coordinator }: Pick<StepSite, 'coordinator'>): Ended {
  const { status, output, cause } = coordinator.engine.describeExecution(executionArn);
  if (status === 'RUNNING' || status === 'ABORTED') return { ended: status, said: '' };
  const last = coordinator.engine
    .getExecutionHistory(executionArn)
    .findLast(({ type }) => type.endsWith('StateEntered'));
  return { ended: String(last?.details?.name), said: output ?? cause ?? '' };
}

function replaced(text: string, instead: Instead, site: StepSite): string {
  return Object.entries(instead).reduce(
    (all, [name, by]) => all.replaceAll(name, typeof by === 'string' ? by : by(site)),
    text,
  );
}

/** Takes steps at their times, steps of the same time one after the other. */
export function doing(steps: readonly Step[], ends: Map<Step, Ended>): Attach {
  return (run) => {
    showCoordinator(run.coordinator);
    const { account } = run.coordinator;
    const site: StepSite = {
      ...run,
      call: (service, operation, input) =>
        account.wire.call(service, operation, input, { principal: 'person-in-the-console' }),
      mail: (words) => {
        const found = account.sns.inbox().findLast(({ subject }) => subject.includes(words));
        if (!found) throw new Error(`There is no mail "${words}".`);
        return found.body;
      },
    };
    const later: (() => void)[] = [];
    let begun = 0;
    let before: Promise<void> = Promise.resolve();
    for (const step of steps) {
      run.clock.at(Date.parse(run.scenario.start) + step.at * 60_000, () => {
        before = before.then(async () => {
          const end = await attempt(step, site);
          if (typeof end === 'function') later.push(() => void ends.set(step, end()));
          else ends.set(step, end);
          begun += 1;
        });
        return before;
      });
    }
    return {
      isOver: () => begun === steps.length,
      finish: () => {
        for (const one of later) one();
      },
    };
  };
}

async function attempt({ how, text }: Step, site: StepSite): ReturnType<How> {
  try {
    return await how(text, site);
  } catch (error) {
    const { name, message } = error as Error;
    return { ended: name, said: message };
  }
}
