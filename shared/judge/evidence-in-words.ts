import type { Evidence } from './judgement.ts';
import { byChance, percent } from './sequential/words.ts';

/** What one or more tests say of one metric, in one sentence. */
export interface EvidenceInWords {
  readonly finding: Evidence['finding'];
  readonly detail: string;
  /** The details of the evidence that it stands for. */
  readonly of: readonly string[];
}

/** Rules that hold a metric against what is normal for it. */
const againstNormal: ReadonlySet<string> = new Set(['above-normal-while-split', 'above-normal']);

/**
 * Evidence as people read it. Two tests count the same requests, once against the version before and once against what is
 * normal: where both find the same of a metric, one sentence has the numbers of both.
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

/** The main reason of an incident, and what else was seen, each said once. */
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

/** `normal is up to 0.5 %, by chance: 1 in 40,000`, without what the comparison said of the same requests. */
function normalInWords({ normal, chance, detail }: Evidence): string {
  if (!normal || chance === undefined) return detail;
  const bound = normal.source === 'history' ? 'normal is up to' : 'without more history it may be up to';
  return `${bound} ${percent(normal.rate)}, by chance: ${byChance(-Math.log(chance))}`;
}
