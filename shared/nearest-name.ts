/** Names of AWS and of ours are shorter; a longer text is not a typing error. */
const longestName = 256;

/** The name in `known` that is nearest to `given`, if any is near; a name that differs only in case comes first. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  if (given.length > longestName) return undefined;
  const sameLetters = known.find((name) => name.toLowerCase() === given.toLowerCase());
  if (sameLetters !== undefined) return sameLetters;
  const [best] = known
    .map((name) => ({ name, distance: editDistance(given, name) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(2, given.length / 3) ? best.name : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
