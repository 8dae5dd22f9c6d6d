import { VirtualClock } from '../../clock/virtual-clock.ts';

describe('VirtualClock', () => {
  let clock: VirtualClock;
  beforeEach(() => {
    clock = VirtualClock.install('2026-01-05T09:00:00Z');
  });
  afterEach(() => clock.uninstall());

  it('is the time of the process while it is installed', () => {
    expect(new Date().toISOString()).toBe('2026-01-05T09:00:00.000Z');
  });

  it('makes dates of the platform from every kind of argument', () => {
    const at = Date.parse('2026-01-05T09:00:00Z');
    expect([Date.now(), Date()]).toEqual([at, new Date(at).toString()]);
    expect(new Date('2026-01-05T10:00:00Z').toJSON()).toBe('2026-01-05T10:00:00.000Z');
    expect(new Date(2026, 0, 5, 9, 30).getMinutes()).toBe(30);
    const made = new Date();
    clock.uninstall();
    expect(made).toBeInstanceOf(Date);
    expect(made.constructor).toBe(Date);
    expect(Object.getOwnPropertyNames(made)).toEqual([]);
  });

  it('lets hours pass without waiting, in the order of their timers', async () => {
    const seen: string[] = [];
    clock.after(3 * 3_600_000, () => seen.push(`late at ${new Date().toISOString()}`));
    setTimeout(() => seen.push(`early at ${new Date().toISOString()}`), 60_000);
    expect(await clock.run(() => false)).toBe('idle');
    expect(seen).toEqual(['early at 2026-01-05T09:01:00.000Z', 'late at 2026-01-05T12:00:00.000Z']);
  });

  it('stops as soon as it is done, and keeps the remaining timers', async () => {
    let fired = 0;
    clock.after(1000, () => {
      fired += 1;
    });
    clock.after(2000, () => {
      fired += 1;
    });
    expect(await clock.run(() => fired === 1)).toBe('done');
    expect(clock.elapsed()).toBe(1000);
  });

  it('stops at its deadline', async () => {
    const tick = () => clock.after(60_000, tick);
    tick();
    expect(await clock.run(() => false, clock.now() + 10.5 * 60_000)).toBe('deadline');
    expect(clock.elapsed()).toBe(10.5 * 60_000);
  });

  it('holds time still while announced work is pending', async () => {
    let finishedAt = 0;
    const hops = async () => {
      for (let i = 0; i < 20; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
      finishedAt = clock.now();
    };
    void clock.busy(hops());
    clock.after(5000, () => {});
    await clock.run(() => false);
    expect(finishedAt).toBe(clock.startedAt);
  });

  it('fires a timer that is months away at its time, where a platform timer would fire at once', async () => {
    let firedAt = 0;
    clock.after(90 * 86_400_000, () => {
      firedAt = clock.now();
    });
    await clock.run(() => false);
    expect(firedAt - clock.startedAt).toBe(90 * 86_400_000);
  });

  it('drops a cancelled timer, even one that is months away', async () => {
    let fired = false;
    const timer = clock.after(90 * 86_400_000, () => {
      fired = true;
    });
    clock.cancel(timer);
    expect(await clock.run(() => false)).toBe('idle');
    expect(fired).toBe(false);
  });
});
