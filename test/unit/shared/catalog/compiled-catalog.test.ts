import {
  type DeploymentClues,
  ownerOfDeployment,
  parseCompiledCatalog,
} from '../../../../shared/catalog/compiled-catalog.ts';
import { CatalogUnreadable } from '../../../../shared/errors.ts';
import { nearestName } from '../../../../shared/nearest-name.ts';
import { catalogOf, ordersEntry } from '../../fixtures/catalog.ts';

describe('a compiled catalog', () => {
  it('is read back as it was written', () => {
    const catalog = catalogOf(ordersEntry());
    expect(parseCompiledCatalog(JSON.stringify(catalog))).toEqual(catalog);
  });

  it.each([
    ['', 'catalog/compiled.json is not JSON: '],
    ['[]', 'catalog/compiled.json: input: '],
    ['{"compiledAt":"today","services":{}}', 'catalog/compiled.json: compiledAt: '],
    [
      '{"compiledAt":"2026-01-05T09:00:00Z","services":{"orders":{"version":1}}}',
      'catalog/compiled.json: services.orders.service: ',
    ],
  ])('is refused when it is %j', (text, reason) => {
    expect(() => parseCompiledCatalog(text)).toThrow(CatalogUnreadable);
    expect(() => parseCompiledCatalog(text)).toThrow(reason);
  });
});

describe('the owner of a deployment', () => {
  const functionOf = (name: string) => [{ kind: 'codedeploy', function: name }];
  const catalog = catalogOf(
    ordersEntry({ service: 'delivery', stack: 'delivery', targets: functionOf('Quote') }),
    ordersEntry({ service: 'pricing', stack: 'delivery-pricing', targets: functionOf('Quote') }),
    ordersEntry({
      targets: [
        ...functionOf('Create'),
        ...functionOf('CreateOrder'),
        { kind: 'lambda-alias', function: 'List' },
        { kind: 'codedeploy', function: 'Own', application: 'own.app', deploymentGroup: 'own-*-group' },
      ],
    }),
  );
  const ownerOf = (application: string, deploymentGroup: string) => {
    const owner = ownerOfDeployment(catalog, { application, deploymentGroup });
    return owner && `${owner.entry.service}/${owner.target.function}`;
  };

  it.each([
    ['delivery-ServerlessDeploymentApplication-X1', 'delivery-QuoteDeploymentGroup-Y1', 'delivery/Quote'],
    [
      'delivery-pricing-ServerlessDeploymentApplication-X2',
      'delivery-pricing-QuoteDeploymentGroup-Y2',
      'pricing/Quote',
    ],
    ['shop-orders-ServerlessDeploymentApplication-X', 'shop-orders-CreateDeploymentGroup-Y', 'orders/Create'],
    [
      'shop-orders-ServerlessDeploymentApplication-X',
      'shop-orders-CreateOrderDeploymentGroup-Y',
      'orders/CreateOrder',
    ],
    ['own.app', 'own-blue-group', 'orders/Own'],
  ])('of %s / %s is %s', (application, group, owner) => {
    expect(ownerOf(application, group)).toBe(owner);
  });

  describe('whose function came from a stack', () => {
    const clues = (stackName: string, logicalId: string, changes: Partial<DeploymentClues> = {}) => ({
      application: 'CodeDeployApplication-1',
      deploymentGroup: 'Group-2',
      moves: { function: 'physical-name', alias: 'live' },
      origin: { stackName, logicalId },
      ...changes,
    });
    const byStack = (...given: Parameters<typeof clues>) => {
      const owner = ownerOfDeployment(catalog, clues(...given));
      return owner && `${owner.entry.service}/${owner.target.function}`;
    };

    it('is the service of that stack, whatever the names of application and group', () => {
      expect(byStack('shop-orders', 'CreateOrder')).toBe('orders/CreateOrder');
      expect(byStack('delivery', 'Quote')).toBe('delivery/Quote');
      expect(byStack('delivery-pricing', 'Quote')).toBe('pricing/Quote');
    });

    it('is the service of that stack where names speak for another', () => {
      const names = {
        application: 'delivery-ServerlessDeploymentApplication-X1',
        deploymentGroup: 'delivery-QuoteDeploymentGroup-Y1',
      };
      expect(byStack('delivery-pricing', 'Quote', names)).toBe('pricing/Quote');
      expect(byStack('somebody-elses', 'Quote', names)).toBeUndefined();
    });

    it('names a target also by the name of its function', () => {
      const moves = { function: 'CreateOrder', alias: 'live' };
      expect(byStack('shop-orders', 'Other', { moves })).toBe('orders/CreateOrder');
    });

    it.each([
      ['another function', 'Unlisted', 'live'],
      ['another alias', 'CreateOrder', 'canary'],
    ])('is that of the stack for %s too, listed or not', (_, logicalId, alias) => {
      const moves = { function: 'physical-name', alias };
      const owner = ownerOfDeployment(catalog, clues('shop-orders', logicalId, { moves }));
      expect(owner?.entry.service).toBe('orders');
      expect(owner?.target).toEqual({ kind: 'codedeploy', function: logicalId, alias });
    });

    it('has the name of its function where that came from another stack of the service', () => {
      const data = [{ kind: 'cloudformation', stack: 'shop-orders-data' }];
      const withData = catalogOf(ordersEntry({ targets: data }));
      const owner = ownerOfDeployment(withData, clues('shop-orders-data', 'Import'));
      expect(owner?.target).toEqual({ kind: 'codedeploy', function: 'physical-name', alias: 'live' });
    });

    it('is the service that names application and group where no service has the stack', () => {
      const names = { application: 'own.app', deploymentGroup: 'own-blue-group' };
      expect(byStack('nested-in-orders', 'Own', names)).toBe('orders/Own');
      expect(byStack('nested-in-orders', 'Else', names)).toBeUndefined();
      expect(byStack('nested-in-orders', 'Own', { ...names, deploymentGroup: 'x' })).toBeUndefined();
    });
  });

  it('is decided by alias too where no stack made the function', () => {
    const owner = (alias: string) =>
      ownerOfDeployment(catalog, {
        application: 'own.app',
        deploymentGroup: 'own-blue-group',
        moves: { function: 'Own', alias },
      });
    expect(owner('live')?.entry.service).toBe('orders');
    expect(owner('canary')).toBeUndefined();
  });

  it.each([
    ['delivery-ServerlessDeploymentApplication-X1', 'delivery-pricing-QuoteDeploymentGroup-Y2'],
    ['shop-orders-ServerlessDeploymentApplication-X', 'shop-orders-ListDeploymentGroup-Y'],
    ['shop-orders', 'shop-orders-CreateDeploymentGroup-Y'],
    ['ownXapp', 'own-blue-group'],
    ['own.app', 'own-blue-group-2'],
  ])('of %s / %s is none', (application, group) => {
    expect(ownerOf(application, group)).toBeUndefined();
  });
});

describe('the name that was probably meant', () => {
  const known = ['orders', 'payment', 'inventory', 'storefront'];

  it.each([
    ['order', 'orders'],
    ['oders', 'orders'],
    ['paymnet', 'payment'],
    ['inventory', 'inventory'],
    ['store-front', 'storefront'],
  ])('by %s is %s', (given, meant) => {
    expect(nearestName(given, known)).toBe(meant);
  });

  it.each(['shipping', 'x', 'pay'])('by %s is not guessed', (given) => {
    expect(nearestName(given, known)).toBeUndefined();
  });

  it('is not guessed where nothing is known', () => {
    expect(nearestName('orders', [])).toBeUndefined();
  });
});
