import { accountSettings, settingNames } from '../../scenario/scenario-account.ts';
import { documentedTable } from '../../worst-case/documented-table.ts';
import { worstCaseCommand } from '../../worst-case/worst-case-command.ts';

async function worstCase(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await worstCaseCommand(argv, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    width: 160,
    root: process.cwd(),
  });
  return { status, out, err: err.join('\n') };
}

describe('worst-case', () => {
  it('plays scenarios under each value of the settings that they read', async () => {
    const { status, out, err } = await worstCase(
      ...['--scenarios', 'stopped-in-a-hook,unmanaged-service', '--setting', 'stopDuringHook,serviceRole'],
      ...['--workers', '2'],
    );

    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out.at(-1)).toBe('6 of 6 as expected');
    for (const value of ['waits', 'at-once']) {
      expect(out).toContainEqual(
        expect.stringMatching(`^\\| .stopDuringHook. \\| .${value}.* \\| 1 \\| 2 \\| 2 `),
      );
    }
  });

  it('shows one run in full', async () => {
    const { status, out } = await worstCase('--only', 'unmanaged-service', 'externalId=absent');

    expect(status).toBe(0);
    expect(out[0]).toMatch(/^unmanaged-service: /);
    expect(out.at(-1)).toBe('1 of 1 as expected');
  });

  it.each([
    [['--setting', 'creator'], /"creator" is no setting; settings: serviceRole, /],
    [['--only', 'bad-canary', 'externalId=maybe'], /externalId is one of absent, stack, not "maybe"/],
    [['--only', 'current-version-from-template', 'serviceRole=true'], /names serviceRole itself/],
    [['--scenarios', 'bad-canery'], /bad-canary/],
    [['--workers', '0'], /--workers takes a whole number from 1, not "0"/],
    [['--write', '--setting', 'externalId'], /--write writes the table of every scenario, setting and pair/],
    [['--write', '--brief'], /--write writes the table of every scenario, setting and pair/],
    [['bad-canary'], /only --only takes settings, not "bad-canary"/],
  ])('refuses %j', async (argv, message) => {
    const { status, err } = await worstCase(...argv);

    expect(status).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('docs/unverified.md', () => {
  it('has the table that the command prints, with a line for each value of each setting', () => {
    const [, , ...lines] = documentedTable(process.cwd());
    const cells = lines.map((line) => line.slice(2, -2).split(' | '));

    expect(cells.map(([setting, value]) => [setting, value])).toEqual(
      settingNames.flatMap((name) =>
        accountSettings[name].values.map((value) => [`\`${name}\``, `\`${value}\``]),
      ),
    );
    for (const [, , ...numbers] of cells) expect(numbers.map(Number).every(Number.isInteger)).toBe(true);
  });
});
