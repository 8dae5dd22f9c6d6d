/**
 * The only source of chance in a rehearsal: a seeded generator that can be forked by name.
 *
 * A fork depends only on the seed and the names on its path, never on how many numbers others drew, so a scenario that adds
 * a call in one place does not change the traffic in another.
 *
 * Generator: sfc32 (Chris Doty-Humphrey's Small Fast Counting generator, PractRand); seeding by 32-bit FNV-1a.
 */
export class SeededRandom {
  readonly #path: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string, path = '') {
    this.#path = `${seed}${path}`;
    this.#a = fnv1a(`a:${this.#path}`);
    this.#b = fnv1a(`b:${this.#path}`);
    this.#c = fnv1a(`c:${this.#path}`);
    for (let i = 0; i < 12; i += 1) this.#next();
  }

  /** An independent generator for one named purpose. */
  fork(name: string): SeededRandom {
    return new SeededRandom(this.#path, `/${name}`);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.#next() / 4294967296;
  }

  /** Uniform integer in [low, high], both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /** One of `items`, each as likely as the others. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick needs at least one item');
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** Standard normal (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Exponential with mean `mean`. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** Poisson with mean `mean`: exact below 30 (Knuth); above, a rounded normal that is off by under 1 %. */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let product = this.uniform();
    let count = 0;
    while (product > limit) {
      product *= this.uniform();
      count += 1;
    }
    return count;
  }

  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string {
    return this.#characters(length, '0123456789abcdef');
  }

  /** `length` capital letters and digits, as CodeDeploy and CloudFormation use in generated names. */
  alphanumeric(length: number): string {
    return this.#characters(length, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
  }

  /** A version 4 UUID. */
  uuid(): string {
    const h = this.hex(32);
    const variant = '89ab'[this.integer(0, 3)];
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20)}`;
  }

  #characters(length: number, alphabet: string): string {
    let text = '';
    for (let i = 0; i < length; i += 1) text += alphabet[this.integer(0, alphabet.length - 1)];
    return text;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
