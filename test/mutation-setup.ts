import fc from 'fast-check';

// A mutant that a law detects is done: a smaller counterexample is of no use.
fc.configureGlobal({ endOnFailure: true });
