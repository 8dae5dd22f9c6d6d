/** A fault in a template, or a feature that the rehearsal does not simulate. */
export interface TemplateProblem {
  /** File that contains the problem. */
  readonly file: string;
  /** Place in the file, as `Resources.Queue.Properties.QueueName`; empty for the whole file. */
  readonly path: string;
  readonly reason: string;
}

/** Every problem found in a template, its definitions and its parameter values, all at once. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly problems: readonly TemplateProblem[];

  constructor(problems: readonly TemplateProblem[]) {
    const lines = problems.map(({ file, path, reason }) => `  ${file}${path ? ` ${path}` : ''}: ${reason}`);
    super(`The template cannot be rehearsed:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/** Collects problems while reading continues, so that one run shows them all. */
export class ProblemList {
  readonly file: string;
  readonly #problems: TemplateProblem[] = [];

  constructor(file: string) {
    this.file = file;
  }

  /** Adds a problem; a repeated problem at the same path is added once. */
  add(path: string, reason: string, file = this.file): void {
    if (this.#problems.some((known) => known.path === path && known.reason === reason && known.file === file))
      return;
    this.#problems.push({ file, path, reason });
  }

  /** True if a problem at or below `path` is known, so that reading on would only repeat it. */
  hasAt(path: string): boolean {
    return this.#problems.some(
      ({ path: known }) => known === path || known.startsWith(`${path}.`) || known.startsWith(`${path}[`),
    );
  }

  get problems(): readonly TemplateProblem[] {
    return this.#problems;
  }

  /** @throws TemplateError if there is any problem */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new TemplateError(this.#problems);
  }
}
