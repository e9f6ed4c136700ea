/** The machine, the network or the sources are at fault: the user gets the message, no stack trace, and exit code 2. */
export class SetupFailure extends Error {}
