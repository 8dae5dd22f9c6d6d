/**
 * Evidence that condemns: a healthy version reaches it with a chance of at most 1 in 4,000, however often one looks. Three
 * tests at it and one at {@link condemnsColdStart} are 8.5 of the 10 healthy releases in 10,000 that may be condemned; the
 * rest is for outages in the split.
 */
export const condemns = 4_000;
/** Evidence of at least this makes a release suspected, and *against* believed while traffic is split. */
export const leans = 5;
/** Evidence against a cold start: 1 healthy release in 10,000 reaches it. */
export const condemnsColdStart = 10_000;
/** Evidence of a control service's own trouble; it is bad by chance in 1 of 20 watches at most, and rarely just then. */
export const troubles = 20;
/** Evidence for a release: one at the limit would look so good with a chance of 1 in 100. */
export const proves = 100;
