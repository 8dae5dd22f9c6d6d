/** For `npm run mutate`: Stryker looks from inside at which test reaches which mutant, for which jest has to run them. */
export default {
  rootDir: '..',
  testEnvironment: 'node',
  testEnvironmentOptions: { globalsCleanup: 'off' },
  // The tests beside what is mutated; those of the functions around it take seconds for each mutant.
  testMatch: ['cut', 'shared/judge', 'shared/incident', 'functions/plan-*'].map(
    (name) => `<rootDir>/test/unit/${name}${name.endsWith('*') ? '' : '/**/*'}.test.ts`,
  ),
  testTimeout: 60_000,
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
};
