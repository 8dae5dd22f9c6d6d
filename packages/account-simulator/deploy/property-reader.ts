import {
  isList,
  isMap,
  kindOf,
  type TemplateMap,
  type TemplateValue,
} from '../account/template/template-value.ts';
import type { ProblemList } from './template-problem.ts';

/**
 * Reads resolved properties with their expected types, and reports each property of another type.
 *
 * A failed reading returns a stand-in of the expected type, so that the rest can be read and checked too; a template with
 * problems is never deployed. Numbers and booleans may be given as text and the other way round, as CloudFormation allows.
 */
export class PropertyReader {
  readonly path: string;
  readonly #map: TemplateMap;
  readonly #problems: ProblemList;

  constructor(map: TemplateMap, path: string, problems: ProblemList) {
    this.#map = map;
    this.path = path;
    this.#problems = problems;
  }

  /** Reports every property that is not in `names`. */
  only(names: readonly string[]): this {
    for (const name of Object.keys(this.#map)) {
      if (!names.includes(name)) this.refuse(name, 'is not simulated');
    }
    return this;
  }

  refuse(name: string, reason: string): void {
    this.#problems.add(this.at(name), reason);
  }

  at(name: string): string {
    return name ? `${this.path}.${name}` : this.path;
  }

  has(name: string): boolean {
    return this.#map[name] !== undefined;
  }

  raw(name: string): TemplateValue | undefined {
    return this.#map[name];
  }

  text(name: string, otherwise?: string): string {
    const value = this.#map[name];
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return this.#missing(name, value, 'text', otherwise ?? '');
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  number(name: string, otherwise?: number): number {
    const value = this.#map[name];
    if (value === undefined && otherwise !== undefined) return otherwise;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && !Number.isNaN(number)) return number;
    return this.#missing(name, value, 'a number', otherwise ?? 0);
  }

  /** A whole number within the limits the service documents. */
  whole(name: string, low: number, high: number, otherwise?: number): number {
    const number = this.number(name, otherwise);
    if (this.#problems.hasAt(this.at(name))) return low;
    if (Number.isInteger(number) && number >= low && number <= high) return number;
    this.refuse(name, `must be a whole number from ${low} to ${high}, not ${number}`);
    return low;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#map[name];
    if (value === undefined) return otherwise;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    return this.#missing(name, value, 'true or false', otherwise);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], otherwise?: T): T {
    const value = this.text(name, otherwise);
    const known = allowed.find((one) => one === value);
    if (known !== undefined) return known;
    if (!this.#problems.hasAt(this.at(name))) {
      this.refuse(name, `${value} is not simulated; simulated: ${allowed.join(', ')}`);
    }
    return allowed[0] as T;
  }

  /** A reader of the mapping at `name`; an empty mapping where it is absent. */
  map(name: string): PropertyReader {
    const value = this.#map[name] ?? {};
    const map = isMap(value) ? value : this.#missing(name, value, 'a mapping', {});
    return new PropertyReader(map, this.at(name), this.#problems);
  }

  /** The mappings of a list; none where it is absent. */
  maps(name: string): PropertyReader[] {
    return this.list(name).map((item, at) => {
      const path = `${name}[${at}]`;
      const map = isMap(item) ? item : this.#missing(path, item, 'a mapping', {});
      return new PropertyReader(map, this.at(path), this.#problems);
    });
  }

  list(name: string): readonly TemplateValue[] {
    const value = this.#map[name] ?? [];
    return isList(value) ? value : this.#missing(name, value, 'a list', []);
  }

  /** A list of texts, or a single text. */
  texts(name: string): readonly string[] {
    const value = this.#map[name];
    const list = value === undefined ? [] : isList(value) ? value : [value];
    return list.map((item, at) =>
      typeof item === 'string' ? item : this.#missing(`${name}[${at}]`, item, 'text', ''),
    );
  }

  keys(): readonly string[] {
    return Object.keys(this.#map);
  }

  #missing<T>(name: string, value: TemplateValue | undefined, wanted: string, standIn: T): T {
    const path = this.at(name);
    // An unresolved value has been reported already.
    if (!this.#problems.hasAt(path)) {
      this.#problems.add(
        path,
        value === undefined ? 'is required' : `must be ${wanted}, not ${kindOf(value)}`,
      );
    }
    return standIn;
  }
}
