import type { Painted, Tone } from './layout.ts';

const tones: Readonly<Record<string, Tone>> = {
  good: 'good',
  'served-well': 'good',
  healthy: 'good',
  'rolled-back': 'good',
  'not-needed': 'good',
  candidate: 'doubtful',
  failed: 'doubtful',
  insufficient: 'quiet',
  bad: 'bad',
  unhealthy: 'bad',
};

/** A verdict, a judgement or an outcome in the colour of its meaning; an outcome that needs a person is bad. */
export function verdictCell(verdict: string): Painted {
  return { text: verdict, as: tones[verdict] ?? 'bad' };
}
