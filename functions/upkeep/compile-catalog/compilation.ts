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

/** A parameter with problems, and its version. */
export interface Refusal extends RefusedParameter {
  readonly version: number;
  /** The name that is probably meant, to follow the reason. */
  readonly hint?: string;
}

/** One compilation: the content of the parameters, as far as it can be in force. */
export class Compilation {
  readonly refused: Refusal[] = [];
  readonly #others: Services;
  readonly #inForce: Services;
  readonly #parameters: ReadonlyMap<string, CatalogParameter>;
  /** Entries that the parameters bring into force: in their written form, or in their last good one. */
  readonly #compiled = new Map<string, ServiceEntry>();
  /** Services whose written form is in force. */
  readonly #asWritten = new Set<string>();

  /**
   * @param others services whose entries in force are kept
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

  /** The entries that come into force in their written form, as far as is known yet. */
  candidates(): ServiceEntry[] {
    return this.compiled().filter(({ service }) => this.#asWritten.has(service));
  }

  /** The entries that come into force. */
  compiled(): ServiceEntry[] {
    return [...this.#compiled.values()];
  }

  /**
   * Refuses an entry with a missing stack, if a last good form without that stack can stay in force. Otherwise the entry
   * comes into force, so that the stack is watched from its first deployment on.
   *
   * @param nearest the stack that is probably meant
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
   * Reports an alias that an entry lists and its stacks do not have. The last good form stays in force if it does not list
   * the alias; otherwise the entry comes into force, since its next release may create the alias.
   */
  tellMissingAlias(entry: ServiceEntry, { path, name, reason }: MissingAlias): void {
    const { service, owners } = entry;
    const earlier = this.#inForce[service];
    const isNew = earlier && !earlier.targets.some((target) => targetName(target) === name);
    if (isNew) this.#refuse(service, [{ path, reason }], owners);
    else this.#tell(service, [{ path, reason }], owners, { stands: 'as-written' });
  }

  /**
   * Reports providers that are no services: their consumer comes into force without that dependency. While a catalog is
   * written entry by entry a provider may follow; then only a name similar to another is reported.
   */
  tellUnknownProviders(isWhole: boolean): void {
    const names = this.#entries().map(({ service }) => service);
    for (const { service, path, reason, nearest } of unknownProviders(this.candidates(), names)) {
      if (!isWhole && nearest === undefined) continue;
      const { owners } = this.#compiled.get(service) ?? {};
      this.#tell(service, [{ path, reason }], owners, { stands: 'unlinked' });
    }
  }

  /** Refuses the entries that name a target of another service. */
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

  /** Refuses the entries that name a stack of another service, until each stack has one service. */
  settleStacks(): void {
    const had = (service: string, stack: string) => {
      const earlier = this.#inForce[service];
      return earlier !== undefined && stacksOf(earlier).includes(stack);
    };
    for (;;) {
      const contested = contestedStacks(this.#entries(), had).filter(({ service }) =>
        this.#asWritten.has(service),
      );
      // A service keeps the stack that it had. Only then is it known which service is the first to name a new stack.
      const next = contested.find(({ owner, stack }) => had(owner, stack)) ?? contested[0];
      if (!next) return;
      const { service, path, stack, owner } = next;
      const problem = { path, reason: `"${stack}" is the stack of ${owner}` };
      this.#refuse(service, [problem], this.#ownersOf(service, owner));
    }
  }

  /** All entries that would come into force now, in the order of their services. */
  #entries(): ServiceEntry[] {
    return [...Object.values(this.#others), ...this.#compiled.values()].sort((a, b) =>
      a.service < b.service ? -1 : 1,
    );
  }

  /** Owners of two services in conflict. */
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
