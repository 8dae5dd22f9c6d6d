import fc from 'fast-check';

// A mutant that a law notices is done with: a smaller example of it is for nobody.
fc.configureGlobal({ endOnFailure: true });
