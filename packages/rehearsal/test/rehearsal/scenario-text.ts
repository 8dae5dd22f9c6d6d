import { parseCatalog } from '../../scenario/catalog-entries.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { parseScenario } from '../../scenario/scenario-file.ts';

/** A catalog of two small services. */
export const shop = parseCatalog('shop.yaml', {
  services: [
    {
      version: 1,
      service: 'cart',
      dependsOn: ['stock'],
      stack: 'shop-cart',
      targets: [
        { kind: 'codedeploy', function: 'AddItemFunction' },
        { kind: 'codedeploy', function: 'ViewFunction' },
        { kind: 'cloudformation' },
      ],
    },
    { version: 1, service: 'stock', stack: 'shop-stock', targets: [{ kind: 'cloudformation' }] },
  ],
});

/** Reads the text of a scenario of {@link shop}; `title` and an expectation of no incident are added. */
export function scenario(text: string): Scenario {
  const whole = text.includes('expect:') ? text : `${text}\nexpect: { incidents: [] }`;
  return parseScenario(`title: A test\ncatalog: shop\n${whole}`, {
    file: 'my.yaml',
    readCatalog: () => shop,
  });
}

/** The message with which a scenario is refused. */
export function refusal(text: string): string {
  try {
    scenario(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected the scenario to be refused');
}
