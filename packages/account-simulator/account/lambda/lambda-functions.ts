import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError } from '../service.ts';
import {
  codeSha256,
  type FunctionSettings,
  type FunctionVersion,
  sameSettings,
} from './function-settings.ts';
import { type AliasTarget, checkAliasTarget, LambdaAlias, type SharePoint } from './lambda-alias.ts';
import { aliasNotFound, functionNotFound, weightsWithProvisionedConcurrency } from './lambda-errors.ts';
import { type FunctionOwner, type LambdaFunction, lastPublished } from './lambda-function.ts';

/** A change of an alias's traffic shares. */
export interface AliasChange extends SharePoint {
  readonly functionName: string;
  readonly alias: string;
}

/** The parts of {@link LambdaFunctions}. */
export interface LambdaFunctionsOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** 12 digits. */
  readonly accountId?: string;
  readonly region?: string;
}

/** Time until provisioned concurrency is allocated, s. Not documented: a minute or two is usual. */
const ALLOCATION_SECONDS = [60, 120] as const;

/**
 * The functions of the account with their versions and aliases, as used by the rest of the simulation: stacks create and
 * change functions, CodeDeploy moves aliases, the traffic model reads the shares. The operations of SDK clients are in
 * `SimulatedLambda`, which keeps its rules here.
 */
export class LambdaFunctions {
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #arnPrefix: string;
  readonly #deletedCode = new Map<string, string>();
  readonly #functions = new Map<string, LambdaFunction>();
  /** Owners and traffic shares of deleted functions and aliases. */
  readonly #formerOwners = new Map<string, FunctionOwner>();
  readonly #formerShares = new Map<string, readonly SharePoint[]>();
  readonly #listeners = new Set<(change: AliasChange) => void>();

  constructor({ clock, random, accountId = '123456789012', region = 'us-east-1' }: LambdaFunctionsOptions) {
    this.#clock = clock;
    this.#random = random.fork('lambda');
    this.#arnPrefix = `arn:aws:lambda:${region}:${accountId}:function:`;
  }

  /** Virtual time, ms since the epoch. */
  get now(): number {
    return this.#clock.now();
  }

  /** ARN of a function, or of its version or alias `qualifier`. */
  arn(functionName: string, qualifier?: string): string {
    return `${this.#arnPrefix}${functionName}${qualifier === undefined ? '' : `:${qualifier}`}`;
  }

