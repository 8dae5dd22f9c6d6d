import { isStackMissing, type StackResource, type Stacks } from '../../../shared/aws/stacks.ts';
import type { OwnedStack } from '../../../shared/catalog/own-aliases.ts';
import { type ServiceEntry, stacksOf } from '../../../shared/catalog/service-entry.ts';
import { nearestName } from '../../../shared/nearest-name.ts';

/** The stacks of one compilation, each read once. */
export class StacksRead {
  readonly #stacks: Stacks;
  readonly #resources = new Map<string, Promise<readonly StackResource[] | undefined>>();
  #names: Promise<readonly string[]> | undefined;

  constructor(stacks: Stacks) {
    this.#stacks = stacks;
  }

  /** The resources of a stack; undefined if there is none of this name. @throws CloudFormation's errors */
  resources(stack: string): Promise<readonly StackResource[] | undefined> {
    const found = this.#resources.get(stack) ?? this.#read(stack);
    this.#resources.set(stack, found);
    return found;
  }

  /** The missing stacks of an entry. A stack that cannot be read does not count as missing. */
  async missingOf(entry: ServiceEntry): Promise<string[]> {
    const missing: string[] = [];
    for (const stack of stacksOf(entry)) {
      const found = await this.resources(stack).catch(() => []);
      if (found === undefined) missing.push(stack);
    }
    return missing;
  }

  /** The resources of all stacks of an entry; undefined if it has none, or one of them is unreadable or missing. */
  async ownedBy(entry: ServiceEntry): Promise<OwnedStack[] | undefined> {
    if (entry.stack === undefined) return undefined;
    const owned: OwnedStack[] = [];
    for (const stack of stacksOf(entry)) {
      const resources = await this.resources(stack).catch(() => undefined);
      if (resources === undefined) return undefined;
      owned.push({ stack, resources });
    }
    return owned;
  }

  /** The stack that is probably meant by a name; undefined if none is similar, or they cannot be listed. */
  async nearest(name: string): Promise<string | undefined> {
    this.#names ??= this.#stacks.names().catch(() => []);
    return nearestName(name, await this.#names);
  }

  async #read(stack: string): Promise<readonly StackResource[] | undefined> {
    try {
      return await this.#stacks.resources(stack);
    } catch (error) {
      if (isStackMissing(error)) return undefined;
      throw error;
    }
  }
}
