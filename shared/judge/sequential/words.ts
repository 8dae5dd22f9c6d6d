/** A share as mails show it, to two digits: `21 %`, `1.3 %`, `0.030 %`, `0 %`. */
export function share({ requests, bad }: { readonly requests: number; readonly bad: number }): string {
  return requests === 0 ? 'none' : percent(bad / requests);
}

/** A rate as mails show it, to two digits. */
export function percent(rate: number): string {
  const scaled = rate * 100;
  if (scaled === 0) return '0 %';
  return `${scaled >= 99.5 ? scaled.toFixed(0) : Number(scaled.toPrecision(2))} %`;
}

/** Counts with a comma between thousands. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A person cannot tell greater evidence apart. */
const largest = 1e12;

/** The chance of evidence of eˡᵒᵍ at some time without a fault: `1 in 120,000`. */
export function byChance(log: number): string {
  const evidence = Math.exp(Math.min(log, Math.log(largest)));
  if (evidence <= 1) return 'no evidence';
  return evidence >= largest * (1 - 1e-9)
    ? 'less than 1 in 1,000,000,000,000'
    : `1 in ${count(Number(evidence.toPrecision(2)))}`;
}

/** A minute as mails show it: `14:03 UTC`. */
export function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** The day of a moment: `2026-11-19`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
