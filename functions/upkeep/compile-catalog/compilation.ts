import type { CatalogParameter } from '../../../shared/aws/catalog-parameters.ts';
import { unknownProviders } from '../../../shared/catalog/check-catalog.ts';
import { type EntryProblem, parseServiceEntry } from '../../../shared/catalog/parse-service-entry.ts';
import { type ServiceEntry, stacksOf } from '../../../shared/catalog/service-entry.ts';
import { contestedStacks, placeOf } from '../../../shared/catalog/stack-owners.ts';
import { contestedTargets } from '../../../shared/catalog/target-owners.ts';
import type { RefusedParameter } from '../../../shared/mail/monitoring-mails.ts';

import { type TargetEntry, targetName } from '../../../shared/targets/shapes.ts';
import type { MissingAlias } from './missing-aliases.ts';

/** Entries by service. */
export type Services = Readonly<Record<string, ServiceEntry>>;

/** A parameter with something wrong in it, and its version. */
export interface Refusal extends RefusedParameter {
  readonly version: number;
  /** What may be meant, behind the reason. */
  readonly hint?: string;
}

/** One compilation: what the parameters say, as far as it can be in force. */
export class Compilation {
  readonly refused: Refusal[] = [];
  readonly #others: Services;
  readonly #inForce: Services;
  readonly #parameters: ReadonlyMap<string, CatalogParameter>;
  /** What the parameters bring into force: as they are written, or their last good form. */
  readonly #compiled = new Map<string, ServiceEntry>();
  /** Services that are in force as their parameters are written. */
  readonly #asWritten = new Set<string>();

  /**
   * @param others services that stay as they are in force
   * @param inForce the last good form of every service
   */
  constructor(read: readonly CatalogParameter[], others: Services, inForce: Services) {
    this.#others = others;
    this.#inForce = inForce;
    this.#parameters = new Map(read.map((parameter) => [parameter.service, parameter]));
    for (const { service, value } of read) {
      const parsed = parseServiceEntry(value, service);
      if ('problems' in parsed) {
        this.#refuse(service, parsed.problems, parsed.owners);
      } else {
        this.#compiled.set(service, parsed.entry);
        this.#asWritten.add(service);
      }
    }
  }

  /** The entries that come into force as they are written, as far as is known yet. */
  candidates(): ServiceEntry[] {
    return this.compiled().filter(({ service }) => this.#asWritten.has(service));
  }

  /** What comes into force of the parameters. */
  compiled(): ServiceEntry[] {
    return [...this.#compiled.values()];
  }

  /**
   * Refuses an entry for a stack that is not there, where a last good form without that stack can stay in force. Otherwise
   * it comes into force all the same, so that the stack is looked after from its first deployment on.
   *
   * @param nearest the stack that may be meant
   */
  tellMissing(entry: ServiceEntry, stack: string, nearest: string | undefined): void {
    const { service, owners } = entry;
    const earlier = this.#inForce[service];
    const problem = { path: placeOf(stack, entry), reason: `there is no stack "${stack}"` };
    const hint = nearest === undefined ? {} : { hint: `; did you mean "${nearest}"?` };
    if (earlier && !stacksOf(earlier).includes(stack)) this.#refuse(service, [problem], owners, hint);
    else this.#tell(service, [problem], owners, { stands: 'as-written', ...hint });
  }

  /**
   * Tells of an alias that an entry lists and its stacks do not have. The last good form stays in force where it does not
   * list it; otherwise the entry comes into force all the same, since its next release may bring the alias.
   */
  tellMissingAlias(entry: ServiceEntry, { path, name, reason }: MissingAlias): void {
    const { service, owners } = entry;
    const earlier = this.#inForce[service];
    const isNew = earlier && !earlier.targets.some((target) => targetName(target) === name);
    if (isNew) this.#refuse(service, [{ path, reason }], owners);
    else this.#tell(service, [{ path, reason }], owners, { stands: 'as-written' });
  }

  /**
   * Tells of providers that no service is: their consumer comes into force and goes back with nobody. While a catalog is
   * written entry by entry a provider may be next; then it is told only where the name is like that of another.
   */
  tellUnknownProviders(isWhole: boolean): void {
    const names = this.#entries().map(({ service }) => service);
    for (const { service, path, reason, nearest } of unknownProviders(this.candidates(), names)) {
      if (!isWhole && nearest === undefined) continue;
      const { owners } = this.#compiled.get(service) ?? {};
      this.#tell(service, [{ path, reason }], owners, { stands: 'unlinked' });
    }
  }

  /** Refuses the entries that name what is a target of another service. */
  settleTargets(): void {
    const had = (service: string, target: TargetEntry) =>
      this.#inForce[service]?.targets.some((one) => targetName(one) === targetName(target)) ?? false;
    for (;;) {
      const contested = contestedTargets(this.#entries(), had);
      const next = contested.find(({ service }) => this.#asWritten.has(service));
      if (!next) return;
      this.#refuse(next.service, [next], this.#ownersOf(next.service, next.owner));
    }
  }

  /** Refuses the entries that name a stack of another service, until each stack is named by one. */
  settleStacks(): void {
    const had = (service: string, stack: string) => {
      const earlier = this.#inForce[service];
      return earlier !== undefined && stacksOf(earlier).includes(stack);
    };
    for (;;) {
      const contested = contestedStacks(this.#entries(), had).filter(({ service }) =>
        this.#asWritten.has(service),
      );
      // Who had a stack keeps it. Only then is it known who comes first to a stack that nobody had.
      const next = contested.find(({ owner, stack }) => had(owner, stack)) ?? contested[0];
      if (!next) return;
      const { service, path, stack, owner } = next;
      const problem = { path, reason: `"${stack}" is the stack of ${owner}` };
      this.#refuse(service, [problem], this.#ownersOf(service, owner));
    }
  }

  /** All entries as they would come into force now, in the order of their services. */
  #entries(): ServiceEntry[] {
    return [...Object.values(this.#others), ...this.#compiled.values()].sort((a, b) =>
      a.service < b.service ? -1 : 1,
    );
  }

  /** Whom a quarrel of two services concerns. */
  #ownersOf(...services: readonly [string, string]): string[] {
    const entries = this.#entries();
    const owners = services.flatMap((name) => entries.find(({ service }) => service === name)?.owners ?? []);
    return [...new Set(owners)];
  }

  #refuse(
    service: string,
    problems: readonly EntryProblem[],
    owners: readonly string[] | undefined,
    hint: Pick<Refusal, 'hint'> = {},
  ): void {
    const earlier = this.#inForce[service];
    this.#asWritten.delete(service);
    if (earlier) this.#compiled.set(service, earlier);
    else this.#compiled.delete(service);
    this.#tell(service, problems, owners, { stands: earlier ? 'last-good-form' : 'nothing', ...hint });
  }

  #tell(
    service: string,
    problems: readonly EntryProblem[],
    owners: readonly string[] | undefined,
    what: Pick<Refusal, 'stands' | 'hint'>,
  ): void {
    const parameter = this.#parameters.get(service);
    if (!parameter) return;
    const reason = problems.map(({ path, reason }) => (path ? `${path}: ${reason}` : reason)).join('; ');
    this.refused.push({
      parameter: parameter.name,
      version: parameter.version,
      service,
      reason,
      owners: owners?.length ? owners : (this.#inForce[service]?.owners ?? []),
      ...what,
    });
  }
}
