import type { Evidence, Judgement } from './judgement.ts';

/** The sentence on code and configuration of a bad release that appear again. @param subject their new carrier */
export function knownBadInWords(subject: string, bad: string): string {
  return `${subject} has the code and the configuration of release ${bad}, which is bad`;
}

/**
 * The judgement on code and configuration of a bad release: bad at once, whatever the numbers show by now.
 *
 * @param subject their new carrier, in words
 * @param bad id of the bad release
 */
export function judgeKnownBad(subject: string, bad: string, judged: Judgement): Judgement {
  const detail = knownBadInWords(subject, bad);
  const known: Evidence = { rule: 'known-bad-code', finding: 'breach', metric: `code of ${subject}`, detail };
  return { verdict: 'unhealthy', reason: detail, evidence: [known, ...judged.evidence] };
}
