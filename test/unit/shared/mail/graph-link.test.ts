import * as fc from 'fast-check';
import { graphLink, mostCharacters, withGraph } from '../../../../shared/mail/graph-link.ts';
import { type JsurlValue, jsurl } from '../../../../shared/mail/jsurl.ts';
import type { AliasTraffic } from '../../../../shared/mail/users-meet.ts';
import { aliasTraffic, mailText, usersMeet } from '../../fixtures/mails.ts';
import { iso, NOW } from '../../fixtures/times.ts';

fc.configureGlobal({ seed: 1 });

const minutes = 60_000;

/** Reads JSURL by its grammar, not with the code that writes it. */
function parse(text: string): unknown {
  let at = 0;
  const eat = (expected: string) => {
    if (text[at] !== expected) throw new Error(`${expected} expected at ${at} of ${text}`);
    at += 1;
  };
  const take = (pattern: RegExp): string => {
    const [found = ''] = text.slice(at).match(pattern) ?? [];
    at += found.length;
    return found;
  };
  const word = () =>
    take(/^[\w.!*-]*/).replace(/\*\*([0-9a-f]{4})|\*([0-9a-f]{2})|!/g, (_, long, short) =>
      long || short ? String.fromCharCode(Number.parseInt(long ?? short, 16)) : '$',
    );
  const value = (): unknown => {
    eat('~');
    if (text[at] === "'") {
      eat("'");
      return word();
    }
    if (text[at] !== '(') return JSON.parse(take(/^[\w.+-]+/));
    eat('(');
    if (text[at] === '~') return items();
    const members: Record<string, unknown> = {};
    while (text[at] !== ')') {
      const key = word();
      members[key] = value();
      if (text[at] === '~') eat('~');
    }
    eat(')');
    return members;
  };
  const items = (): unknown[] => {
    const list: unknown[] = [];
    if (text.startsWith('~)', at)) eat('~');
    while (text[at] !== ')') list.push(value());
    eat(')');
    return list;
  };
  const read = value();
  if (at < text.length) throw new Error(`too much in ${text}`);
  return read;
}

describe('JSURL', () => {
  it('is as its author documents it', () => {
    expect(jsurl({ name: 'John Doe', age: 42, children: ['Mary', 'Bill'] })).toBe(
      "~(name~'John*20Doe~age~42~children~(~'Mary~'Bill))",
    );
    expect(jsurl('$a ä 注')).toBe("~'!a*20*e4*20**6ce8");
    expect(jsurl([true, null, [], {}])).toBe('~(~true~null~(~)~())');
  });

  it('reads back as written, in characters that an address may have', () => {
    const key = fc.stringMatching(/^[a-zA-Z$ :é注]{1,8}$/).filter((name) => name !== '__proto__');
    const { tree } = fc.letrec<{ tree: JsurlValue }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'binary' }),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = jsurl(value);
        expect(text).toMatch(/^[\w.~'()*!+-]+$/);
        expect(parse(text)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });
});

const graphOf = (url: string) => {
  const [, graph = ''] = /#metricsV2\?graph=([^&]+)&query=~'/.exec(url) ?? [];
  return parse(graph) as Record<string, unknown> & { readonly metrics: readonly unknown[] };
};

describe('the graph', () => {
  const meet = usersMeet(aliasTraffic({ function: 'shop-CreateOrder', servedFrom: iso(NOW - 20 * minutes) }));
  const { url, what } = graphLink(meet, NOW - 30 * minutes, 'eu-west-1');

  it('shows old and new version side by side, from an hour before the release until now', () => {
    expect(what).toBe('graph');
    expect(url).toContain(
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#metricsV2?graph=~(metrics~',
    );
    const version = (number: string) => [
      [
        'AWS/Lambda',
        'Invocations',
        'FunctionName',
        'shop-CreateOrder',
        'Resource',
        'shop-CreateOrder:live',
        'ExecutedVersion',
        number,
      ],
      ['.', 'Errors', '.', '.', '.', '.', '.', '.'],
      ['.', 'Duration', '.', '.', '.', '.', '.', '.', { stat: 'p99', yAxis: 'right' }],
    ];
    expect(graphOf(url)).toEqual({
      metrics: [...version('5'), ...version('4')],
      view: 'timeSeries',
      stacked: false,
      region: 'eu-west-1',
      stat: 'Sum',
      period: 60,
      start: iso(NOW - 90 * minutes),
      end: iso(NOW),
    });
  });

  it('ends with a character that mail readers leave in an address', () => {
    expect(url).toMatch(/\w$/);
    expect(url).not.toMatch(/[\s<>"]/);
  });

  it("begins three hours ago where the release's beginning is unknown, and is coarse for a long time", () => {
    expect(graphOf(graphLink(usersMeet(), Number.NaN, 'eu-west-1').url)).toMatchObject({
      start: iso(NOW - 180 * minutes),
      period: 60,
    });
    expect(graphOf(graphLink(usersMeet(), NOW - 2000 * minutes, 'eu-west-1').url)).toMatchObject({
      period: 300,
    });
  });

  it('is never longer than an address may be, and names its span', () => {
    const longest = (index: number): AliasTraffic =>
      aliasTraffic({
        function: `f${index}`.padEnd(64, 'x'),
        alias: '$'.padEnd(128, '-'),
        newVersion: '1234567890',
      });
    const { url: long, what: shown } = graphLink(
      usersMeet(...Array.from({ length: 40 }, (_, n) => longest(n))),
      NOW,
      'ap-southeast-1',
    );
    expect(long.length).toBeLessThanOrEqual(mostCharacters);
    const { metrics } = graphOf(long);
    expect(shown).toBe(`graph of ${metrics.length / 6} of 40`);
    expect(metrics.length).toBeGreaterThanOrEqual(6);
  });
});

describe('a mail', () => {
  const todo = {
    task: 'Look.',
    by: 'now',
    how: [],
    links: [{ what: 'start', url: 'https://example.com' }] as const,
  };
  const meet = usersMeet();
  const linksOf = (changes: Parameters<typeof mailText>[0]) => {
    const mail = withGraph(mailText(changes), 'eu-west-1');
    return mail.todo === 'nothing' ? [] : mail.todo.links.map(({ what }) => what);
  };

  it('has the graph behind its other links where it asks for something', () => {
    expect(linksOf({ todo, meet })).toEqual(['start', 'graph']);
    expect(linksOf({ meet })).toEqual([]);
    expect(linksOf({ todo })).toEqual(['start']);
  });
});
