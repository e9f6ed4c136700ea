/** Whether the long versions of tests were asked for, with `npm run test:full`. */
export const full = process.env['SACCADE_FULL'] === '1';
