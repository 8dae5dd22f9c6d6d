import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { CatalogParameter, CatalogParameters } from '../../shared/aws/catalog-parameters.ts';
import type { CatalogStore } from '../../shared/catalog/catalog-store.ts';
import { parseServiceEntry } from '../../shared/catalog/parse-service-entry.ts';
import type { ServiceEntry } from '../../shared/catalog/service-entry.ts';
import { TransientFailure } from '../../shared/errors.ts';
import type { MailRoom } from '../../shared/mail/mail-room.ts';
import { catalogRefusedMail, type RefusedParameter } from '../../shared/mail/monitoring-mails.ts';

/** A "Parameter Store Change" event, or anything else: the parameters are read afresh either way. */
export const compileCatalogInput = z.unknown();

/** What the rule needs. */
export interface CompileCatalogDeps {
  readonly parameters: CatalogParameters;
  readonly catalog: CatalogStore;
  readonly mailRoom: MailRoom;
  readonly environment: string;
  readonly now: () => number;
}

/** One of n compilations at once wins each round; this many rounds let as many changes come together. */
const maxTries = 20;

/** What a compilation made. */
export interface CompiledNumbers {
  readonly services: number;
  readonly refused: number;
}

/**
 * Compiles the parameters of all services into the one object that planning and monitoring read.
 *
 * A parameter that cannot be read never takes down the others, nor the service it is about: its last good form
 * stays in force, and the stakeholders are told what is wrong with it, once per state of the parameters.
 */
export function compileCatalog({ parameters, catalog, mailRoom, environment, now }: CompileCatalogDeps) {
  return async (): Promise<CompiledNumbers> => {
    let services: Record<string, ServiceEntry> = {};
    let refused: RefusedParameter[] = [];
    const compileOnce = () =>
      catalog.replace(async (inForce) => {
        ({ services, refused } = compile(await parameters.read(), inForce));
        return { compiledAt: new Date(now()).toISOString(), services };
      });
    let replaced = await compileOnce();
    // Several changes at once: what was read may be older than what another compilation read, so read again.
    for (let tries = 1; !replaced && tries < maxTries; tries += 1) replaced = await compileOnce();
    if (!replaced) throw new TransientFailure(`${maxTries} other compilations of the catalog were faster.`);
    if (refused.length > 0) {
      const state = createHash('sha256').update(JSON.stringify(refused)).digest('hex').slice(0, 16);
      await mailRoom.send('catalog', state, 'compile-catalog', catalogRefusedMail(environment, refused));
    }
    return { services: Object.keys(services).length, refused: refused.length };
  };
}

function compile(
  parameters: readonly CatalogParameter[],
  inForce: Readonly<Record<string, ServiceEntry>>,
): { services: Record<string, ServiceEntry>; refused: RefusedParameter[] } {
  const services: Record<string, ServiceEntry> = {};
  const refused: RefusedParameter[] = [];
  const byService = [...parameters].sort((a, b) => (a.service < b.service ? -1 : 1));
  for (const { name, service, value } of byService) {
    const parsed = parseServiceEntry(value, service);
    const kept = inForce[service];
    if ('entry' in parsed) services[service] = parsed.entry;
    else if (kept) services[service] = kept;
    if ('problems' in parsed) {
      const reason = parsed.problems
        .map((problem) => (problem.path ? `${problem.path}: ${problem.reason}` : problem.reason))
        .join('; ');
      const owners = parsed.owners ?? kept?.owners ?? [];
      refused.push({ parameter: name, reason, kept: kept !== undefined, owners });
    }
  }
  return { services, refused };
}
