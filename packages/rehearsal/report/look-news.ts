/** What a look may have news in. */
export interface LookSummary {
  readonly phase: string;
  readonly share: number;
  readonly verdict: string;
  readonly next: string;
}

/**
 * A watch looks every minute and mostly sees the same: a look is news when its phase, the traffic share, the
 * verdict or what follows is another than at the last look at the same deployment.
 */
export function looksAreNews(): (deploymentId: string, look: LookSummary) => boolean {
  const last = new Map<string, string>();
  return (deploymentId, { phase, share, verdict, next }) => {
    const seen = JSON.stringify([phase, share, verdict, next]);
    if (last.get(deploymentId) === seen) return false;
    last.set(deploymentId, seen);
    return true;
  };
}
