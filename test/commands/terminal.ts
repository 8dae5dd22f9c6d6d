import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const here = import.meta.dirname;
const answer = join(here, 'answer-read.mjs');
/** The folder of recorded answers to reads; use a new folder when the way of finding them changes. */
const answers = join(
  process.cwd(),
  'node_modules/.cache/recorded-reads',
  digestOf(answer, 'recorded-reads.json'),
);

/** Shells of people on call. dash covers POSIX where zsh is not installed. */
export type Shell = 'bash' | 'zsh' | 'dash';

const startedWith: Record<Shell, readonly string[]> = {
  bash: ['--noprofile', '--norc'],
  zsh: ['-f'],
  dash: [],
};

/** The shells of this machine: bash, and zsh or else dash. */
export function installedShells(): Shell[] {
  const isThere = (shell: Shell) => !spawnSync(shell, ['-c', ':']).error;
  if (!isThere('bash')) throw new Error('The commands of mails are for bash, and there is no bash here.');
  return ['bash', isThere('zsh') ? 'zsh' : 'dash'];
}

/** A call of a program that replaces the real one. */
export interface RecordedCall {
  readonly program: 'aws' | 'rollback-coordinator';
  readonly words: readonly string[];
  /** Its standard input; undefined where it read nothing. */
  readonly input: string | undefined;
}

/** The result of a pasted text. */
export interface Pasted {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  readonly calls: readonly RecordedCall[];
  /** Files that it left in its working folder. */
  readonly files: readonly string[];
}

/** Runs a text in a shell whose `aws` and `rollback-coordinator` only record their calls. */
export function paste(shell: Shell, text: string, { readsFail = false } = {}): Pasted {
  const folder = mkdtempSync(join(tmpdir(), 'pasted-'));
  try {
    const home = join(folder, 'home');
    const calls = join(folder, 'calls');
    mkdirSync(home);
    mkdirSync(calls);
    mkdirSync(answers, { recursive: true });
    const { status, stdout, stderr } = spawnSync(shell, [...startedWith[shell], '-c', text], {
      cwd: home,
      encoding: 'utf8',
      env: {
        PATH: `${join(here, 'bin')}:/usr/bin:/bin`,
        HOME: home,
        LC_ALL: 'C.UTF-8',
        CALLS: calls,
        NODE: process.execPath,
        ANSWER: answer,
        ANSWERS: answers,
        ...(readsFail && { READS_FAIL: 'yes' }),
      },
    });
    return { status, output: stdout, errors: stderr, calls: recordedIn(calls), files: readdirSync(home) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A shell's syntax errors for a text, without running it; empty where it is well formed. */
export function formErrors(shell: Shell, text: string): string {
  const { status, stderr } = spawnSync(shell, [...startedWith[shell], '-n', '-c', text], {
    encoding: 'utf8',
  });
  return status === 0 ? stderr : `${shell} -n: ${stderr}`;
}

/** The words into which a shell splits a text, as a program receives them. */
export function wordsOf(shell: Shell, text: string): string[] {
  const { stdout } = spawnSync(shell, [...startedWith[shell], '-c', `printf '%s\\0' ${text}`], {
    encoding: 'utf8',
  });
  return split(stdout);
}

function recordedIn(folder: string): RecordedCall[] {
  const files = readdirSync(folder);
  return files
    .filter((file) => !file.endsWith('.input'))
    .map((file) => {
      const [pid = '', kind] = file.split('.');
      const input = `${pid}.input`;
      return {
        program: kind === 'coordinator' ? 'rollback-coordinator' : 'aws',
        words: split(readFileSync(join(folder, file), 'utf8')),
        input: files.includes(input) ? readFileSync(join(folder, input), 'utf8') : undefined,
      };
    });
}

function digestOf(...files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(resolve(here, file)));
  return hash.digest('hex').slice(0, 16);
}

function split(words: string): string[] {
  return words.split('\0').slice(0, -1);
}
