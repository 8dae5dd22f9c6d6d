import type { Evidence, Judgement } from './judgement.ts';

/** Why code and configuration that a bad release had are bad again, in words. @param subject what has them again */
export function knownBadInWords(subject: string, bad: string): string {
  return `${subject} has the code and the configuration of release ${bad}, which is bad`;
}

/**
 * The judgement on code and configuration that a bad release had: bad at once, whatever the numbers say by now.
 *
 * @param subject what has them again, in words
 * @param bad id of the bad release
 */
export function judgeKnownBad(subject: string, bad: string, judged: Judgement): Judgement {
  const detail = knownBadInWords(subject, bad);
  const known: Evidence = { rule: 'known-bad-code', finding: 'breach', metric: `code of ${subject}`, detail };
  return { verdict: 'unhealthy', reason: detail, evidence: [known, ...judged.evidence] };
}
