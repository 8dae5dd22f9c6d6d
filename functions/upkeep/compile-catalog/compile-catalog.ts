import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { CatalogParameter, CatalogParameters } from '../../../shared/aws/catalog-parameters.ts';
import type { Stacks } from '../../../shared/aws/stacks.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { byService } from '../../../shared/catalog/compiled-catalog.ts';
import { readOwnedStacks, withOwnAliases } from '../../../shared/catalog/own-aliases.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { TransientFailure } from '../../../shared/errors.ts';
import type { CompilationLedger } from '../../../shared/ledger/compilation-ledger.ts';
import { limitConcurrency } from '../../../shared/limit-concurrency.ts';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import { catalogDeletedMail, catalogRefusedMail } from '../../../shared/mail/monitoring-mails.ts';
import { isOwnable, targetName } from '../../../shared/targets/shapes.ts';
import { Compilation, type Refusal, type Services } from './compilation.ts';
import { missingAliases } from './missing-aliases.ts';
import { StacksRead } from './stacks-read.ts';

/**
 * A "Parameter Store Change" event; `{onlyIfMissing: true}`, from a caller that finds no catalog; or anything else: the
 * schedule's event, or `{}` by hand.
 */
export const compileCatalogInput = z.unknown();

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html */
const parameterChange = z.object({ detail: z.object({ name: z.string(), operation: z.string() }) });

const missingCatalog = z.object({ onlyIfMissing: z.literal(true) });

export interface CompileCatalogDeps {
  readonly parameters: CatalogParameters;
  readonly stacks: Stacks;
  readonly catalog: CatalogStore;
  readonly compilations: CompilationLedger;
  readonly mailer: Mailer;
  readonly environment: string;
  /** The Region, for the links of mails. */
  readonly region: string;
  readonly now: () => number;
}

/** Of n concurrent compilations one wins each round; this many rounds allow as many concurrent changes. */
const maxTries = 20;

/** Stacks read in parallel. */
const stacksAtOnce = 10;

/** The result of a compilation. */
export interface CompiledNumbers {
  readonly services: number;
  readonly refused: number;
}

/**
 * Compiles the parameters of all services into the one object that planning and monitoring read.
 *
 * An event names one parameter, and only that one is read and replaces its entry in force: if a team writes a thousand of
 * them, three a second, reading all of them again and again would use up the account's 40 reads a second. All are read if
 * nothing was compiled yet and, for lost events, by schedule.
 *
 * The parameters may be older than the coordinator: then no event announces them, and the first deployment, stack update or
 * person that needs the catalog requests it. Many may ask at once; one compilation answers them all.
 *
 * An entry that names a stack owns every alias in it: the stack's resources are read with the entry, and by schedule. If a
 * stack cannot be read, its aliases in force are kept. An entry with a missing stack, or with another service's, is refused,
 * except the first entry of a service: its stack may be deployed after it, and would otherwise not be watched.
 *
 * An unreadable parameter never affects the others, nor its own service: its last good form stays in force, and its problems
 * are mailed to the stakeholders, once for each time it is written.
 *
 * @throws TransientFailure when others were faster every time, Parameter Store does not show the announced parameter, or a
 *   missing catalog is already being compiled
 */
