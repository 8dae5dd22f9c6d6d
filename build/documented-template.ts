import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseYaml } from 'account-simulator/account/template/yaml-document.ts';
import { ProblemList } from 'account-simulator/deploy/template-problem.ts';

// biome-ignore lint/suspicious/noExplicitAny: resources and states of every kind are read.
type Plain = any;

/** A function of the template. */
export interface DocumentedFunction {
  /** Logical id without `Function`: the name of its state and folder. */
  readonly name: string;
  /** Folder of `functions/` that holds it. */
  readonly room: string;
  readonly description: string;
  /** Its invocations from outside: rules and schedules, in words. */
  readonly events: readonly string[];
  /** AWS services that invoke it without a rule, in words. */
  readonly services: readonly string[];
  /** Machines that its environment names or that it may start. */
  readonly starts: readonly string[];
  readonly statements: readonly DocumentedStatement[];
}

/** A machine of the template. */
export interface DocumentedMachine {
  /** `monitor-deployment`, … */
  readonly name: string;
  /** Functions that its states invoke. */
  readonly calls: readonly string[];
  /** Machines that its states start. */
  readonly starts: readonly string[];
}

/** A statement of a role, its resources as text: ARNs without partition, account and Region. */
export interface DocumentedStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Only for the coordinator's own resources. */
  readonly own: boolean;
}

/** The parts of `template.yaml` and `statemachines/` that the documents show. */
export interface DocumentedTemplate {
  readonly functions: readonly DocumentedFunction[];
  readonly machines: readonly DocumentedMachine[];
}

/** @throws Error when a file cannot be parsed */
export function readTemplate(root: string): DocumentedTemplate {
  const resources: Readonly<Record<string, Plain>> = parse(root, 'template.yaml').Resources;
  const ids = (type: string) => Object.keys(resources).filter((id) => resources[id].Type === type);
  const machineName = (id: string) => path.basename(resources[id].Properties.DefinitionUri, '.asl.yaml');
  const machineIds = ids('AWS::Serverless::StateMachine');
  const isMachine = (id: string) => machineIds.includes(id);

  const functions = ids('AWS::Serverless::Function').map((id): DocumentedFunction => {
    const { CodeUri, Description, Events = {}, Environment, FunctionName } = resources[id].Properties;
    const statements = statementsOf(id, resources);
    const started = [
      ...Object.values<Plain>(Environment?.Variables ?? {}),
      ...statements.flatMap(({ actions, raw }) => (actions.includes('states:StartExecution') ? raw : [])),
    ].flatMap((value) => machineIds.filter((machine) => refersTo(value, machine, machineName(machine))));
    const mayStart = statements.some(({ actions }) => actions.includes('states:StartExecution'));
    return {
      name: id.replace(/Function$/, ''),
      room: /^dist\/functions\/([^/]+)\//.exec(CodeUri)?.[1] ?? '',
      description: Description,
      events: Object.values<Plain>(Events).map(eventInWords),
      services: servicesOf(id, FunctionName, resources),
      starts: mayStart ? [...new Set(started)].map(machineName) : [],
      statements: statements.map(({ raw: _, ...statement }) => statement),
    };
  });

  const machines = machineIds.map((id): DocumentedMachine => {
    const { DefinitionUri, DefinitionSubstitutions } = resources[id].Properties;
    const called = stringsOf(parse(root, DefinitionUri)).flatMap((text) => {
      const [, name = ''] = /^\$\{(\w+)\}$/.exec(text) ?? [];
      const value = DefinitionSubstitutions[name];
      return value?.Ref ?? value?.['Fn::GetAtt']?.[0] ?? [];
    });
    return {
      name: machineName(id),
      calls: [...new Set(called.filter((one) => one.endsWith('Function')))].map((one) =>
        one.replace(/Function$/, ''),
      ),
      starts: [...new Set(called.filter(isMachine))].map(machineName),
    };
  });
  return { functions, machines };
}

