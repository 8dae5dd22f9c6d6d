import { notSimulated, type Problems } from './problems.ts';
import {
  API_TYPES,
  type ApiRoute,
  checkApi,
  type DeclaredApi,
  expandApis,
  type IdWithDigest,
  IMPLICIT,
} from './sam-apis.ts';
import { expandFunction, SHARED_BY_FUNCTIONS } from './sam-function.ts';
import { checkGlobals, withGlobals } from './sam-globals.ts';
import { expandMachine } from './sam-machine.ts';
import { type MadeResources, SamReport } from './sam-parts.ts';
import { expandTable } from './sam-table.ts';
import {
  type ResourceDeclaration,
  type Resources,
  SAM_TRANSFORM,
  type Template,
  transformsOf,
} from './template.ts';
import type { TemplateMap } from './template-value.ts';

/**
 * The SAM transform of functions, APIs, simple tables and state machines: the resources themselves, their roles, the
 * version, alias and CodeDeploy resources of a function, and the rules, schedules, queues and permissions of their events,
 * under SAM's logical ids. Other resources pass unchanged.
 *
 * References stay as they are, but SAM itself has to read the name of an alias and the type of a deployment preference:
 * parameters must have been resolved there. A path of code or definition that is not on S3 becomes the key of an object, as
 * if it had been packaged.
 *
 * Parts without an effect here are left out: SAM's own tags, managed policies for logs and traces, and the statements by
 * which Lambda and EventBridge Scheduler send to dead-letter queues.
 *
 * @param idWithDigest the logical ids whose digest is known; the others are computed
 *
 * Source: aws/serverless-application-model, `samtranslator/model/sam_resources.py`,
 * `model/preferences/deployment_preference_collection.py`, `model/eventsources`, `plugins/globals`.
 */
export function expandSam(
  template: Template,
  resources: Resources,
  problems: Problems,
  idWithDigest: IdWithDigest = () => undefined,
): Resources {
  const serverless = Object.entries(resources).filter(([, { Type }]) =>
    Type?.startsWith('AWS::Serverless::'),
  );
  if (!transformsOf(template).includes(SAM_TRANSFORM)) {
    const [first] = serverless;
    if (first) {
      const [logicalId, { Type }] = first;
      problems.add(
        `Resources.${logicalId}.Type`,
        `Template format error: Unrecognized resource types: [${Type}]`,
      );
    }
    return resources;
  }
  checkGlobals(template.Globals ?? {}, problems);
  const expanded: MadeResources = {};
  const routes: ApiRoute[] = [];
  const apis = readApis(template, resources, problems);
  for (const [logicalId, resource] of Object.entries(resources)) {
    const report = new SamReport(logicalId, problems);
    const made: MadeResources = {};
    const properties = withGlobals(template.Globals ?? {}, resource);
    if (resource.Type === 'AWS::Serverless::Function') {
      expandFunction(made, logicalId, { ...resource, Properties: properties }, report, {
        versionId: idWithDigest('AWS::Lambda::Version', `${logicalId}Version`),
        routes,
        apis,
      });
    } else if (resource.Type === 'AWS::Serverless::StateMachine') {
      expandMachine(made, logicalId, { ...resource, Properties: properties }, report);
    } else if (resource.Type === 'AWS::Serverless::SimpleTable') {
      made[logicalId] = expandTable(resource);
    } else if (!apis.has(logicalId)) {
      if (resource.Type?.startsWith('AWS::Serverless::')) {
        problems.add(`Resources.${logicalId}.Type`, notSimulated(`the resource type ${resource.Type}`));
      }
      made[logicalId] = resource;
    }
    for (const [id, declaration] of Object.entries(made)) {
      if (SHARED_BY_FUNCTIONS.has(id) && id !== logicalId) {
        expanded[id] ??= declaration;
        continue;
      }
      const isTaken = Object.hasOwn(expanded, id) || (id !== logicalId && Object.hasOwn(resources, id));
      if (isTaken) report.refuse('', `it makes a resource ${id}, but there is one already`);
      const { Condition } = resource;
      expanded[id] = Condition === undefined ? declaration : { ...declaration, Condition };
    }
  }
  const implicit = Object.fromEntries(
    Object.entries(API_TYPES).flatMap(([Type, kind]): [string, ResourceDeclaration][] => {
      const id = IMPLICIT[kind];
      const Properties: TemplateMap = kind === 'rest' ? { StageName: 'Prod' } : {};
      return routes.some(({ api }) => api === id) ? [[id, { Type, Properties }]] : [];
    }),
  );
  const all = [...readApis(template, implicit, problems).values(), ...apis.values()];
  const made = expandApis(routes, all, idWithDigest);
  return { ...expanded, ...made };
}

/** The APIs among resources, by logical id. */
function readApis(
  { Globals = {} }: Template,
  resources: Resources,
  problems: Problems,
): ReadonlyMap<string, DeclaredApi> {
  const apis = new Map<string, DeclaredApi>();
  for (const [logicalId, resource] of Object.entries(resources)) {
    const kind = API_TYPES[resource.Type];
    if (kind === undefined) continue;
    const { Type: _, Properties: __, ...attributes } = resource;
    const api = { logicalId, kind, properties: withGlobals(Globals, resource), attributes };
    checkApi(api, new SamReport(logicalId, problems));
    apis.set(logicalId, api);
  }
  return apis;
}
