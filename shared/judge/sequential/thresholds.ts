/**
 * Evidence that condemns: a healthy version reaches it with a chance of at most 1 in 4,000, for any number of looks. Three
 * tests with it and one with {@link condemnsColdStart} use 8.5 of the 10 healthy releases in 10,000 that may be condemned;
 * the rest is for outages in the split.
 */
export const condemns = 4_000;
/** Evidence from which a release is suspected, and *against* is believed while traffic is split. */
export const leans = 5;
/** Evidence against a cold start: 1 healthy release in 10,000 reaches it. */
export const condemnsColdStart = 10_000;
/** Evidence of a control service's own trouble; by chance in 1 of 20 watches at most, and rarely at that very time. */
export const troubles = 20;
/** Evidence for a release: a release at the limit would look so good with a chance of 1 in 100. */
export const proves = 100;
