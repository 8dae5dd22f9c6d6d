import { placeKey, surfaceOf } from '../../simulation/surface.ts';

describe('surfaceOf', () => {
  const { functions, places } = surfaceOf(process.cwd());
  const keys = places.map(placeKey);

  it('knows every function of the template', () => {
    expect(functions).toContain('PlanRollbackFunction');
  });

  it('knows states, catchers and retriers, those inside Maps included', () => {
    const service = 'rollback-coordinator-roll-back-service';
    expect(keys).toEqual(
      expect.arrayContaining([
        `${service}/RollBackPhase`,
        `${service}/StartTarget`,
        `${service}/StartTarget/catch/0`,
        `${service}/VerifyTarget/retry/1`,
      ]),
    );
  });

  it('has no place twice', () => {
    expect(new Set(keys).size).toBe(keys.length);
  });
});
