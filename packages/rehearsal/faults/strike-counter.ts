/** Selects the matching calls or events that a fault strikes: after the first `skip`, `times` of them. */
export function strikeCounter({
  skip,
  times,
  chance = 1,
  draw = () => 0,
}: {
  readonly skip: number;
  readonly times: number;
  readonly chance?: number;
  /** Uniform in [0, 1); called only where `chance` is below 1. */
  readonly draw?: () => number;
}): () => boolean {
  let toSkip = skip;
  let left = times;
  return () => {
    if (left === 0) return false;
    if (toSkip > 0) {
      toSkip -= 1;
      return false;
    }
    if (chance < 1 && draw() >= chance) return false;
    left -= 1;
    return true;
  };
}
