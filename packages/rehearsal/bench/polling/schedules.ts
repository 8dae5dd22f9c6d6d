import { metricDelaySeconds, secondsUntilNextLook } from '../../../../shared/judge/next-step.ts';

/**
 * The times of looks during a bake, in ms; the bake begins at 0 of a clock whose minutes are full at multiples of 60,000.
 */
export interface Schedule {
  readonly name: string;
  /** The time of the look after the look at `now`, in a bake that began at `began`. */
  next(now: number, began: number): number;
}

export const minuteMs = 60_000;

/** The schedule of tools that poll: every 15 s. */
export const fixed: Schedule = { name: 'every 15 s', next: (now) => now + 15_000 };

/** The coordinator's former schedule: a tenth of the bake's age, from one minute to five. */
export const before: Schedule = {
  name: 'before',
  next(now, began) {
    const minutes = Math.min(5, Math.max(1, Math.floor((now - began) / minuteMs / 10)));
    return afterMinutes(now, minutes);
  },
};

export const ours: Schedule = { name: 'ours', next: next(false) };
/** For a service with an alarm that wakes the watch. */
export const oursWoken: Schedule = { name: 'ours, woken by alarms', next: next(true) };

/** The looks of a bake from its beginning; the first is the look that finds it. */
export function looksOf(schedule: Schedule, began: number, minutes: number): number[] {
  const looks: number[] = [];
  const until = began + minutes * minuteMs;
  const first = schedule === fixed ? began + 15_000 : afterMinutes(began, 1);
  for (let at = first; at <= until; at = schedule.next(at, began)) looks.push(at);
  return looks;
}

function next(mayWaitLong: boolean): Schedule['next'] {
  return (now, began) => {
    const bakedMinutes = (now - began) / minuteMs;
    return now + secondsUntilNextLook({ now, phase: 'baking', bakedMinutes, mayWaitLong }) * 1000;
  };
}

function afterMinutes(now: number, minutes: number): number {
  const delay = metricDelaySeconds * 1000;
  return (Math.floor((now - delay) / minuteMs) + minutes) * minuteMs + delay;
}
