import { LevelQueue } from '../../../shared/cut/level-queue.ts';
import { ReleaseHistory } from '../../../shared/cut/release-history.ts';
import { undoneWith } from '../../../shared/cut/released-together.ts';
import { at, release } from './shop.ts';

const history = (...releases: string[]) =>
  new ReleaseHistory(releases.map((text) => release('orders', text)));

describe('a history', () => {
  it('is newest first, for any order and precision of its times', () => {
    const precise = { ...release('orders', '10:00 good'), startedAt: '2026-01-05T10:00:00Z' };
    const releases = [release('orders', '09:00 good'), precise, release('orders', '11:00 bad')];
    const sorted = new ReleaseHistory(releases).spans.map((span) => span.release.releaseId);
    expect(sorted).toEqual(['orders@11:00', 'orders@10:00', 'orders@09:00']);
    expect(new ReleaseHistory(releases.reverse()).spans.map((span) => span.release.releaseId)).toEqual(
      sorted,
    );
  });

  it('takes a state for as young as possible, and the release it undoes for as old as possible', () => {
    const late = { ...release('orders', '10:00 good'), metBy: at('10:05') };
    const [span] = new ReleaseHistory([late]).spans;
    expect(span).toMatchObject({ bornAt: Date.parse(at('10:05')), servedFrom: Date.parse(at('10:00')) });
  });

  it.each([
    ['10:30', 1],
    ['10:00', 1],
    ['12:00', 0],
    ['09:59', 2],
    ['07:00', 2],
  ])('knows the live release at %s', (time, position) => {
    const releases = history('09:00 good', '10:00 good', '11:00 good');
    expect(releases.liveAt(Date.parse(at(time)))).toBe(position);
  });

  it('gives a restored release the birth and the verdict of its original, over any number of restorations', () => {
    const { spans } = history(
      '08:00 good',
      '09:00 bad',
      '10:00 candidate =08:00',
      '11:00 bad',
      '12:00 candidate =10:00',
    );
    expect(
      spans.map(({ bornAt, origin, verdict }) => [new Date(bornAt).toISOString(), origin, verdict]),
    ).toEqual([
      [at('08:00'), 4, 'good'],
      [at('11:00'), 1, 'bad'],
      [at('08:00'), 4, 'good'],
      [at('09:00'), 3, 'bad'],
      [at('08:00'), 4, 'good'],
    ]);
  });

  it('makes a state bad under all its names', () => {
    const { spans } = history('08:00 good', '09:00 bad', '10:00 bad =08:00');
    expect(spans.map(({ verdict }) => verdict)).toEqual(['bad', 'bad', 'bad']);
  });

  it.each([
    ['failed', 'candidate', 'candidate'],
    ['failed', 'good', 'good'],
    ['bad', 'failed', 'bad'],
    ['failed', 'failed', 'failed'],
  ])('calls a state that was %s first, and %s when it was restored, %s', (first, again, verdict) => {
    const { spans } = history(`08:00 ${first}`, '09:00 bad', `10:00 ${again} =08:00`);
    expect(spans[0]?.verdict).toBe(verdict);
  });

  it('takes a release that restores an unknown or a later one as itself', () => {
    const { spans } = history('08:00 good =09:00', '09:00 candidate =05:00');
    expect(spans.map(({ origin, verdict }) => [origin, verdict])).toEqual([
      [0, 'candidate'],
      [1, 'good'],
    ]);
  });
});

describe('the releases undone together', () => {
  it.each([
    ['the nearest, before or after', ['08:00 good', '10:02 good'], ['08:02 good', '10:00 good'], 1, 1],
    ['none for a release that one had to itself', ['08:00 good', '10:00 good'], ['08:02 good'], 1, 0],
    ['older ones with older ones', ['08:00 good', '10:00 good'], ['08:02 good'], 2, 1],
    ['both that are equally near', ['10:00 good'], ['09:55 good', '10:05 good'], 1, 2],
    ['none of a service that was never released', ['10:00 good'], [], 1, 0],
  ])('are %s', (_, own, peer, undone, expected) => {
    expect(undoneWith(history(...own), undone, history(...peer))).toBe(expected);
  });
});

it('takes services from the lowest level, each once, and accepts lower ones in between', () => {
  const queue = new LevelQueue((service) => Number(service.slice(1)));
  for (const service of ['b5', 'a5', 'c2', 'a5']) queue.add(service);
  expect(queue.take()).toEqual(['c2']);
  queue.add('d1');
  expect(queue.take()).toEqual(['d1']);
  expect(queue.take()).toEqual(['a5', 'b5']);
  expect(queue.take()).toEqual([]);
  queue.add('e3');
  expect(queue.take()).toEqual(['e3']);
});
