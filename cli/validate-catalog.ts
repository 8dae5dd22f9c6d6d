import { SSMClient } from '@aws-sdk/client-ssm';
import { CatalogParameters } from '../shared/aws/catalog-parameters.ts';
import { checkFiles } from './check-files.ts';
import { checkOnline } from './check-online.ts';
import type { Command } from './command-line.ts';
import { findCoordinator } from './find-coordinator.ts';
import { renderFindings } from './render-findings.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** Checks entries and says what is wrong; what only the account knows is checked with `--online`. */
export async function validateCatalog(
  { paths, online, json, place }: Extract<Command, { do: 'validate' }>,
  terminal: Terminal,
): Promise<ExitStatus> {
  const checked = online ? await checkWithAccount() : await checkFiles(paths);
  const { entries, findings, isGood } = checked;
  const notChecked = online ? [] : ['alarms', 'functions', 'stacks', 'services that no file has'];
  if (json) {
    const services = entries.map(({ file, entry }) => ({ file, service: entry.service }));
    terminal.out(JSON.stringify({ good: isGood, services, findings, notChecked }, null, 2));
    return isGood ? 0 : 1;
  }
  for (const line of renderFindings(checked)) terminal.out(line);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  terminal.out(`${entries.length} entries read, ${errors} errors, ${findings.length - errors} notes`);
  if (!online) terminal.out(`Not checked: ${notChecked.join(', ')}; --online asks the account.`);
  return isGood ? 0 : 1;

  async function checkWithAccount() {
    const { clientConfig, catalogPath } = await findCoordinator(place, terminal);
    const there = await new CatalogParameters(new SSMClient(clientConfig), catalogPath).read();
    const names = there.map(({ service }) => service);
    return checkFiles(paths, names, (found) => checkOnline(found, clientConfig));
  }
}
