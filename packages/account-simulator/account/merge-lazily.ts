/**
 * The members of both objects, those of `over` first, like `{ ...under, ...over }`. Getters stay getters: an account setting
 * is read only where it takes effect, so that a caller can record which settings a run reads.
 */
export function mergeLazily<A extends object, B extends object>(under: A, over: B): Omit<A, keyof B> & B {
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(under), ...Object.getOwnPropertyDescriptors(over) },
  ) as Omit<A, keyof B> & B;
}

/** The named members of an object. Getters stay getters. */
export function pickLazily<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  const picked = {};
  for (const name of names) {
    const member = Object.getOwnPropertyDescriptor(from, name);
    if (member) Object.defineProperty(picked, name, member);
  }
  return picked as Pick<T, K>;
}