/** CodeDeploy, if a team may name the function as a lifecycle hook; API Gateway, if it has the permission. */
function servicesOf(id: string, name: Plain, resources: Readonly<Record<string, Plain>>): string[] {
  const isHook = name !== undefined && JSON.stringify(name).includes('CodeDeployHook_');
  const isOfApi = Object.values(resources).some(
    ({ Type, Properties = {} }) =>
      Type === 'AWS::Lambda::Permission' &&
      Properties.FunctionName?.Ref === id &&
      Properties.Principal === 'apigateway.amazonaws.com',
  );
  return [...(isHook ? ['CodeDeploy, as a lifecycle hook'] : []), ...(isOfApi ? ['API Gateway'] : [])];
}

function parse(root: string, file: string): Plain {
  const problems = new ProblemList(file);
  const value = parseYaml(readFileSync(path.join(root, file), 'utf8'), problems);
  problems.throwIfAny();
  return value;
}

/** Inline statements and those of the template's managed policies on the role. */
function statementsOf(id: string, resources: Readonly<Record<string, Plain>>) {
  const policies: Plain[] = resources[id].Properties.Policies ?? [];
  return policies
    .flatMap((policy) => (policy.Ref ? resources[policy.Ref].Properties.PolicyDocument : policy).Statement)
    .map(({ Effect, Action, Resource }: Plain) => {
      const raw: Plain[] = [Resource].flat().flatMap(branchesOf);
      return {
        effect: Effect,
        actions: [Action].flat() as string[],
        resources: raw.map(resourceInWords),
        own: Effect === 'Allow' && raw.every((one) => isOwn(one, resources)),
        raw,
      };
    });
}

/** The values of a resource under either answer to a condition. */
function branchesOf(resource: Plain): Plain[] {
  const [, ...branches] = resource?.['Fn::If'] ?? [];
  return resource?.['Fn::If'] ? branches.filter((one: Plain) => one?.Ref !== 'AWS::NoValue') : [resource];
}

/** Whether a resource is the coordinator's own: from its template, a machine by its name, or its catalog. */
function isOwn(resource: Plain, resources: Readonly<Record<string, Plain>>): boolean {
  if (resource === '*') return false;
  return (
    Object.keys(resources).some((id) => refersTo(resource, id, id)) ||
    /\$\{Name\}-|parameter\/rollback-coordinator\//.test(text(resource))
  );
}

function refersTo(value: Plain, id: string, machine: string): boolean {
  if (value?.Ref === id || value?.['Fn::GetAtt']?.[0] === id) return true;
  const sub = text(value);
  return sub.includes(`\${${id}}`) || sub.includes(`\${${id}.`) || sub.endsWith(`\${Name}-${machine}`);
}

function text(value: Plain): string {
  return typeof value === 'string' ? value : (value?.['Fn::Sub'] ?? '');
}

function resourceInWords(resource: Plain): string {
  if (resource === '*') return 'all resources';
  if (resource?.Ref === 'AWS::StackId') return "the coordinator's own stack";
  const arn = text(resource) || (resource?.Ref ?? resource?.['Fn::GetAtt']?.[0]);
  // arn:partition:service:region:account:resource
  return /^arn:/.test(arn)
    ? arn.replaceAll(/\$\{AWS::\w+\}/g, '').replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '')
    : arn;
}

function eventInWords({ Type, Properties }: Plain): string {
  if (Type === 'Schedule') return Properties.Schedule.replace(/^rate\((?:1 )?(.*)\)$/, 'every $1');
  const { source, detail } = Properties.Pattern;
  const values = stringsOf(detail).filter((value) => !value.includes('$'));
  const prefix = stringsOf(detail).filter((value) => value.includes('/services/'));
  return `${source[0]}: ${[...values, ...prefix.map(() => "below the catalog's path")].join(', ')}`;
}

/** Every string in a value, except logical ids. */
function stringsOf(value: Plain): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || 'Ref' in value) return [];
  return Object.values(value).flatMap(stringsOf);
}
