import type { Evidence } from './judgement.ts';
import { byChance, percent } from './sequential/words.ts';

/** The result of one or more tests on one metric, in one sentence. */
export interface EvidenceInWords {
  readonly finding: Evidence['finding'];
  readonly detail: string;
  /** The details of the evidence that it combines. */
  readonly of: readonly string[];
}

/** Rules that compare a metric with its normal rate. */
const againstNormal: ReadonlySet<string> = new Set(['above-normal-while-split', 'above-normal']);

/**
 * Evidence for people. Two tests count the same requests, once against the version before and once against the normal rate:
 * if both find the same for a metric, one sentence has the numbers of both.
 */
export function evidenceInWords(evidence: readonly Evidence[]): EvidenceInWords[] {
  const compared = evidence.filter(({ rule }) => rule === 'compared-with-control');
  const normalOf = ({ metric, finding }: Evidence) =>
    evidence.filter((one) => againstNormal.has(one.rule) && one.metric === metric && one.finding === finding);
  const joined = new Set(compared.flatMap(normalOf));
  return evidence
    .filter((one) => !joined.has(one))
    .map((one) => {
      const others = one.rule === 'compared-with-control' ? normalOf(one) : [];
      const { finding, detail } = one;
      return {
        finding,
        detail: [detail, ...others.map(normalInWords)].join('; '),
        of: [detail, ...others.map((other) => other.detail)],
      };
    });
}

/** The main reason of an incident, and the other observations, each said once. */
export function reasonsInWords({
  reason,
  evidence,
}: {
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}): readonly [main: string, ...others: EvidenceInWords[]] {
  const told = evidenceInWords(evidence);
  const main = told.find(({ of }) => of.includes(reason));
  return [main?.detail ?? reason, ...told.filter((one) => one !== main)];
}

/** `normal is up to 0.5 %, by chance: 1 in 40,000`, without repeating the comparison of the same requests. */
function normalInWords({ normal, chance, detail }: Evidence): string {
  if (!normal || chance === undefined) return detail;
  const bound = normal.source === 'history' ? 'normal is up to' : 'without more history it may be up to';
  return `${bound} ${percent(normal.rate)}, by chance: ${byChance(-Math.log(chance))}`;
}
