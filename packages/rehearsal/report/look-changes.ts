/** The compared parts of a look. */
export interface LookSummary {
  readonly phase: string;
  readonly share: number;
  readonly verdict: string;
  readonly next: string;
}

/**
 * A watch looks every minute and mostly finds the same. The returned function tells whether the phase, the share of the
 * traffic, the verdict or the next step differs from the last look at the same deployment.
 */
export function lookChanges(): (deploymentId: string, look: LookSummary) => boolean {
  const last = new Map<string, string>();
  return (deploymentId, { phase, share, verdict, next }) => {
    const seen = JSON.stringify([phase, share, verdict, next]);
    if (last.get(deploymentId) === seen) return false;
    last.set(deploymentId, seen);
    return true;
  };
}