export function compileCatalog(deps: CompileCatalogDeps) {
  const { parameters, stacks, catalog, compilations, mailer, environment, region, now } = deps;

  return async (input: unknown): Promise<CompiledNumbers> => {
    return missingCatalog.safeParse(input).success ? compileMissing() : compileAnew(input);
  };

  async function compileMissing(): Promise<CompiledNumbers> {
    const inForce = await catalog.find();
    if (inForce) return { services: Object.keys(inForce.services).length, refused: 0 };
    if (!(await compilations.begin())) throw new TransientFailure('The catalog is being compiled just now.');
    try {
      return await compileAnew({});
    } finally {
      await compilations.end();
    }
  }

  async function compileAnew(input: unknown): Promise<CompiledNumbers> {
    const change = changeOf(input);
    let services: Services = byService([]);
    let refused: Refusal[] = [];
    let deleted: ServiceEntry[] = [];
    const compileOnce = () =>
      catalog.replace(async (inForce) => {
        ({ services, refused } =
          inForce && change ? await update(inForce, change) : await compileAll(inForce));
        const left = services;
        deleted = Object.values(inForce ?? {}).filter(({ service }) => !Object.hasOwn(left, service));
        return { compiledAt: new Date(now()).toISOString(), services };
      });
    let replaced = await compileOnce();
    // Several changes at once: another compilation may have read newer parameters, so read again.
    for (let tries = 1; !replaced && tries < maxTries; tries += 1) replaced = await compileOnce();
    if (!replaced) throw new TransientFailure(`${maxTries} other compilations of the catalog were faster.`);
    for (const one of refused) await tell(one);
    for (const one of deleted) await tellDeleted(one);
    const count = refused.filter(({ stands }) => stands === 'last-good-form' || stands === 'nothing').length;
    return { services: Object.keys(services).length, refused: count };
  }

  function changeOf(input: unknown): { readonly service: string; readonly deleted: boolean } | undefined {
    const { data } = parameterChange.safeParse(input);
    const service = data && parameters.serviceOf(data.detail.name);
    return service === undefined ? undefined : { service, deleted: data?.detail.operation === 'Delete' };
  }

  async function compileAll(inForce: Services | undefined) {
    // The first catalog may still be being written, entry by entry.
    const isWhole = inForce !== undefined;
    return compile(await parameters.read(), byService([]), inForce ?? byService([]), isWhole);
  }

  /** The services in force with one updated from its current parameter, whatever has happened since the event. */
  async function update(inForce: Services, { service, deleted }: { service: string; deleted: boolean }) {
    const parameter = await parameters.readOne(service);
    if (!parameter && !deleted && !inForce[service]) {
      throw new TransientFailure(`Parameter Store does not show the parameter of ${service} yet.`);
    }
    const others = Object.values(inForce).filter((entry) => entry.service !== service);
    return compile(parameter ? [parameter] : [], byService(others), inForce, false);
  }

  /**
   * @param others services whose entries in force are kept
   * @param isWhole whether the whole catalog is read and is not still being written
   */
  async function compile(
    read: readonly CatalogParameter[],
    others: Services,
    inForce: Services,
    isWhole: boolean,
  ): Promise<{ services: Services; refused: Refusal[] }> {
    const compilation = new Compilation(read, others, inForce);
    const stacksRead = new StacksRead(stacks);
    const limited = limitConcurrency(stacksAtOnce);
    const candidates = compilation.candidates();
    const missing = await Promise.all(candidates.map((entry) => limited(() => stacksRead.missingOf(entry))));
    for (const [index, entry] of candidates.entries()) {
      for (const stack of missing[index] ?? []) {
        compilation.tellMissing(entry, stack, await stacksRead.nearest(stack));
      }
    }
    for (const entry of compilation.candidates()) {
      const owned = await stacksRead.ownedBy(entry);
      for (const missing of owned ? missingAliases(entry, owned) : []) {
        compilation.tellMissingAlias(entry, missing);
      }
    }
    compilation.settleStacks();
    compilation.settleTargets();
    compilation.tellUnknownProviders(isWhole);
    const owning = await Promise.all(
      compilation.compiled().map((entry) => limited(() => owningAliases(entry, inForce, stacksRead))),
    );
    const entries = [...Object.values(others), ...owning].sort((a, b) => (a.service < b.service ? -1 : 1));
    return { services: byService(entries), refused: compilation.refused };
  }

  async function owningAliases(
    entry: ServiceEntry,
    inForce: Services,
    stacksRead: StacksRead,
  ): Promise<ServiceEntry> {
    if (entry.stack === undefined) return entry;
    try {
      return withOwnAliases(entry, await readOwnedStacks(entry, (stack) => stacksRead.resources(stack)));
    } catch {
      // An unreadable stack affects no other service, nor its own: the schedule reads it again.
      const listed = withOwnAliases(entry, []);
      const names = new Set(listed.targets.map(targetName));
      const earlier = inForce[entry.service];
      const before = earlier?.stack === entry.stack ? (earlier?.targets ?? []) : [];
      const kept = before.filter((one) => isOwnable(one) && !names.has(targetName(one)));
      return { ...listed, targets: [...listed.targets, ...kept] };
    }
  }

  async function tellDeleted({ service, owners }: ServiceEntry): Promise<void> {
    const step = `${service}-deleted-${new Date(now()).toISOString()}`;
    await mailer.send('catalog', step, 'compile-catalog', catalogDeletedMail(environment, service, owners));
  }

  async function tell({ version, hint, ...refused }: Refusal): Promise<void> {
    // A deleted parameter counts its versions anew. Hints change with other stacks: a new hint is no new problem.
    const reason = createHash('sha256').update(refused.reason).digest('hex').slice(0, 16);
    const step = `${refused.service}-${version}-${reason}`;
    const mail = catalogRefusedMail(environment, region, {
      ...refused,
      reason: `${refused.reason}${hint ?? ''}`,
    });
    await mailer.send('catalog', step, 'compile-catalog', mail);
  }
}
