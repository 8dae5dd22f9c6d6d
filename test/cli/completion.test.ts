import { execFileSync } from 'node:child_process';
import { commands } from '../../cli/command-table.ts';
import { completionScript } from '../../cli/completion.ts';

/** The completions that bash offers while the last word of a line is typed. */
function offered(...words: string[]): string[] {
  const script = `${completionScript('bash')}
COMP_WORDS=(rollback-coordinator "$@"); COMP_CWORD=$#
_rollback_coordinator; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}

it('bash offers commands, second words, options of the command and values of options', () => {
  const firstWords = new Set(commands.map(({ name }) => name.split(' ')[0]));
  expect(offered('')).toEqual([...firstWords, '--help', '--version']);
  expect(offered('hist')).toEqual(['history']);
  expect(offered('catalog', 'v')).toEqual(['validate']);
  expect(offered('catalog', 'validate', '--on')).toEqual(['--online']);
  expect(offered('history', 'orders', '--l')).toEqual(['--limit']);
  expect(offered('history', 'orders', '--on')).toEqual([]);
  expect(offered('why', 'orders', '--output', 'j')).toEqual(['json']);
  expect(offered('completion', '')).toContain('zsh');
});

it('zsh gets the same lines', () => {
  const lines = (shell: 'bash' | 'zsh') =>
    completionScript(shell)
      .split('\n')
      .filter((line) => /^ +\S+\) words=/.test(line));
  expect(lines('zsh')).toEqual(lines('bash'));
  expect(lines('zsh').length).toBeGreaterThan(15);
  expect(completionScript('zsh')).toMatch(/^#compdef rollback-coordinator\n/);
});
