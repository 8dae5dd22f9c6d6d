import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import * as z from 'zod';
import type { CatalogParameters } from '../../shared/aws/catalog-parameters.ts';
import type { CatalogStore } from '../../shared/catalog/catalog-store.ts';
import { type ServiceEntry, serviceEntry } from '../../shared/catalog/service-entry.ts';
import type { MailRoom } from '../../shared/mail/mail-room.ts';
import { catalogRefusedMail } from '../../shared/mail/monitoring-mails.ts';
import { describeIssues } from '../../shared/task.ts';

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
    const before = (await catalog.find())?.services ?? {};
    const services: Record<string, ServiceEntry> = {};
    const refused: { parameter: string; reason: string; kept: boolean }[] = [];
    for (const { name, service, value } of await parameters.read()) {
      const parsed = parseEntry(service, value);
      if ('entry' in parsed) {
        services[service] = parsed.entry;
        continue;
      }
      const kept = before[service];
      if (kept) services[service] = kept;
      refused.push({ parameter: name, reason: parsed.reason, kept: kept !== undefined });
    }
    const sorted = Object.fromEntries(Object.entries(services).sort(([a], [b]) => (a < b ? -1 : 1)));
    await catalog.write({ compiledAt: new Date(now()).toISOString(), services: sorted });
    if (refused.length > 0) {
      const state = createHash('sha256').update(JSON.stringify(refused)).digest('hex').slice(0, 16);
      await mailRoom.send('catalog', state, 'compile-catalog', catalogRefusedMail(environment, refused));
    }
    return { services: Object.keys(sorted).length, refused: refused.length };
  };
}

function parseEntry(service: string, text: string): { entry: ServiceEntry } | { reason: string } {
  let value: unknown;
  try {
    // YAML 1.2 holds JSON, so one parser reads both forms.
    value = parse(text);
  } catch (error) {
    return { reason: `it is neither JSON nor YAML: ${(error as Error).message.split('\n')[0]}` };
  }
  const parsed = serviceEntry.safeParse(value);
  if (!parsed.success) return { reason: describeIssues(parsed.error) };
  if (parsed.data.service !== service) {
    return { reason: `service: is "${parsed.data.service}", but the parameter is named for "${service}"` };
  }
  return { entry: parsed.data };
}
