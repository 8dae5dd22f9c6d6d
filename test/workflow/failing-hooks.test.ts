import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import type { RollbackHook } from '../../packages/rehearsal/scenario/scenario-hook.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

const bare = findScenario(process.cwd(), 'hook-failed-bare');
const sessions = 'RollbackHook_cart-sessions';
const migration = 'RollbackHook_cart-migration';

const expression = '$contains($failure.Cause, "errorMessage") ? $parse($failure.Cause).errorMessage : "none"';

/** The ways in which the first hook fails, with the words of the mail. */
const failures: readonly [string, Partial<RollbackHook>, string][] = [
  ['bare', { result: 'FailedBare' }, `${sessions} failed: it gave neither an error nor a cause`],
  ['with an empty cause', { result: 'Failed', message: '' }, `${sessions} failed: MigrationFailed`],
  [
    'with a cause that quotes an expression',
    { result: 'Failed', message: `The JSONata expression '${expression}' threw an error.` },
    `${sessions} failed: MigrationFailed: The JSONata expression '${expression}' threw an error.`,
  ],
  [
    'with a cause that only begins like JSON',
    { result: 'Failed', message: '{"errorMessage": oops' },
    `${sessions} failed: MigrationFailed: {"errorMessage": oops`,
  ],
  [
    'with a cause as Lambda writes it',
    { result: 'Failed', message: '{"errorType":"Error","errorMessage":"no table","trace":[]}' },
    `${sessions} failed: MigrationFailed: no table`,
  ],
  [
    'with the longest cause there may be',
    { result: 'Failed', message: 'x'.repeat(32_768) },
    `${sessions} failed: MigrationFailed: ${'x'.repeat(300)}`,
  ],
  ['by silence', { result: 'Silent' }, 'no answer within 600 s, or no heartbeat for 300 s'],
];

/** The result of each target of a service in a mail, one line each. */
function doneTo(service: string, body: string): Map<string | undefined, string> {
  const table = body.split('\n\n').find((block) => block.startsWith(`Done to ${service}\n`)) ?? '';
  const rows = table.split(/\n {2}(?! )/).slice(1);
  return new Map(rows.map((row) => [row.split(/\s+/)[0], row.replace(/\s+/g, ' ')]));
}

describe.each(['callback', 'answer'] as const)('of two hooks, where the other answers by %s', (form) => {
  it.each(failures)(
    'one that fails %s leaves the other to finish, and the mail has both',
    async (_, how, words) => {
      const { result, violations } = await watchedRun({
        ...bare,
        services: bare.services.map((service) => ({
          ...service,
          targets: service.targets.map((target) =>
            target.kind === 'hook' && target.function === migration ? { ...target, form } : target,
          ),
        })),
        rollbackHooks: bare.rollbackHooks.map((hook) =>
          hook.function === sessions ? { ...hook, ...how } : hook,
        ),
      });

      expect(violations).toEqual([]);
      expect(result.incidents.map(({ outcome }) => outcome)).toEqual(['partly-rolled-back']);
      const rows = doneTo('cart', result.mails.at(-1)?.body ?? '');
      expect(rows.get(sessions)).toMatch(/FAILED: /);
      expect(rows.get(sessions)).toContain(words);
      expect(rows.get(migration)).not.toMatch(/FAILED/);
      expect(rows.get(migration)).toMatch(form === 'callback' ? /it said that it is done/ : /did its part/);
      expect(rows.get('CartFunction:live')).toMatch(/not reached/);
    },
  );
});
