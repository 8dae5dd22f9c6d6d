/**
 * The members of both objects, those of `over` first, like `{ ...under, ...over }`. Getters stay getters: a setting of
 * the account is read where it takes effect, and whoever wants to know which settings a run reads can note it there.
 */
export function mergeLazily<A extends object, B extends object>(under: A, over: B): Omit<A, keyof B> & B {
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(under), ...Object.getOwnPropertyDescriptors(over) },
  ) as Omit<A, keyof B> & B;
}

/** The members with these names that an object has. Getters stay getters. */
export function pickLazily<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  const picked = {};
  for (const name of names) {
    const member = Object.getOwnPropertyDescriptor(from, name);
    if (member) Object.defineProperty(picked, name, member);
  }
  return picked as Pick<T, K>;
}
