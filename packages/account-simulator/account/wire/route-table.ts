import type { HttpRequest } from '@smithy/core/protocols';
import { httpBindings } from './http-bindings.ts';
import { headerOf } from './http-text.ts';
import type { OperationModel } from './service-model.ts';

/** The operation a REST request is for, and the labels of its path, decoded. */
export interface Route {
  readonly operation: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Template {
  readonly operation: string;
  readonly segments: readonly string[];
  readonly literals: number;
  /** Query parameters the template fixes: `list-type=2`, `versions`. */
  readonly fixed: ReadonlyArray<readonly [name: string, value: string]>;
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
}

/** Names the operation in requests of the SDK; the AWS CLI leaves it out, so it counts only where present. */
const OPERATION_HINT = 'x-id';

/**
 * Finds the operation of a REST request: among the matching templates of its method, the one with the most literal segments,
 * then with the most fixed query parameters, then with the most required parameters.
 */
export class RouteTable {
  readonly #byMethod = new Map<string, Template[]>();

  constructor(operations: readonly OperationModel[]) {
    for (const operation of operations) {
      if (!operation.http) continue;
      const [method] = operation.http;
      const templates = this.#byMethod.get(method) ?? [];
      templates.push(readTemplate(operation, operation.http[1]));
      this.#byMethod.set(method, templates);
    }
  }

  /** `path` is the request's path without the bucket. */
  find(request: HttpRequest, path: string): Route | undefined {
    const segments = split(path);
    let best: { template: Template; labels: Record<string, string>; score: number } | undefined;
    for (const template of this.#byMethod.get(request.method) ?? []) {
      const labels = matchPath(template, segments);
      const score = labels && matchParameters(template, request);
      if (labels && score !== undefined && score > (best?.score ?? -1)) best = { template, labels, score };
    }
    return best && { operation: best.template.operation, labels: best.labels };
  }
}

function readTemplate(operation: OperationModel, uri: string): Template {
  const [path = '', search = ''] = uri.split('?');
  const segments = split(path);
  const { query, headers } = httpBindings(operation.input);
  const required = requiredMembers(operation);
  return {
    operation: operation.name,
    segments,
    literals: segments.filter((segment) => !segment.startsWith('{')).length,
    fixed: [...new URLSearchParams(search)],
    requiredQuery: query.filter(({ name }) => required.has(name)).map(({ wireName }) => wireName),
    requiredHeaders: headers.filter(({ name }) => required.has(name)).map(({ wireName }) => wireName),
  };
}

/** Structure schemas list their required members first and hold the number of them in their seventh element. */
function requiredMembers(operation: OperationModel): Set<string> {
  if (operation.input.isUnitSchema()) return new Set();
  const schema = operation.input.getSchema() as unknown as [...unknown[]] & { 4: string[]; 6?: number };
  return new Set(schema[4].slice(0, schema[6] ?? 0));
}

function split(path: string): string[] {
  const trimmed = path.replace(/^\//, '');
  return trimmed === '' ? [] : trimmed.split('/');
}

function matchPath(template: Template, segments: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  const { segments: wanted } = template;
  for (let i = 0; i < wanted.length; i += 1) {
    const part = wanted[i] as string;
    const given = segments[i];
    if (part.endsWith('+}')) {
      if (given === undefined) return undefined;
      labels[part.slice(1, -2)] = segments.slice(i).map(decodeURIComponent).join('/');
      return labels;
    }
    if (given === undefined) return part === '' ? labels : undefined;
    if (part.startsWith('{')) {
      if (given === '') return undefined;
      labels[part.slice(1, -1)] = decodeURIComponent(given);
    } else if (part !== given) return undefined;
  }
  const rest = segments.slice(wanted.length);
  return rest.length === 0 || (rest.length === 1 && rest[0] === '') ? labels : undefined;
}

/** The rank of a template for the request, or undefined if a parameter that the template needs is missing. */
function matchParameters(template: Template, request: HttpRequest): number | undefined {
  const query = request.query ?? {};
  let fixed = 0;
  for (const [name, value] of template.fixed) {
    if (name === OPERATION_HINT && query[name] === undefined) continue;
    if (!(name in query) || (value !== '' && query[name] !== value)) return undefined;
    fixed += 1;
  }
  if (template.requiredQuery.some((name) => !(name in query))) return undefined;
  if (template.requiredHeaders.some((name) => headerOf(request, name) === undefined)) return undefined;
  const required = template.requiredQuery.length + template.requiredHeaders.length;
  return template.literals * 10_000 + fixed * 100 + required;
}