  /** Creates a function without versions. @throws ResourceConflictException if the name is taken */
  createFunction(name: string, settings: FunctionSettings, owner?: FunctionOwner): void {
    if (this.#functions.has(name)) {
      throw new AwsError('ResourceConflictException', `Function already exist: ${name}`, 409, {
        Type: 'User',
      });
    }
    this.#functions.set(name, {
      name,
      owner,
      latest: settings,
      latestModifiedAt: this.#clock.now(),
      latestRevisionId: this.#random.uuid(),
      versions: new Map(),
      nextVersion: 1,
      aliases: new Map(),
      provisioned: new Map(),
    });
  }

  /** Replaces code and configuration of `$LATEST`. @throws ResourceNotFoundException */
  updateFunction(name: string, settings: FunctionSettings): void {
    const fn = this.find(name);
    fn.latest = settings;
    fn.latestModifiedAt = this.#clock.now();
    fn.latestRevisionId = this.#random.uuid();
  }

  /** Removes a function with its versions and aliases; does nothing if there is none. */
  deleteFunction(name: string): void {
    const fn = this.#functions.get(name);
    if (!fn) return;
    for (const alias of fn.aliases.keys()) this.deleteAlias(name, alias);
    for (const { version, code } of fn.versions.values()) this.#deletedCode.set(`${name}:${version}`, code);
    if (fn.owner) this.#formerOwners.set(name, fn.owner);
    this.#functions.delete(name);
  }

  /** Every function, in the order of creation. */
  get functions(): readonly LambdaFunction[] {
    return [...this.#functions.values()];
  }

  hasFunction(name: string): boolean {
    return this.#functions.has(name);
  }

  /** The stack and logical id that own a function, or owned it; `undefined` for a function without a stack. */
  owner(name: string): FunctionOwner | undefined {
    return this.#functions.get(name)?.owner ?? this.#formerOwners.get(name);
  }

  /**
   * Publishes `$LATEST`.
   *
   * @param always creates a new version even when nothing changed since the last one
   * @returns the new version, or the last one when nothing changed since (`created` tells which)
   * @throws ResourceNotFoundException
   */
  publishVersion(name: string, description = '', always = false): { version: string; created: boolean } {
    const fn = this.find(name);
    const last = lastPublished(fn);
    if (!always && last && sameSettings(last, fn.latest)) return { version: last.version, created: false };
    const version = String(fn.nextVersion);
    fn.nextVersion += 1;
    fn.versions.set(version, {
      ...fn.latest,
      version,
      codeSha256: codeSha256(fn.latest.code),
      description,
      publishedAt: this.#clock.now(),
      revisionId: this.#random.uuid(),
    });
    return { version, created: true };
  }

  /** The first published version with exactly the settings of `$LATEST`, if there is one. */
  versionLikeLatest(name: string): string | undefined {
    const fn = this.find(name);
    for (const version of fn.versions.values()) if (sameSettings(version, fn.latest)) return version.version;
    return undefined;
  }

  /** A published version, with the `code` label of its behaviour. */
  version(functionName: string, version: string): FunctionVersion | undefined {
    return this.#functions.get(functionName)?.versions.get(version);
  }

  /** The `code` label of a version, deleted ones included. */
  codeOf(functionName: string, version: string): string | undefined {
    return this.version(functionName, version)?.code ?? this.#deletedCode.get(`${functionName}:${version}`);
  }

  /** Deletes a version. @throws ResourceConflictException while an alias refers to it */
  deleteVersion(functionName: string, version: string): void {
    const fn = this.find(functionName);
    if (version === '$LATEST') {
      throw new AwsError(
        'InvalidParameterValueException',
        '$LATEST version cannot be deleted without deleting the function.',
      );
    }
    if (!fn.versions.has(version)) throw functionNotFound(this.arn(functionName, version));
    const users = [...fn.aliases.values()].filter((alias) => alias.refersTo(version)).map(({ name }) => name);
    if (users.length > 0) {
      throw new AwsError(
        'ResourceConflictException',
        `Unable to delete version because the following aliases reference it: [${users.join(', ')}]`,
        409,
        { Type: 'User' },
      );
    }
    this.#deletedCode.set(`${functionName}:${version}`, (fn.versions.get(version) as FunctionVersion).code);
    fn.versions.delete(version);
    fn.provisioned.delete(version);
  }

  /** Creates an alias. @throws ResourceConflictException, ResourceNotFoundException, InvalidParameterValueException */
  createAlias(
    functionName: string,
    name: string,
    target: AliasTarget & { readonly description?: string },
  ): void {
    const fn = this.find(functionName);
    if (fn.aliases.has(name)) {
      throw new AwsError(
        'ResourceConflictException',
        `Alias already exists: ${this.arn(functionName, name)}`,
        409,
        {
          Type: 'User',
        },
      );
    }
    const { version, weights } = target;
    this.#checkTarget(fn, { version, weights });
    const at = this.#clock.now();
    const alias = new LambdaAlias(
      name,
      { version, weights },
      target.description ?? '',
      this.#random.uuid(),
      at,
      this.#formerShares.get(`${functionName}:${name}`),
    );
    fn.aliases.set(name, alias);
    this.#tell(functionName, name, alias.history.at(-1) as SharePoint);
  }

  /** The target of an alias; `undefined` without such a function or alias. */
  aliasTarget(functionName: string, alias: string): AliasTarget | undefined {
    return this.#functions.get(functionName)?.aliases.get(alias)?.target;
  }

  /** Changes the target of an alias. @throws ResourceNotFoundException, InvalidParameterValueException */
  pointAlias(functionName: string, name: string, target: AliasTarget): void {
    const fn = this.find(functionName);
    const alias = this.findAlias(fn, name);
    this.#checkTarget(fn, target);
    if (Object.keys(target.weights).length > 0 && fn.provisioned.has(name)) {
      throw weightsWithProvisionedConcurrency();
    }
    alias.revisionId = this.#random.uuid();
    const point = alias.pointAt(target, this.#clock.now());
    if (!point) return;
    const provisioned = fn.provisioned.get(name);
    if (provisioned) this.provision(functionName, name, provisioned.requested);
    this.#tell(functionName, name, point);
  }

  /** Removes an alias; does nothing if there is none. */
  deleteAlias(functionName: string, name: string): void {
    const fn = this.#functions.get(functionName);
    const alias = fn?.aliases.get(name);
    if (!fn || !alias) return;
    this.#formerShares.set(`${functionName}:${name}`, [
      ...alias.history,
      { at: this.#clock.now(), shares: {} },
    ]);
    fn.aliases.delete(name);
    fn.provisioned.delete(name);
  }

  /** Requests provisioned concurrency. @throws InvalidParameterValueException on an alias with weights */
  provision(functionName: string, qualifier: string, executions: number): void {
    const fn = this.find(functionName);
    if (fn.aliases.get(qualifier)?.isWeighted) throw weightsWithProvisionedConcurrency();
    const now = this.#clock.now();
    const readyAt = now + this.#random.integer(ALLOCATION_SECONDS[0] * 1000, ALLOCATION_SECONDS[1] * 1000);
    fn.provisioned.set(qualifier, { requested: executions, readyAt, lastModified: now });
  }

  /** Ends provisioned concurrency; does nothing if there is none. */
  unprovision(functionName: string, qualifier: string): void {
    this.#functions.get(functionName)?.provisioned.delete(qualifier);
  }

  /** The history of an alias's traffic shares, oldest first; empty for an alias that never existed. Live, not a copy. */
  shareHistory(functionName: string, alias: string): readonly SharePoint[] {
    const found = this.#functions.get(functionName)?.aliases.get(alias);
    return found?.history ?? this.#formerShares.get(`${functionName}:${alias}`) ?? [];
  }

  /** Calls `listener` at every change of an alias's shares, its creation included; returns a function that removes it. */
  onAliasChange(listener: (change: AliasChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(functionName: string, alias: string, point: SharePoint): void {
    for (const listener of this.#listeners) listener({ functionName, alias, ...point });
  }

  /** @throws ResourceNotFoundException */
  find(name: string): LambdaFunction {
    const fn = this.#functions.get(name);
    if (!fn) throw functionNotFound(this.arn(name));
    return fn;
  }

  /** @throws ResourceNotFoundException */
  findAlias(fn: LambdaFunction, name: string | undefined): LambdaAlias {
    const alias = fn.aliases.get(name ?? '');
    if (!alias) throw aliasNotFound(this.arn(fn.name, name));
    return alias;
  }

  #checkTarget(fn: LambdaFunction, target: AliasTarget): void {
    for (const version of [target.version, ...Object.keys(target.weights)]) {
      if (version !== '$LATEST' && !fn.versions.has(version))
        throw functionNotFound(this.arn(fn.name, version));
    }
    checkAliasTarget(target);
  }
}
